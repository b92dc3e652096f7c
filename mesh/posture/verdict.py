"""One verdict for one cell, from all evidence about it.

INVARIANT (less evidence never makes UP): each layer must be there, once for each cell, and the
effective one for each pod. So whatever is taken away leaves a layer without evidence, and that is
UNKNOWN.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mesh.posture.cell import Cell
from mesh.posture.evidence import Evidence, Layer, Stance


class State(StrEnum):
    """Whether the guard is up at a cell, best first."""

    UP = "UP"
    UNKNOWN = "UNKNOWN"
    DOWN = "DOWN"


class Grade(StrEnum):
    """What UP rests on, strongest first; NONE for a cell that is not UP."""

    PROVED = "proved"
    OBSERVED = "observed"
    CLOSED = "closed"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old evidence may be, in seconds.

    Args:
        configuration: of the layers declared and effective.
        observed: since the guard last judged a message there, T.
        proved: since a canary was last refused there.
        skew: how far a time may lie in the future, as clocks differ.
    """

    configuration: float = 3600.0
    observed: float = 3600.0
    proved: float = 3600.0
    skew: float = 60.0

    def of(self, layer: Layer) -> float:
        """The greatest age of a layer's evidence."""
        if layer is Layer.OBSERVED:
            return self.observed
        return self.proved if layer is Layer.PROVED else self.configuration


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds at a cell, and why.

    Args:
        decisive: the evidence that decided: what is wrong, what is missing, or what proves UP.
        evidence: everything that was known, sorted by layer and pod.
    """

    cell: Cell
    state: State
    grade: Grade
    decisive: Evidence
    evidence: tuple[Evidence, ...]

    @property
    def title(self) -> str:
        """`UP, observed`, `DOWN` or `UNKNOWN`."""
        return f"{self.state}, {self.grade}" if self.grade else str(self.state)

    @property
    def line(self) -> str:
        """The verdict in one line: what, why, and the fix."""
        why = self.decisive
        pod = f"pod {why.pod}: " if why.pod else ""
        of = f"{why.object}: " if why.object else ""
        fix = f"; {why.fix}" if why.fix else ""
        return f"{self.cell}: {self.title}: {of}{pod}{why.text}{fix}"


_ORDER: Final = {layer: place for place, layer in enumerate(Layer)}
_GOOD: Final = frozenset({Stance.JUDGED, Stance.CLOSED})
_SHOWN: Final = frozenset({*_GOOD, Stance.IDLE})
"""What observed and proved may say at a cell that is UP."""


def judge(
    cell: Cell,
    pods: Collection[str],
    evidence: Iterable[Evidence],
    now: float,
    freshness: Freshness,
) -> Verdict:
    """Return the verdict for one cell. It is total, and does not depend on any order.

    Args:
        pods: names of the pods that run the workload.
        now: Unix seconds.
    """
    known = sorted((_aged(each, now, freshness) for each in evidence), key=_place)
    wrong = [each for each in known if each.stance is Stance.DOWN]
    if wrong:
        return Verdict(cell, State.DOWN, Grade.NONE, wrong[0], tuple(known))
    lacking = [each for each in known if not _agrees(each)] or _missing(pods, known)
    if lacking:
        return Verdict(cell, State.UNKNOWN, Grade.NONE, lacking[0], tuple(known))
    return _good(cell, known)


def _good(cell: Cell, known: list[Evidence]) -> Verdict:
    """The verdict where every layer is there and none disagrees."""
    for layer, grade in ((Layer.PROVED, Grade.PROVED), (Layer.OBSERVED, Grade.OBSERVED)):
        for each in known:
            if each.layer is layer and each.stance in _GOOD:
                return Verdict(cell, State.UP, grade, each, tuple(known))
    effective = [each for each in known if each.layer is Layer.EFFECTIVE]
    if all(each.stance is Stance.CLOSED for each in effective):
        return Verdict(cell, State.UP, Grade.CLOSED, effective[0], tuple(known))
    idle = Evidence(
        Layer.OBSERVED,
        Stance.UNKNOWN,
        "",
        None,
        "the guard has seen no message there, and no canary was refused",
        fix="let a message pass, or send a canary (`phiguard posture probe`)",
        code="idle",
    )
    return Verdict(cell, State.UNKNOWN, Grade.NONE, idle, tuple(known))


def _agrees(evidence: Evidence) -> bool:
    if evidence.layer in (Layer.OBSERVED, Layer.PROVED):
        return evidence.stance in _SHOWN
    return evidence.stance in _GOOD


def _missing(pods: Collection[str], known: list[Evidence]) -> list[Evidence]:
    """What each layer without evidence lacks."""
    there = {each.layer for each in known}
    lacking = [_lack(layer, _CURES[layer]) for layer in Layer if layer not in there]
    read = {each.pod for each in known if each.layer is Layer.EFFECTIVE}
    cure = _CURES[Layer.EFFECTIVE]
    return lacking + [_lack(Layer.EFFECTIVE, cure, pod) for pod in sorted(set(pods) - read)]


_CURES: Final = {
    Layer.DECLARED: ("the objects of the mesh were not given", "collect them"),
    Layer.EFFECTIVE: ("its proxy's configuration was not given", "collect its config dump"),
    Layer.OBSERVED: ("no ledger was given", "give the ledgers of all replicas"),
    Layer.PROVED: ("nobody says whether canaries go there", "give the record of the canaries"),
}


def _lack(layer: Layer, cure: tuple[str, str], pod: str = "") -> Evidence:
    text, fix = cure
    return Evidence(layer, Stance.UNKNOWN, "", None, text, pod=pod, fix=fix, code=f"no-{layer}")


def _aged(evidence: Evidence, now: float, freshness: Freshness) -> Evidence:
    """The evidence, or UNKNOWN in its place where its time does not let it speak."""
    if evidence.stance is Stance.UNKNOWN:
        return evidence
    if evidence.layer is Layer.PROVED and evidence.stance is Stance.DOWN:
        return evidence  # an alarm ends by a newer canary, not by time
    if evidence.at is None or evidence.at != evidence.at:  # NaN is no time
        return _distrusted(evidence, "nobody says when this was true", "no-time")
    age = now - evidence.at
    if age < -freshness.skew:
        return _distrusted(
            evidence,
            f"this evidence is from {-age:.0f} s in the future: clocks differ",
            "clocks-differ",
        )
    if age > freshness.of(evidence.layer):
        return _distrusted(evidence, f"this evidence is {age:.0f} s old", "stale")
    return evidence


def _distrusted(evidence: Evidence, why: str, code: str) -> Evidence:
    return replace(
        evidence,
        stance=Stance.UNKNOWN,
        text=f"{evidence.text} ({why})",
        fix="collect it again",
        code=code,
    )


def _place(evidence: Evidence) -> tuple[int, str, str, str, str, str, str, str]:
    return (
        _ORDER[evidence.layer], evidence.pod, evidence.stance, evidence.code,
        evidence.source, evidence.text, evidence.object, evidence.fix,
    )  # fmt: skip

"""Outcomes of canaries as lines, and as evidence of cells.

Of a cell, the newest canary to each pod counts. Behind the address of a service stand many pods,
and nobody knows which of them has answered. So there, an alarm holds until an hour of canaries
after it has ended without one.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mesh.message.facts import Vantage
from mesh.posture.canary.nonce import Purpose
from mesh.posture.canary.outcome import Outcome, Result
from mesh.posture.canary.proof import Seen, State
from mesh.posture.cell import Cell, PeerClass
from mesh.posture.evidence import Evidence, Layer, Stance
from phiscan.finding import Coverage, Verdict

KIND: Final = "canary"
ALARM_SECONDS: Final = 3600.0
"""How long an alarm at a service's address holds, counted to its newest canary."""
_SOURCE: Final = "canary"


class HistoryError(ValueError):
    """A line is no outcome. The text names what is wrong with it and nothing of its values."""


def line_of(outcome: Outcome) -> str:
    """Return an outcome as one line of JSON, without its end."""
    seen = outcome.seen
    return json.dumps(
        {
            "kind": KIND,
            "at": outcome.at,
            "cell": outcome.cell,
            "address": outcome.address,
            "pod": outcome.pod,
            "purpose": outcome.purpose,
            "result": outcome.result,
            "decision": outcome.decision,
            "status": outcome.status,
            "seen": None
            if seen is None
            else {
                "state": seen.state,
                "gate": seen.gate,
                "mtls": seen.mtls,
                "verdict": seen.verdict,
                "coverage": seen.coverage,
            },
        },
        separators=(",", ":"),
    )


def outcome_of(line: str) -> Outcome:
    """Return the outcome in a line. Raises HistoryError."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise HistoryError("no JSON") from None
    if not isinstance(said, Mapping) or said.get("kind") != KIND:
        raise HistoryError("no record of a canary")
    try:
        return Outcome(
            cell=_text(said, "cell"),
            at=_number(said, "at"),
            address=_text(said, "address"),
            pod=_text(said, "pod"),
            purpose=Purpose(_text(said, "purpose")),
            result=Result(_text(said, "result")),
            decision=_text(said, "decision"),
            status=int(_number(said, "status")),
            seen=_seen(said.get("seen")),
        )
    except HistoryError:
        raise
    except (ValueError, OverflowError):
        raise HistoryError("a word or a number in it is unknown") from None


def read(text: str, read_at: float | None, source: str) -> "History":
    """Return what lines of outcomes say. It is total.

    A broken line is a problem of the history, which then proves nothing. The last line may be one
    that is being written.

    Args:
        read_at: as in `History`.
        source: name of the file.
    """
    outcomes, problem = [], ""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            if line:
                outcomes.append(outcome_of(line))
        except HistoryError as error:
            if number < len(lines):
                problem = problem or f"{source}, line {number}: {error}"
    return History(outcomes, read_at, source, problem)


class History:
    """What became of the canaries of a mesh.

    Args:
        outcomes: in any order.
        read_at: when they were read, in Unix seconds; None when nobody says.
        source: who says it: a file's name.
        problem: why they are not all; empty when they are.
    """

    def __init__(
        self,
        outcomes: Iterable[Outcome],
        read_at: float | None,
        source: str = _SOURCE,
        problem: str = "",
    ) -> None:
        self._read_at = read_at
        self._source = source
        self.problem = problem
        self._by_cell: dict[str, list[Outcome]] = defaultdict(list)
        for each in outcomes:
            self._by_cell[each.cell].append(each)

    def newest(self) -> dict[str, float]:
        """When the newest canary of each cell was sent."""
        return {cell: max(each.at for each in found) for cell, found in self._by_cell.items()}

    def standing(self) -> list[Outcome]:
        """Return the outcomes that still count, in the order of time. They say all that all say."""
        kept = (each for found in self._by_cell.values() for each in _standing(found))
        return sorted(kept, key=_order)

    def evidence(self, cell: Cell, opted_in: bool) -> Evidence:
        """What the canaries of one cell show: JUDGED, CLOSED, IDLE, DOWN or UNKNOWN."""
        found = self._by_cell.get(str(cell), [])
        if alarms := [each for each in _standing(found) if _says(each, cell)[0] is Stance.DOWN]:
            return self._of(max(alarms, key=_order), cell)
        if self.problem:
            return self._silent(Stance.UNKNOWN, self.problem, "canaries-unreadable")
        if cell.direction is not Vantage.INBOUND:
            return self._silent(Stance.IDLE, "a canary cannot try what another pod sends", "n-a")
        if not opted_in:
            return self._silent(Stance.IDLE, "its namespace lets no canary in", "not-opted-in")
        if not found:
            return self._silent(Stance.IDLE, "no canary was sent there", "not-sent")
        return self._of(max(found, key=_order), cell)

    def _of(self, outcome: Outcome, cell: Cell) -> Evidence:
        stance, text, fix = _says(outcome, cell)
        told = f" (decision {outcome.decision})" if outcome.decision else ""
        return Evidence(
            Layer.PROVED,
            stance,
            self._source,
            outcome.at,
            f"{text}{told}",
            fix=fix,
            code=f"canary-{outcome.result}",
        )

    def _silent(self, stance: Stance, text: str, code: str) -> Evidence:
        return Evidence(Layer.PROVED, stance, self._source, self._read_at, text, code=code)


def _standing(found: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that count: the newest of each pod; at a service, those of its last hour."""
    by_address: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for each in found:
        by_address[each.address, each.pod].append(each)
    standing: list[Outcome] = []
    for (_, pod), those in by_address.items():
        newest = max(those, key=_order)
        standing.extend(
            each
            for each in those
            if each == newest or (not pod and newest.at - each.at <= ALARM_SECONDS)
        )
    return standing


def _order(outcome: Outcome) -> tuple[float, bool, str]:
    """Of two at one time, the alarm is the newer one."""
    return outcome.at, outcome.result.is_alarm, line_of(outcome)


def _says(outcome: Outcome, cell: Cell) -> tuple[Stance, str, str]:
    """Stance, text and fix of the evidence of one outcome."""
    if cell.peers is PeerClass.PLAINTEXT and outcome.result in _PLAINTEXT:
        return _PLAINTEXT[outcome.result]
    if cell.peers is not PeerClass.PLAINTEXT and outcome.result is Result.CLOSED:
        return _SAYINGS[Result.NO_ANSWER]
    return _SAYINGS[outcome.result]


_PLAINTEXT: Final = {
    Result.CLOSED: (Stance.CLOSED, "a canary in clear was refused before any answer", ""),
    Result.REFUSED: (
        Stance.DOWN,
        "a canary in clear came to the guard, which refused it",
        "set STRICT mutual TLS there",
    ),
}
_SAYINGS: Final[dict[Result, tuple[Stance, str, str]]] = {
    Result.REFUSED: (Stance.JUDGED, "the guard refused a canary and found its PHI", ""),
    Result.MASKED: (Stance.JUDGED, "a canary came back with every value masked", ""),
    Result.REACHED: (
        Stance.DOWN,
        "a canary reached the application",
        "find how the request went past the guard",
    ),
    Result.REDIRECTED: (
        Stance.DOWN,
        "a canary was answered with a redirect, and not by the guard",
        "find how the request went past the guard",
    ),
    Result.BLIND: (
        Stance.DOWN,
        "the guard refused a canary, and did not find its PHI",
        "see its limits of size and its detectors",
    ),
    Result.WRONG_PEER: (
        Stance.UNKNOWN,
        "another workload or port got the canary, or it came under another name",
        "correct the target",
    ),
    Result.ALTERED: (
        Stance.UNKNOWN,
        "the canary was changed on its way",
        "find the filter that changes requests",
    ),
    Result.OWN_GATE: (
        Stance.UNKNOWN,
        "the guard of the probe's own sidecar refused the canary",
        "take the label phiguard.dev/guarded from the probe's pod",
    ),
    Result.GUARD_FAILED: (
        Stance.UNKNOWN,
        "the guard could not do its work, and refused the canary",
        "see the guard's health",
    ),
    Result.UNPROVED: (
        Stance.UNKNOWN,
        "a refusal in the guard's words came without a proof",
        "give the guard the probe's key",
    ),
    Result.UNRECORDED: (
        Stance.UNKNOWN,
        "no ledger that the probe was given has the refusal of the canary",
        "give the probe the ledgers of all guards",
    ),
    Result.REFUSED_BY_OTHER: (
        Stance.UNKNOWN,
        "somebody else refused the canary",
        "see who answers, and whether the guard is there",
    ),
    Result.CLOSED: (Stance.CLOSED, "the connection was closed before any answer", ""),
    Result.NO_ANSWER: (Stance.UNKNOWN, "a canary got no answer", "see whether the pod runs"),
}


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str):
        raise HistoryError(f"`{key}` is no text")
    return value


def _number(said: Mapping[str, Any], key: str) -> float:
    value = said.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise HistoryError(f"`{key}` is no number")
    if not math.isfinite(value):
        raise HistoryError(f"`{key}` is no number that can be")
    return float(value)


def _seen(value: object) -> Seen | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise HistoryError("`seen` is no object")
    return Seen(
        State(_text(value, "state")),
        Vantage(_text(value, "gate")),
        value.get("mtls") is True,
        Verdict(_text(value, "verdict")),
        Coverage(_text(value, "coverage")),
    )

"""One document of a scan: its report, where its findings stand, and which of them count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from extauthz.commands.scan.baseline import Baseline, Key, name_of
from extauthz.commands.scan.places import Place
from phiscan.finding import Coverage, Finding, ScanReport, Verdict
from phiscan.identifiers import InfoTypeKind


class Counted(StrEnum):
    """Whether a finding counts. `INLINE` and `BASELINE` name what says that it does not."""

    OPEN = "open"
    INLINE = "inline"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Examined:
    """One document and its report.

    Args:
        path: of the document.
        report: of the scan.
        seconds: that the scan took.
        places: one for each finding.
        ignored: whether a comment in the document ignores it, one for each finding.
        faults: comments that do not say what they ignore, or why: the line, and what is wrong.
        values: one for each finding, only when the user asked to see them.
    """

    path: str
    report: ScanReport
    seconds: float
    places: tuple[Place, ...] = ()
    ignored: tuple[bool, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()
    values: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was read."""
        return self.report.coverage is Coverage.COMPLETE

    def keys(self) -> list[Key]:
        """What a baseline knows its findings by, without those that a comment ignores.

        A document that is PHI and lists no finding has one key of its own.
        """
        name = name_of(self.path)
        if not self.report.findings:
            return [(name, "", "")] if self.report.verdict is Verdict.PHI else []
        pairs = zip(self.report.findings, self.places, self.ignored, strict=True)
        return [(name, f.info_type, place.around) for f, place, gone in pairs if not gone]


@dataclass(frozen=True, slots=True)
class Judged:
    """A document whose findings were compared with a baseline.

    Args:
        counted: one for each finding.
        fails: whether it makes the exit code 1.
    """

    examined: Examined
    counted: tuple[Counted, ...]
    fails: bool

    def count(self, what: Counted) -> int:
        """How many of its findings are open, ignored, or known."""
        return self.counted.count(what)


def judge(examined: Examined, baseline: Baseline, fail_on: str) -> Judged:
    """Say which findings count, and whether the document fails.

    Args:
        fail_on: the choice of `--fail-on`.
    """
    report, name = examined.report, name_of(examined.path)
    baseline.reads(name)
    counted = tuple(
        Counted.INLINE
        if ignored
        else Counted.BASELINE
        if baseline.takes((name, finding.info_type, place.around))
        else Counted.OPEN
        for finding, place, ignored in zip(
            report.findings, examined.places, examined.ignored, strict=True
        )
    )
    left = [f for f, each in zip(report.findings, counted, strict=True) if each is Counted.OPEN]
    if not report.findings and report.verdict is Verdict.PHI:
        fails = not baseline.takes((name, "", ""))
    else:
        # what a report does not list, nobody can have ignored
        fails = bool(left or report.unlisted) and FAILS[fail_on](report)
    return Judged(examined, counted, fails or any(map(_is_credential, left)))


def _is_credential(finding: Finding) -> bool:
    """Credentials are found only where their group is on, and then they count."""
    return finding.kind is InfoTypeKind.CREDENTIAL


def _verdict_in(*verdicts: Verdict) -> Callable[[ScanReport], bool]:
    return lambda report: report.verdict in verdicts


FAILS: Final[Mapping[str, Callable[[ScanReport], bool]]] = {
    "phi": _verdict_in(Verdict.PHI),
    "identifiers": _verdict_in(Verdict.PHI, Verdict.IDENTIFIERS),
    "health": _verdict_in(Verdict.PHI, Verdict.IDENTIFIERS, Verdict.HEALTH),
    "any": lambda report: bool(report.findings),
}
"""The choices of `--fail-on`, from the least strict to the strictest."""

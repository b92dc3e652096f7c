"""Runs the detectors over a text and adds what they find to the evidence of its structure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable

from phiscan.detector import CONTEXT_WINDOW, Detector
from phiscan.evidence import Evidence, Spot
from phiscan.finding import Finding, Gap, Likelihood
from phiscan.labels import is_masked
from phiscan.matcher import Matcher, TooManyMatchesError

_REPORTED = Likelihood.POSSIBLE
"""Candidates below this likelihood are no findings."""
_OWN_WORD = frozenset(
    "US_SOCIAL_SECURITY_NUMBER US_MEDICARE_BENEFICIARY_ID_NUMBER CREDIT_CARD_NUMBER MEDICAL_RECORD_NUMBER"
    " US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER".split()
)
"""InfoTypes that are reported even where the structure says that the value is something else."""
_ESCAPED_CONTROL = re.compile(rb"\\[nrtbf\"/]")


def unescape_same_length(data: bytes) -> bytes:
    """JSON text with its two-byte escapes as two blanks, so that words begin where a reader would see them begin."""
    return _ESCAPED_CONTROL.sub(b"  ", data) if b"\\" in data else data


class Structure:
    """The ranges that the structure of a document has explained already, for quick look-up."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._spans = sorted(
            (f.location.start, f.location.end, f.info_type, f.identifier)
            for f in findings
            if f.identifier and f.location.start >= 0
        )
        self._starts = [span[0] for span in self._spans]

    def explains(self, start: int, end: int, detector: Detector) -> bool:
        """Whether a value at this range is explained, so that the detector's guess adds nothing."""
        at = bisect_right(self._starts, end - 1) - 1
        while at >= 0 and self._spans[at][1] > start:
            if self._spans[at][2] == detector.info_type or detector.info_type not in _OWN_WORD:
                return True
            at -= 1
        return False


def run(text: bytes, matcher: Matcher, evidence: Evidence, late: Callable[[], bool], field: str = "") -> Gap:
    """Add the detectors' findings in `text`. `late` says that time is up; `field` is set when `text` is not the body."""
    judge = _Judge(text, evidence, field)
    for index in matcher.possible(text):
        if late():
            return Gap.OUT_OF_TIME
        try:
            for match in matcher.locate(index, text):
                judge.candidate(matcher.detectors[index], match)
        except TooManyMatchesError:
            return Gap.OVER_LIMIT
    return Gap.NONE


class _Judge:
    """Takes candidates to findings: the value within the match, its validator, its context, what the structure says."""

    def __init__(self, text: bytes, evidence: Evidence, field: str) -> None:
        self._text = text
        self._evidence = evidence
        self._field = field
        self._structure = Structure([] if field else evidence.findings)

    def candidate(self, detector: Detector, match: tuple[int, int]) -> None:
        before = self._text[max(0, match[0] - CONTEXT_WINDOW) : match[0]]
        span = self._value(detector, match)
        if span is None or _inside_number(self._text, *span):
            return
        value = self._text[slice(*span)].decode("utf-8", "replace")
        if all(is_masked(word) for word in value.split()):
            return
        likelihood = detector.judge(value, before)
        if likelihood is None or likelihood < _REPORTED or self._structure.explains(*span, detector):
            return
        spot = Spot(self._field, -1, -1) if self._field else Spot("", *span)
        self._evidence.add(detector.name, detector.info_type, spot, detector.about(before), likelihood)

    def _value(self, detector: Detector, match: tuple[int, int]) -> tuple[int, int] | None:
        start, end = match
        if detector.value is None:
            return match
        # the value may run on behind the match: Hyperscan says where the pattern ends, the value's expression is greedy
        found = detector.value.search(self._text, start, min(len(self._text), end + CONTEXT_WINDOW))
        return None if found is None or found.start() >= end else found.span(1)


def _inside_number(text: bytes, start: int, end: int) -> bool:
    """Whether the candidate is cut out of a longer number (`1-123-45-6789-0`, `0.123456789`)."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return bool(re.search(rb"\d[-.]?$", before) and text[start : start + 1].isdigit()) or bool(
        re.match(rb"[-.]?\d", after) and text[end - 1 : end].isdigit()
    )

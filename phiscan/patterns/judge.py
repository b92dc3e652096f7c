"""Runs the detectors over a text and adds what they find to the evidence of its structure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import chain

from phiscan.evidence import Evidence
from phiscan.finding import Finding, Gap, Location
from phiscan.identifiers import InfoTypeKind, Trait, having
from phiscan.patterns.detector import CONTEXT_WINDOW, REPORTED, Detector
from phiscan.patterns.matcher import Matcher, Single, TooManyMatchesError
from phiscan.text.normalise import Normalised
from phiscan.words.labels import MASK_BEGINS, is_masked

_OUTWEIGHING = having(Trait.OUTWEIGHS_STRUCTURE)
_DIGITS = frozenset(b"0123456789")
_NUMBER_BEFORE = re.compile(rb"\d[-.]?\Z")
_JOINTS = frozenset(b"0123456789-.")
"""How what stands before a number ends when the number goes on there."""
_NUMBER_AFTER = re.compile(rb"[-.]?\d")
_FRACTION_BEFORE = re.compile(rb"(?:\A|[^\w.])\.\Z")
_GROUPS = re.compile(rb"\d+(?: \d+)+")
_ROW_BEFORE = re.compile(rb"(?:\A|[^\d.,/:-])\d+ \d+ \Z")
_ROW_AFTER = re.compile(rb" \d+ \d+(?![\d/:-])")


_ROW = 24
"""Bytes before a number that show whether it stands in a row of numbers."""
_LEAD = 128
"""Bytes in front of a match in which what belongs to it stands."""
_LOOK_EVERY = 128
"""Candidates between two looks at the clock."""


Locate = Callable[[int, int], Location]
"""Says where a range of a text stands in its document."""


class Structure:
    """The ranges that the structure of a document has explained already, for quick look-up."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._spans = sorted(
            (f.location.start, f.location.end, f.info_type)
            for f in findings
            if f.kind is InfoTypeKind.IDENTIFIER and f.location.start >= 0
        )
        self._starts = [span[0] for span in self._spans]

    def explains(self, start: int, end: int, detector: Detector) -> bool:
        """Whether a value at this range is explained, so that the detector's guess adds nothing."""
        at = bisect_right(self._starts, end - 1) - 1
        while at >= 0 and self._spans[at][1] > start:
            if self._spans[at][2] == detector.info_type or detector.info_type not in _OUTWEIGHING:
                return True
            at -= 1
        return False


def in_body(start: int, end: int) -> Location:
    """Where a range of the body is: there."""
    return Location("", start, end)


def run(
    normalised: Normalised,
    matcher: Matcher | Single,
    evidence: Evidence,
    place: Locate = in_body,
    *,
    prose: bool = True,
) -> Gap:
    """Add the detectors' findings in a text.

    Args:
        place: says where a range of the text stands.
        prose: whether it matters where the text speaks of health. Where it does not, each detector
            of health information, which is no value and never masked, is content with its first
            finding, unless what stands near says whom a finding is about.
    """
    text = normalised.text
    possible = matcher.possible(text)
    if not possible:
        return Gap.NONE
    judge, info_types = _Judge(normalised, evidence, place), evidence.context.info_types
    for index in possible:
        detector = matcher.detectors[index]
        once = detector.once or not (
            prose
            or detector.neighbours
            or info_types[detector.info_type].kind is not InfoTypeKind.HEALTH
        )
        try:
            # the first match is a finding nearly always: then the rest is not looked at
            matches = chain(matcher.first(index, text) if once else (), matcher.locate(index, text))
            if not judge.all(detector, matches, evidence.context.late, once=once):
                return Gap.OUT_OF_TIME
        except TooManyMatchesError:
            return Gap.OVER_LIMIT
    return Gap.NONE


class _Judge:
    """Takes candidates to findings: the value within the match, its validator, its context, what
    the structure says."""

    def __init__(self, normalised: Normalised, evidence: Evidence, place: Locate) -> None:
        self._folded = normalised
        self._text = normalised.text
        self._evidence = evidence
        self._place = place
        self._structure = Structure(evidence.findings)

    def all(
        self,
        detector: Detector,
        matches: Iterable[tuple[int, int]],
        late: Callable[[], bool],
        *,
        once: bool,
    ) -> bool:
        """Judge a detector's matches, up to the first finding where that is enough; False when time
        ran out."""
        reached = 0
        for number, match in enumerate(matches):
            if not number % _LOOK_EVERY and late():
                return False
            whole = self._with_lead(detector, match)
            if whole is None or whole[0] < reached:
                continue  # ana@fernmail.net@ferns.net: a part of the finding before
            if self.candidate(detector, whole):
                reached = whole[1]
                if once:
                    break
        return True

    def _with_lead(self, detector: Detector, match: tuple[int, int]) -> tuple[int, int] | None:
        """A match with what stands in front of it and belongs to it; None when that is missing."""
        if detector.lead is None:
            return match
        lead = detector.lead.search(self._text, max(0, match[0] - _LEAD), match[0])
        return None if lead is None else (lead.start(), match[1])

    def candidate(self, detector: Detector, match: tuple[int, int]) -> bool:
        """Judge one match; whether it was reported."""
        before = self._text[max(0, match[0] - CONTEXT_WINDOW) : match[0]]
        likelihood = detector.likelihood(before)
        if likelihood < REPORTED:
            return False  # the cheapest test first: most matches of a weak pattern end here
        span = self._value(detector, match)
        if span is None or _inside_number(self._text, *span):
            return False
        location = self._place(*self._folded.origin(*span))
        if self._structure.explains(location.start, location.end, detector):
            return False
        value = self._text[slice(*span)].decode("utf-8", "replace")
        if value.lstrip()[:1] in MASK_BEGINS and all(map(is_masked, value.split())):
            return False
        if not detector.validate(value):
            return False
        self._evidence.add(
            detector.name, detector.info_type, location, detector.about(before), likelihood
        )
        return True

    def _value(self, detector: Detector, match: tuple[int, int]) -> tuple[int, int] | None:
        start, end = match
        if detector.value is None:
            return match
        # the value may run on behind the match: Hyperscan says where the pattern ends, the value's
        # expression is greedy
        found = detector.value.search(self._text, start, min(len(self._text), end + CONTEXT_WINDOW))
        return None if found is None or found.start() >= end else found.span(1)


def _inside_number(text: bytes, start: int, end: int) -> bool:
    """Whether the candidate is cut out of a longer number (`1-123-45-6789-0`, `0.123456789`,
    `.4539148803436467`) or a row of them."""
    if text[start] in _DIGITS:
        before = text[max(0, start - _ROW) : start]
        if (
            start
            and text[start - 1] in _JOINTS
            and (_NUMBER_BEFORE.search(before) or _FRACTION_BEFORE.search(before))
        ):
            return True
        # 960 965 970 975 980 1041
        if _GROUPS.fullmatch(text, start, end) and (
            _ROW_BEFORE.search(before) or _ROW_AFTER.match(text, end)
        ):
            return True
    return text[end - 1] in _DIGITS and _NUMBER_AFTER.match(text, end) is not None

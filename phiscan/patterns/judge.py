"""Runs the detectors over a text and adds their findings to the evidence of its structure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import chain

from phiscan.evidence import Evidence
from phiscan.finding import Gap, Location
from phiscan.identifiers import InfoTypeKind, Trait, having
from phiscan.patterns.detector import CONTEXT_WINDOW, REPORTED, Detector
from phiscan.patterns.matcher import Matcher, Single, TooManyMatchesError
from phiscan.text import random_letters
from phiscan.text.normalise import Normalised
from phiscan.words.labels import MASK_BEGINS, is_masked

_OUTWEIGHING = having(Trait.OUTWEIGHS_STRUCTURE)
_DIGITS = frozenset(b"0123456789")
# What the text before or after a number looks like when the number goes on there.
_JOINTS = frozenset(b"0123456789-.")
_NUMBER_BEFORE = re.compile(rb"\d[-.]?\Z")  # matches "1-" before "123-45-6789"; not "no. "
_NUMBER_AFTER = re.compile(rb"[-.]?\d")  # matches "-0" after "123-45-6789"; not "- 0"
_FRACTION_BEFORE = re.compile(rb"(?:\A|[^\w.])\.\Z")  # matches " ." before "453914"; not "No."
# Rows of numbers, such as "960 965 970 975 980 1041".
_GROUPS = re.compile(rb"\d+(?: \d+)+")  # matches "123 45 6789"; not "123-45-6789"
_ROW_BEFORE = re.compile(rb"(?:\A|[^\d.,/:-])\d+ \d+ \Z")  # matches " 960 965 "; not "9/60 965 "
_ROW_AFTER = re.compile(rb" \d+ \d+(?![\d/:-])")  # matches " 980 1041"; not " 980 10:41"
_ROW = 24
"""Bytes before a number in which the code looks for a row of numbers."""
_LEAD = 128
"""Bytes before a match in which its lead may begin."""
_LOOK_EVERY = 128
"""Candidates from one look at the clock to the next."""


Locate = Callable[[int, int], Location]
"""Maps the start and end of a range of a text to its location in the document."""


class Structure:
    """The ranges that the document's structure has explained already, for quick look-up."""

    def __init__(self, evidence: Evidence) -> None:
        self._spans = sorted(evidence.identified())
        self._starts = [span[0] for span in self._spans]

    def explains(self, start: int, end: int, detector: Detector) -> bool:
        """Whether the structure explains a value here, so that the detector's guess adds nothing.

        An infoType that outweighs structure is explained only by a finding of the same infoType.
        """
        at = bisect_right(self._starts, end - 1) - 1
        while at >= 0 and self._spans[at][1] > start:
            if self._spans[at][2] == detector.info_type or detector.info_type not in _OUTWEIGHING:
                return True
            at -= 1
        return False


def in_body(start: int, end: int) -> Location:
    """The location of a range of the body: the range itself, without a field."""
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
        normalised: the text.
        matcher: the detectors.
        evidence: what the structure says; the findings are added to it.
        place: maps a range of the text to its location.
        prose: whether it matters where the text speaks of health. If not, a detector of health
            information stops at its first finding: such a finding holds no value to mask. It
            goes on if words nearby may say whom a finding is about.
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
            # The first match nearly always is a finding. Then the rest is not searched.
            matches = chain(matcher.first(index, text) if once else (), matcher.locate(index, text))
            if not judge.all(detector, matches, evidence.context.late, once=once):
                return Gap.OUT_OF_TIME
        except TooManyMatchesError:
            return Gap.OVER_LIMIT
    return Gap.NONE


class _Judge:
    """Turns candidates into findings: value, validator, context, and what the structure says."""

    def __init__(self, normalised: Normalised, evidence: Evidence, place: Locate) -> None:
        self._folded = normalised
        self._text = normalised.text
        self._evidence = evidence
        self._place = place
        self._structure = Structure(evidence)

    def all(
        self,
        detector: Detector,
        matches: Iterable[tuple[int, int]],
        late: Callable[[], bool],
        *,
        once: bool,
    ) -> bool:
        """Judge a detector's matches, and stop at the first finding if `once`.

        False when time ran out.
        """
        reached = 0
        for number, match in enumerate(matches):
            if not number % _LOOK_EVERY and late():
                return False
            whole = self._with_lead(detector, match)
            if whole is None or whole[0] < reached:
                continue  # it lies in the finding before: ana@fernmail.net@ferns.net
            if self.candidate(detector, whole):
                reached = whole[1]
                if once:
                    break
        return True

    def _with_lead(self, detector: Detector, match: tuple[int, int]) -> tuple[int, int] | None:
        """The match extended by its lead; None when the lead is missing."""
        if detector.lead is None:
            return match
        lead = detector.lead.search(self._text, max(0, match[0] - _LEAD), match[0])
        return None if lead is None else (lead.start(), match[1])

    def candidate(self, detector: Detector, match: tuple[int, int]) -> bool:
        """Judge one match, and say whether it became a finding."""
        before = self._text[max(0, match[0] - CONTEXT_WINDOW) : match[0]]
        likelihood = detector.likelihood(before)
        if likelihood < REPORTED:
            return False  # the cheapest test comes first: most matches of a weak pattern end here
        span = self._value(detector, match)
        if span is None:
            return False
        location = self._place(*self._folded.origin(*span))
        is_known = self._structure.explains(location.start, location.end, detector)
        if is_known or self._is_cut_out(detector, span):
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

    def _is_cut_out(self, detector: Detector, span: tuple[int, int]) -> bool:
        """Whether a value is a part of something else: a number, a mail address, or a token."""
        kind = self._evidence.context.info_types[detector.info_type].kind
        if kind is InfoTypeKind.HEALTH and (
            _in_address(self._text, *span) or random_letters.surround(self._text, *span)
        ):
            return True
        return _inside_number(self._text, *span)

    def _value(self, detector: Detector, match: tuple[int, int]) -> tuple[int, int] | None:
        start, end = match
        if detector.value is None:
            return match
        # The value may go on beyond the match: the value's expression is greedy, while Hyperscan
        # reports where the pattern ends.
        found = detector.value.search(self._text, start, min(len(self._text), end + CONTEXT_WINDOW))
        return None if found is None or found.start() >= end else found.span(1)


def _in_address(text: bytes, start: int, end: int) -> bool:
    """Whether a word of medicine is a part of a mail address: `lupus@acme.com`."""
    return text[end : end + 1] == b"@" or text[max(0, start - 1) : start] == b"@"


def _inside_number(text: bytes, start: int, end: int) -> bool:
    """Whether the candidate is cut out of a longer number or of a row of numbers.

    Examples: `1-123-45-6789-0`, `0.123456789`, `.4539148803436467`, `960 965 970 975 980 1041`.
    """
    if text[start] in _DIGITS:
        before = text[max(0, start - _ROW) : start]
        if (
            start
            and text[start - 1] in _JOINTS
            and (_NUMBER_BEFORE.search(before) or _FRACTION_BEFORE.search(before))
        ):
            return True
        if _GROUPS.fullmatch(text, start, end) and (
            _ROW_BEFORE.search(before) or _ROW_AFTER.match(text, end)
        ):
            return True
    return text[end - 1] in _DIGITS and _NUMBER_AFTER.match(text, end) is not None

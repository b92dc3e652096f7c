"""Where a model plugs in: it finds identifiers in prose that no structure, label or pattern shows. Never inline, the caller's choice.

    text ─> passages of words ─> windows that a model reads whole ─> Recognizer.find ─> findings with byte ranges

A model reads a few hundred words and drops the rest without a word, so no window is longer, and windows overlap: a name at the
end of one stands within the next. What structure and patterns have explained already stays as they say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from phiscan.evidence import Evidence
from phiscan.finding import Likelihood, Location
from phiscan.identifiers import InfoType
from phiscan.media_kind import MediaKind
from phiscan.patterns.detector import CONTEXT_WINDOW, Detector
from phiscan.patterns.judge import Structure
from phiscan.scan_context import OutOfTimeError
from phiscan.text.normalise import Normalised
from phiscan.words.labels import is_masked

WINDOW: Final = 200
"""Words of a window. GLiNER's models read 384 and drop the rest."""
OVERLAP: Final = 40
_PASSAGE: Final = re.compile(rb"[^\"<>|^~*{}\[\]=\t\r]+")
_WORD: Final = re.compile(rb"\S+")
_LOWER: Final = re.compile(rb"[a-z\x80-\xff]{2}")
_FEWEST_WORDS: Final = 3
_LIKELIHOODS: Final = (
    (0.9, Likelihood.VERY_LIKELY),
    (0.7, Likelihood.LIKELY),
    (0.5, Likelihood.POSSIBLE),
)
"""From which score on; what is below is not reported."""


class Recognized(NamedTuple):
    """One thing that a model found.

    Args:
        info_type: a name from `phiscan.identifiers.INFO_TYPES`, or from the engine's own.
        start, end: in characters of the text that it was given.
        score: from 0 to 1.
    """

    info_type: str
    start: int
    end: int
    score: float


class Recognizer(Protocol):
    """Finds identifiers in a short text."""

    def find(self, text: str) -> Iterable[Recognized]:
        """What stands in `text`, which has WINDOW words at most."""


class RecognizerError(Exception):
    """A recognizer failed, or said what makes no sense. The text is one line and quotes nothing of
    the document."""


def run(
    kind: MediaKind, normalised: Normalised, recognizers: Sequence[Recognizer], evidence: Evidence
) -> None:
    """Add what the recognizers find in the words of a document that was read as `kind`.

    Raises:
        RecognizerError: one of them raised, or named an infoType or a range that does not exist.
        OutOfTimeError: time is up.
    """
    if not recognizers:
        return
    structure = Structure(evidence.findings)
    for recognizer in recognizers:
        found: list[_Found] = []
        for start, end in _windows(kind, normalised.text):
            if evidence.context.late():
                raise OutOfTimeError
            found += _found(
                recognizer, normalised.text[start:end], start, evidence.context.info_types
            )
        for each in _widest(found):
            _add(each, normalised, structure, evidence)


class _Found(NamedTuple):
    """As Recognized, in bytes of the normalised text."""

    info_type: str
    start: int
    end: int
    likelihood: Likelihood


def _found(
    recognizer: Recognizer, raw: bytes, at: int, known: Mapping[str, InfoType]
) -> Iterator[_Found]:
    text = raw.decode("utf-8", "surrogateescape")
    try:
        recognized = list(recognizer.find(_without_surrogates(text)))
    except Exception as error:  # noqa: BLE001 - a model's library may raise anything, and its text could quote the document
        raise RecognizerError(f"the recognizer failed: {type(error).__name__}") from None
    for each in recognized:
        if each.info_type not in known:
            raise RecognizerError(
                "the recognizer named an infoType that does not exist; map its labels to phiguard's"
            )
        if not 0 <= each.start < each.end <= len(text):
            raise RecognizerError(
                "the recognizer named a range outside of the text that it was given"
            )
        likelihood = next((likely for least, likely in _LIKELIHOODS if each.score >= least), None)
        if likelihood is not None:
            start = at + _size(text[: each.start])
            yield _Found(
                each.info_type, start, start + _size(text[each.start : each.end]), likelihood
            )


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _without_surrogates(text: str) -> str:
    """As many characters, all of which a library in another language can take."""
    return (
        text
        if text.isascii()
        else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    )


def _widest(found: list[_Found]) -> Iterator[_Found]:
    """Of findings of one kind that overlap the widest: two windows may see one value, one of them
    only its beginning."""
    reached: dict[str, int] = {}
    for each in sorted(found, key=lambda f: (f.start, -f.end)):
        if each.start >= reached.get(each.info_type, -1):
            reached[each.info_type] = each.end
            yield each


def _add(found: _Found, normalised: Normalised, structure: Structure, evidence: Evidence) -> None:
    value = normalised.text[found.start : found.end].decode("utf-8", "replace")
    if not value.strip() or all(map(is_masked, value.split())):
        return
    detector = Detector("model", found.info_type, "", found.likelihood)
    location = Location("", *normalised.origin(found.start, found.end))
    if not structure.explains(location.start, location.end, detector):
        before = normalised.text[max(0, found.start - CONTEXT_WINDOW) : found.start]
        evidence.add("model", found.info_type, location, detector.about(before), found.likelihood)


def _windows(kind: MediaKind, text: bytes) -> Iterator[tuple[int, int]]:
    """Ranges of the text's passages with WINDOW words at most, each of which begins with the last
    OVERLAP words of the one before."""
    for start, end in [(0, len(text))] if kind.is_prose else _passages(text):
        words = [match.span() for match in _WORD.finditer(text, start, end)]
        for first in range(0, max(1, len(words) - OVERLAP), WINDOW - OVERLAP):
            window = words[first : first + WINDOW]
            if window:
                yield window[0][0], window[-1][1]


def _passages(text: bytes) -> Iterator[tuple[int, int]]:
    """What stands between the marks of a format and is words, not a code."""
    for match in _PASSAGE.finditer(text):
        if len(match[0].split(None, _FEWEST_WORDS)) >= _FEWEST_WORDS and _LOWER.search(match[0]):
            yield match.span()

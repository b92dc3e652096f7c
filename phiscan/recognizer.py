"""Where a model plugs in. It finds identifiers in prose that no structure, label or pattern shows.

    text ─> passages of words ─> windows that fit the model ─> Recognizer.find ─> byte ranges

The caller chooses whether a model runs. A model reads a few hundred words and silently drops the
rest. So a window is never longer than `WINDOW` words. Windows overlap, so that a name at the end of
one window is also inside the next. What structure and patterns have explained stays as it is.
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
"""Words of a window. GLiNER's models read 384 tokens and drop the rest."""
OVERLAP: Final = 40
"""Words that a window shares with the one before it."""
_PASSAGE: Final = re.compile(rb"[^\"<>|^~*{}\[\]=\t\r]+")  # matches "seen by Ana"; not "<b>"
_WORD: Final = re.compile(rb"\S+")
_LOWER: Final = re.compile(rb"[a-z\x80-\xff]{2}")  # matches "Ana"; not "PID"
_FEWEST_WORDS: Final = 3
"""Words of a passage that is worth reading."""
_LIKELIHOODS: Final = (
    (0.9, Likelihood.VERY_LIKELY),
    (0.7, Likelihood.LIKELY),
    (0.5, Likelihood.POSSIBLE),
)
"""The least score for each likelihood. A lower score is not reported."""


class Recognized(NamedTuple):
    """One thing that a model found.

    Args:
        info_type: a name from `phiscan.identifiers.INFO_TYPES`, or one of the engine's own.
        start: the first character, in the text that the model was given.
        end: the character after the last one.
        score: how sure the model is, from 0 to 1.
    """

    info_type: str
    start: int
    end: int
    score: float


class Recognizer(Protocol):
    """Finds identifiers in a short text. An adapter for a model implements this protocol."""

    def find(self, text: str) -> Iterable[Recognized]:
        """What the model finds in `text`, which has at most `WINDOW` words."""


class RecognizerError(Exception):
    """A recognizer failed or gave an invalid answer.

    The text is one line and quotes nothing of the document.
    """


def run(
    kind: MediaKind, normalised: Normalised, recognizers: Sequence[Recognizer], evidence: Evidence
) -> None:
    """Add what the recognizers find in a document's prose.

    Args:
        kind: what the document was read as.
        normalised: the document's text.
        recognizers: the models. Without one, nothing is read.
        evidence: what the structure and the patterns say; the findings are added to it.

    Raises:
        RecognizerError: a recognizer raised, or named an infoType or a range that does not exist.
        OutOfTimeError: the time for the scan is over.
    """
    if not recognizers:
        return
    structure = Structure(evidence)
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
    """A `Recognized` with its range in bytes of the normalised text."""

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
    except Exception as error:  # noqa: BLE001 - a model's library may raise anything
        # the error's own text could quote the document
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
    """The text with its surrogates replaced one for one, for libraries that cannot encode them."""
    return (
        text
        if text.isascii()
        else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    )


def _widest(found: list[_Found]) -> Iterator[_Found]:
    """The widest of overlapping findings of one infoType.

    Two windows may see the same value, and one of them only its beginning.
    """
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
    """The ranges of the windows: at most `WINDOW` words each.

    Each window begins with the last `OVERLAP` words of the one before it.
    """
    for start, end in [(0, len(text))] if kind.is_prose else _passages(text):
        words = [match.span() for match in _WORD.finditer(text, start, end)]
        for first in range(0, max(1, len(words) - OVERLAP), WINDOW - OVERLAP):
            window = words[first : first + WINDOW]
            if window:
                yield window[0][0], window[-1][1]


def _passages(text: bytes) -> Iterator[tuple[int, int]]:
    """The ranges between the delimiters of a format that hold words and not codes."""
    for match in _PASSAGE.finditer(text):
        if len(match[0].split(None, _FEWEST_WORDS)) >= _FEWEST_WORDS and _LOWER.search(match[0]):
            yield match.span()

"""A labelled document, and the marks with which generators label values.

A generator puts marks around values while it builds the text. `Marks.finish` removes them and finds
the bytes of the values.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from phiscan.finding import Verdict
from phiscan.identifiers import INFO_TYPES, Identifier

_OPEN: Final = 0xF0000
"""The first of a plane of private use characters, each of which names one mark.

They survive the escaping of JSON, XML and HL7.
"""
_CLOSE: Final = "\ue001"
_BARE_OPEN: Final = '"\ue002'
_BARE_CLOSE: Final = '\ue003"'
_MARK: Final = re.compile(f"([\U000f0000-\U000ffffd])|{_CLOSE}")


class Kind(StrEnum):
    """What a scanner must do with a labelled value."""

    PATIENT = "patient"  # must be found
    OPTIONAL = "optional"  # may be found: reasonable people disagree
    PROVIDER = "provider"  # must not be counted as an individual's identifier


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled value.

    Args:
        info_type: what it is.
        kind: what a scanner must do with it.
        start, end: its bytes in the document.
        also: letters of further correct classes.
    """

    info_type: str
    kind: Kind
    start: int
    end: int
    also: str = ""

    @property
    def classes(self) -> frozenset[str]:
        """The HIPAA classes that are right for this value."""
        own = INFO_TYPES[self.info_type].identifier
        return frozenset((*self.also, *(own or "")))


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus. `verdict` is None when only the labels count."""

    format: str
    style: str
    data: bytes = field(repr=False)
    content_type: str
    verdict: Verdict
    labels: tuple[Label, ...] = ()
    textual: bool = True
    """Whether the document may also be sent in UTF-16."""


@dataclass(frozen=True, slots=True)
class _Marked:
    labels: tuple[tuple[str, Kind, str], ...]


class Marks:
    """Marks values in a text that is still being built, and finds their bytes when it is done.

    >>> marks = Marks()
    >>> marks.finish("MRN " + marks.patient("MEDICAL_RECORD_NUMBER", "A-1"))
    (b'MRN A-1', (Label(info_type='MEDICAL_RECORD_NUMBER', kind=<Kind.PATIENT: 'patient'>, start=4,
    end=7, also=''),))"""

    def __init__(self) -> None:
        self._marked: list[_Marked] = []

    def patient(self, info_type: str, text: str, also: str = "") -> str:
        """Mark a value that must be found. `also`: letters of further classes that are right."""
        return self._mark(text, _Marked(((info_type, Kind.PATIENT, also),)))

    def optional(self, info_type: str, text: str) -> str:
        """Mark a value that may be found or not."""
        return self._mark(text, _Marked(((info_type, Kind.OPTIONAL, "".join(Identifier)),)))

    def provider(self, info_type: str, text: str) -> str:
        """Mark a provider's own value."""
        return self._mark(text, _Marked(((info_type, Kind.PROVIDER, ""),)))

    def number(self, marked: str) -> str:
        """Return a marked value without quotes for JSON. `json.dumps` may be applied around it."""
        return f"{_BARE_OPEN[1]}{marked}{_BARE_CLOSE[0]}"

    def enclosing(self, text: str, labels: tuple[Label, ...]) -> str:
        """Mark an encoded value (base64, escapes) that encloses a document with `labels`."""
        kept = sorted({(label.info_type, label.kind, label.also) for label in labels})
        return self._mark(text, _Marked(tuple(kept)))

    def _mark(self, text: str, marked: _Marked) -> str:
        if not text:
            return text
        self._marked.append(marked)
        return f"{chr(_OPEN + len(self._marked) - 1)}{text}{_CLOSE}"

    def finish(self, text: str, encoding: str = "utf-8") -> tuple[bytes, tuple[Label, ...]]:
        """Return the document without marks, and the labels with their byte ranges."""
        text = text.replace(_BARE_OPEN, "").replace(_BARE_CLOSE, "")
        pieces: list[bytes] = []
        labels: list[Label] = []
        size = at = 0
        opened: list[tuple[int, int]] = []
        for match in _MARK.finditer(text):
            piece = text[at : match.start()].encode(encoding)
            pieces.append(piece)
            size += len(piece)
            at = match.end()
            if match[1]:
                opened.append((ord(match[1]) - _OPEN, size))
                continue
            number, start = opened.pop()
            labels += [Label(t, k, start, size, also) for t, k, also in self._marked[number].labels]
        pieces.append(text[at:].encode(encoding))
        return b"".join(pieces), tuple(labels)


def escape_non_ascii(text: str) -> str:
    """JSON text with every character above 0x7F as `\\uXXXX`, except the marks."""

    def escaped(match: re.Match[str]) -> str:
        char = match[0]
        if char in (_CLOSE, "\ue002", "\ue003") or ord(char) >= _OPEN:
            return char
        return "".join(f"\\u{unit:04x}" for unit in _units(char))

    return re.sub(r"[^\x00-\x7f]", escaped, text)


def _units(char: str) -> list[int]:
    raw = char.encode("utf-16-be")
    return [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]

r"""Rich Text Format 1.9.1: notes and letters of record systems, in attachments and in OBX segments.

    {\rtf1\ansi\ansicpg1252 Patient: {\b Ana Ru\'edz}\par DOB: 1961-04-02\par}

Control words are replaced by what they stand for, and ranges of the text are mapped back. All text
counts, also in font tables and in unknown destinations, because a viewer may show it. The
characters after \u for viewers without Unicode are collected to a second text. Pictures and objects
are not read. They are gaps.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import Masking, MediaKind
from phiscan.text import charset
from phiscan.text.offsets import Derived

_BEGINS: Final = b"{\\rtf"
# matches each of \'ed, \par, \u237, \{, a brace and "Ana Ruiz" whole; not \'e, with one digit only
_TOKEN: Final = re.compile(
    rb"\\'([0-9A-Fa-f]{2})"  # 1: a byte in the document's code page
    rb"|\\([A-Za-z]{1,32})(-?\d{1,10})? ?"  # 2, 3: a control word and its number
    rb"|\\([^A-Za-z'])"  # 4: a control symbol
    rb"|([{}])"  # 5: the begin or end of a group
    rb"|[\r\n]++"
    rb"|([^\\{}\r\n]++)",  # 6: a run of text
    re.DOTALL,
)
# matches the escaped brace \{; not a brace of a group
_NO_BRACE: Final = re.compile(rb"\\[^A-Za-z]|[^{}]", re.DOTALL)
# group numbers of _TOKEN
_BYTE, _WORD, _SIGN, _BRACE, _RUN = 1, 2, 4, 5, 6
_TEXTS: Final = {
    **dict.fromkeys((b"par", b"line", b"row", b"sect", b"page", b"column"), "\n"),
    **dict.fromkeys((b"tab", b"cell", b"nestcell"), "\t"),
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    **dict.fromkeys((b"emspace", b"enspace", b"fldinst", b"fldrslt"), " "),
}
"""The text that a control word stands for."""
_SIGNS: Final = {b"{": "{", b"}": "}", b"\\": "\\", b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n"}
_UNSEEN: Final = frozenset(
    (b"pict", b"objdata", b"bin", b"themedata", b"datastore", b"colorschememapping", b"fontemb")
)
"""Control words of destinations that hold other files."""
_TABLES: Final = frozenset((b"fonttbl", b"colortbl", b"stylesheet", b"info"))
_LONG: Final = 7
"""The least characters of a control word's number that is not a size or a position.

Such a control word counts as text, because `\\ssn123456780` may hide a value.
"""
_MOST_GROUPS: Final = 512


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is RTF."""
    return head.lstrip().startswith(_BEGINS)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the text as a nested document. MALFORMED when the groups do not close."""
    reader = _Reader(data)
    for match in evidence.context.timed(_TOKEN.finditer(data)):
        reader.take(match)
    for text in (reader.text, reader.fallbacks):
        if text.text().strip(b" ?\n\t"):
            evidence.nested.append(
                Nested(text.text(), Location("rtf", 0, len(data)), "text/plain", origin=text)
            )
    return reader.gap or (Gap.NONE if reader.is_whole else Gap.MALFORMED)


def groups(value: bytes) -> bytes:
    """Return the group braces in a value.

    Redaction keeps them after the mask, because the groups of the document must close.
    """
    return _NO_BRACE.sub(b"", value)


class _Reader:
    """Collects the text, token by token.

    `\\uc` sets how many characters after a `\\u` are for viewers without Unicode. The setting holds
    for one group.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._groups: list[tuple[int, bool]] = []
        self._fallback, self._unseen = 1, False
        self._skip = 0
        self._codec = "cp1252"
        self._closed = False
        self.text = Derived()
        self.fallbacks = Derived()
        self.gap = Gap.NONE

    @property
    def is_whole(self) -> bool:
        """Whether the first group has closed."""
        return self._closed and not self._groups

    def take(self, match: re.Match[bytes]) -> None:
        """Read one token."""
        kind = match.lastindex
        if kind == _BRACE:
            self._brace(match[_BRACE])
        elif kind == _RUN:
            self._run(*match.span(_RUN))
        elif kind == _BYTE:
            self._put(
                bytes.fromhex(match[_BYTE].decode()).decode(self._codec, "replace"),
                match,
                counts=True,
            )
        elif kind == _SIGN:
            self._put(_SIGNS.get(match[_SIGN], ""), match)
        elif kind is not None:
            self._word(match)

    def _brace(self, brace: bytes) -> None:
        self._skip = 0
        if brace == b"{":
            self._groups.append((self._fallback, self._unseen))
            if len(self._groups) > _MOST_GROUPS:
                self.gap = self.gap or Gap.OVER_LIMIT
                self._groups.pop()
        elif self._groups:
            self._fallback, self._unseen = self._groups.pop()
            self._closed = not self._groups
        else:
            self._closed = False

    def _run(self, start: int, end: int) -> None:
        shown = min(start + self._skip, end)
        self._skip = 0
        if not self._unseen:
            self.fallbacks.copy(self._data, start, shown)
            self.text.copy(self._data, shown, end)

    def _word(self, match: re.Match[bytes]) -> None:
        word, number = match[_WORD], int(match[_WORD + 1] or 1)
        if word == b"u":
            self._put(
                chr(number & 0xFFFF) if not 0xD800 <= number & 0xFFFF < 0xE000 else "\ufffd", match
            )
            self._skip = self._fallback
        elif word == b"uc":
            self._fallback = min(max(number, 0), 16)
        elif word == b"ansicpg":
            self._codec = _codec(number)
        elif word in _UNSEEN:
            self._unseen = True
            self.gap = self.gap or Gap.UNSUPPORTED_MEDIA
        elif word in _TABLES:
            self._put("\n", match)
        elif len(match[_WORD + 1] or b"") >= _LONG:
            self._put(f" {word.decode()} {number} ", match)
        else:
            self._put(_TEXTS.get(word, ""), match)

    def _put(self, text: str, match: re.Match[bytes], *, counts: bool = False) -> None:
        """Append what a token stands for.

        Args:
            counts: whether the token may be a character for viewers without Unicode.
        """
        if self._unseen:
            return
        is_fallback = counts and self._skip > 0
        self._skip -= is_fallback
        (self.fallbacks if is_fallback else self.text).put(
            text.encode("utf-8", "replace"), *match.span()
        )


def _codec(page: int) -> str:
    return charset.codec_of(f"cp{page}") or "cp1252"


MEDIA: Final = MediaKind("rtf", read, is_searchable=False, masking=Masking(kept=groups))

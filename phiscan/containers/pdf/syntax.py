"""The objects of PDF as values (ISO 32000-1, 7.3): names, strings, numbers, arrays, dictionaries.

    null, true        None, True
    12, 1.5           int, float
    (Ana), <416e61>   bytes
    /Type             Name
    [1 2], <</A 1>>   list, dict; the keys are names without the slash
    3 0 R             Ref

Nothing recurses, so depth is only a number. Cost: linear.
"""

import re
from typing import Final, NamedTuple

from phiscan.text.possessive import repeated

MAX_DEPTH: Final = 64
"""The most levels of arrays and dictionaries within an object."""


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to an object, by its number. The generation does not matter."""

    number: int


class Word(bytes):
    """A keyword or an operator, such as `obj` or `Tj`."""

    __slots__ = ()


Value = bool | int | float | bytes | Name | Ref | list["Value"] | dict[str, "Value"] | None
"""An object. A keyword is a Word, which is bytes."""


class BrokenError(Exception):
    """The bytes are no object.

    Args:
        at: the offset after what was read. The same bytes are never read as an object again.
    """

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class EndlessError(Exception):
    """A string does not end. Nothing after it can be read."""


_DELIMITERS: Final = rb"\x00\t\n\x0c\r ()<>\[\]{}/%"
# One token behind white space and comments. Groups: 1 number, 2 name, 3 string without escapes,
# 4 hexadecimal string, 5 delimiter, 6 word.
# matches b"12", b"/Type", b"(Ana)", b"<41>", b"<<" and b"obj"; not b""
_TOKEN: Final = re.compile(
    repeated(rb"[\x00\t\n\x0c\r ]++|%[^\r\n]*+", "*") + rb"(?:"
    rb"([+-]?+(?:\d++\.?+\d*+|\.\d++))(?=[" + _DELIMITERS + rb"]|\Z)"
    rb"|/([^" + _DELIMITERS + rb"]*+)"
    rb"|\(([^()\\\r]*+)\)"
    rb"|<([0-9A-Fa-f\s]*+)>"
    rb"|(<<|>>|[\[\](){}<>])"
    rb"|([^" + _DELIMITERS + rb"]++))"
)
NUMBER, NAME, PLAIN, HEX, DELIMITER, WORD = 1, 2, 3, 4, 5, 6
# What ends a piece of a string: a parenthesis, an escape or a line end.
# matches b"("; not b"a"
_STRING_SIGN: Final = re.compile(rb"[()\\\r]")
# matches b"\\101", b"\\n" and an escaped line end; not b"a"
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))")
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_REF: Final = re.compile(rb"[\x00\t\n\x0c\r ]{1,8}(\d{1,5})[\x00\t\n\x0c\r ]{1,8}R(?![A-Za-z0-9])")
_CONSTANTS: Final[dict[bytes, bool | None]] = {b"true": True, b"false": False, b"null": None}
_CLOSING: Final = {b"]": b"[", b">>": b"<<"}
_ENDS: Final = frozenset((b"obj", b"endobj", b"stream", b"endstream", b"xref", b"trailer"))
"""Words that are in no object. One within an array means that its end is missing."""


def token(data: bytes, at: int) -> re.Match[bytes] | None:
    """Return the token at `at`; its group `lastindex` says what it is."""
    return _TOKEN.match(data, at)


def name_of(raw: bytes) -> Name:
    """Return a name with its escapes undone."""
    if b"#" in raw:
        raw = _NAME_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()), raw)
    return Name(raw.decode("latin-1"))


def number_of(raw: bytes) -> int | float:
    """Return a number. One of more than 18 digits is 0, because no file has such a number."""
    if len(raw) > 18:
        return 0
    return float(raw) if b"." in raw else int(raw)


def hex_of(raw: bytes) -> bytes:
    """Return the bytes of a hexadecimal string. A missing last digit is 0."""
    digits = raw.translate(None, b" \t\r\n\x0c\x0b\x00")
    return bytes.fromhex((digits + b"0" * (len(digits) & 1)).decode())


def string_at(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the string after the parenthesis before `at`, and the offset after it.

    Raises:
        EndlessError: the string does not end.
    """
    out, depth, start = list[bytes](), 1, at
    while (sign := _STRING_SIGN.search(data, at)) is not None:
        out.append(data[start : sign.start()])
        at = start = sign.end()
        kind = sign[0]
        if kind == b"\r":
            at = start = at + (data[at : at + 1] == b"\n")
            out.append(b"\n")
        elif kind == b"\\":
            escape = _ESCAPE.match(data, at - 1)
            if escape is None:
                break
            at = start = escape.end()
            out.append(_unescaped(escape))
        else:
            depth += 1 if kind == b"(" else -1
            if not depth:
                return b"".join(out), at
            out.append(kind)
    raise EndlessError


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return bytes((int(escape[1], 8) & 0xFF,))
    sign = escape[2]
    return b"" if sign in (b"\n", b"\r", b"\r\n") else _ESCAPES.get(sign, sign)


def value_at(data: bytes, at: int) -> tuple[Value, int]:
    """Return the object or the word at `at`, and the offset after it.

    Raises:
        BrokenError: there is none.
        EndlessError: a string in it does not end.
    """
    stack: list[tuple[bytes, list[Value]]] = []
    while True:
        match = _TOKEN.match(data, at)
        if match is None:
            raise BrokenError(len(data))
        sign = match[DELIMITER]
        if sign in _CLOSING.values():
            if len(stack) == MAX_DEPTH:
                raise BrokenError(match.end())
            stack.append((sign, []))
            at = match.end()
            continue
        if sign in _CLOSING:
            if not stack or stack[-1][0] != _CLOSING[sign]:
                raise BrokenError(match.end())
            value, at = _closed(*stack.pop()), match.end()
        else:
            value, at = scalar_of(data, match, within=bool(stack))
        if not stack:
            return value, at
        stack[-1][1].append(value)


def scalar_of(data: bytes, match: re.Match[bytes], *, within: bool) -> tuple[Value, int]:
    """Return the object of a token that begins no array and no dictionary, and its end.

    Args:
        within: whether it is within an array or a dictionary.

    Raises:
        BrokenError: the token is none of an object.
        EndlessError: it begins a string that does not end.
    """
    kind, at = match.lastindex or 0, match.end()
    raw = match[kind]
    if kind == NUMBER:
        return _number_or_ref(data, match)
    if kind == DELIMITER:
        if raw != b"(":
            raise BrokenError(at)
        return string_at(data, at)
    if kind == WORD and raw not in _CONSTANTS:
        if within and raw in _ENDS:
            raise BrokenError(at)
        return Word(raw), at
    return _simple(kind, raw), at


def _number_or_ref(data: bytes, match: re.Match[bytes]) -> tuple[Value, int]:
    raw = match[NUMBER]
    ref = _REF.match(data, match.end()) if raw.isdigit() and len(raw) <= 10 else None
    if ref is not None:
        return Ref(int(raw)), ref.end()
    return number_of(raw), match.end()


def _simple(kind: int, raw: bytes) -> Value:
    if kind == NAME:
        return name_of(raw)
    if kind == HEX:
        return hex_of(raw)
    return raw if kind == PLAIN else _CONSTANTS[raw]


def _closed(kind: bytes, items: list[Value]) -> Value:
    values = [None if isinstance(item, Word) else item for item in items]
    if kind == b"[":
        return values
    pairs = zip(values[::2], values[1::2], strict=False)
    return {str(key): value for key, value in pairs if isinstance(key, Name)}

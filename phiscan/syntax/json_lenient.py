r"""JSON that lenient parsers accept, written as RFC 8259 JSON of the same length.

    {"a": NaN, 'b': 'it\'s', /* c */ "d": [1, 2,],}
    {"a": 0  , "b": "it 's",         "d": [1, 2 ] }

Each change keeps every other byte in its place, so that a reader of the result has the ranges of
the document. Python writes and reads `NaN`, `Infinity` and `-Infinity` by default; Json.NET, Gson,
Jackson and JSON5 read comments, single quotes, trailing commas, line ends in strings and numbers
such as `.5`, `+1` and `0x1F`, each of them some. RFC 7464 has a record separator before each
document. What only some parsers read otherwise than others (`[1,,2]`, names without quotes, other
escapes) is no JSON here.

Cost: two expressions, which stop only at what is no strict JSON. The first thing that no parser
accepts ends the search.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.syntax.json_lexer import STRING, WORD
from phiscan.text.possessive import repeated

_PLAIN: Final = r'[^"\\\x00-\x1f]*+'
# What strict JSON may hold. A surrogate or a number beyond 64 bits needs a closer look.
# matches `"a \" b"`, `-1.5e3`, `true`, `: [`; not `NaN`, `'a'`, `007`, `// a`
_STRICT: Final = (
    rf'"{_PLAIN}'
    + repeated(rf'\\(?:["\\/bfnrt]|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{{4}}){_PLAIN}', "*")
    + r'"|[\s{}\[\]:,]++'
    r"|(?:-?(?:0|[1-9]\d{0,17}+)(?:\.\d{1,40}+)?(?:[eE][+-]?\d{1,2})?|true|false|null)(?![-+\w.])"
)
_MOST: Final = "{0,1000}"
"""Repeats in one match. Bounded for the memory: Python before 3.11.5 keeps 60 bytes for each."""
# The next thing that is not strict JSON, or no group at the bound. matches `{"a": NaN` of
# `{"a": NaN, 'b': 1}`
_LENIENT: Final = re.compile(
    (
        repeated(_STRICT, _MOST)
        + rf"(?:(?P<string>{STRING})"
        + r"|(?P<quoted>'[^'\\]*+"
        + repeated(r"\\.[^'\\]*+", "*")
        + r"')|(?P<comment>//[^\r\n]*+|\#[^\r\n]*+|/\*(?s:.*?)\*/)"
        + rf"|(?P<word>{WORD})|(?P<separator>\x1e)|(?P<end>\Z)|)"
    ).encode(),
    re.DOTALL,
)
# The next comma before a closing bracket, or no group at the bound. matches `[1,` of `[1, ]`; not
# of `[",]"]`
_COMMA: Final = re.compile(
    (repeated(rf'{STRING}|[^",]++|,(?!\s*+[}}\]])', _MOST) + r"(?:(,)|)").encode(), re.DOTALL
)
# matches `NaN`, `-Infinity`, `INF`, `undefined`, `None`; not `nano`
_NO_NUMBER: Final = re.compile(rb"(?i:[+-]?(?:nan|inf(?:inity)?)|undefined|none|true|false|null)")
# A number as JSON5 and Json.NET read it, or one beyond 64 bits. Parsers read `017` as 17 or as 15.
# matches `+1`, `.5`, `5.`, `0x1F`, `1e999`; not `007`, `1.2.3`, `1a`
_NUMBER: Final = re.compile(
    rb"[+-]?(?:0[xX][0-9A-Fa-f]+|(?!0\d)(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
)
_CONTROL: Final = re.compile(rb"[\x00-\x1f]")  # matches a line end; not a blank
# A pair of surrogates, or one alone. matches "\ud83d\ude00", "\ud83d"; not "\u00e9"
_SURROGATE: Final = re.compile(
    rb"(\\\\)|\\u[dD][89ABab][0-9A-Fa-f]{2}(\\u[dD][C-Fc-f][0-9A-Fa-f]{2})?"
    rb"|\\u[dD][C-Fc-f][0-9A-Fa-f]{2}"
)
# matches "\'"; "\\" whole, so that "\\'" is none
_APOSTROPHE: Final = re.compile(rb"\\(\\|')")
_BLANK: Final = b"\\u0020"
# What some servers write before JSON, so that a page cannot run it. matches ")]}',"; not ")]"
_GUARD: Final = re.compile(rb"[\s\xef\xbb\xbf]*+(\)\]\}',?|while ?\(1\);|for ?\(;;\);)")
# matches `{` and `"a{"` whole; group 1 matches a bracket
_BRACKET: Final = re.compile(
    (repeated(rf'{STRING}|[^"{{}}\[\]]++', "*") + r"([{}\[\]])").encode(), re.DOTALL
)


def rewritten(data: bytes, *, words: bool) -> bytes | None:
    """Return the document as strict JSON of the same length, or None if it is no JSON.

    The result is strict only if the document is JSON at all: a parser has to check it.

    Args:
        words: whether numbers and words are rewritten too. Whoever reads values leaves them.
    """
    guard = _GUARD.match(data)
    at = guard.end() if guard is not None else 0
    pieces = [b" " * at]
    while (found := _LENIENT.match(data, at)) is not None:
        name = found.lastgroup
        if name is None:
            if found.end() == at:
                return None
            pieces.append(found[0])
            at = found.end()
            continue
        pieces.append(data[at : found.start(name)])
        if name == "end":
            return _without_commas(b"".join(pieces))
        raw = found[name]
        written = _written(name, raw) if words or name != "word" else raw
        if written is None:
            return None
        pieces.append(written)
        at = found.end()
    return None


def documents(data: bytes) -> Iterator[bytes]:
    """The documents of strict JSON that follow each other, with or without blanks between them.

    What is left at the end or between them is given too.
    """
    depth = start = 0
    at = -1
    while (found := _BRACKET.match(data, at + 1)) is not None:
        at = found.start(1)
        if data[at] in b"}]":
            depth -= 1
        elif depth == 0:
            yield from data[start:at].split()
            start, depth = at, 1
        else:
            depth += 1
        if depth == 0:
            yield data[start : at + 1]
            start = at + 1
    yield from data[start:].split()


def _without_commas(data: bytes) -> bytes:
    pieces, at = [], 0
    while (found := _COMMA.match(data, at)) is not None and found.end() > at:
        pieces += [data[at : found.start(1)], b" "] if found[1] else [found[0]]
        at = found.end()
    return b"".join([*pieces, data[at:]]) if pieces else data


def _written(name: str, raw: bytes) -> bytes | None:
    """What strict JSON has in the place of something else, or None if it is nothing known."""
    if name in ("comment", "separator"):
        return b" " * len(raw)
    if name == "word":
        return _word(raw)
    if name == "quoted":
        raw = b'"' + raw[1:-1].replace(b'\\"', b" '").replace(b'"', b"'") + b'"'
    raw = _APOSTROPHE.sub(lambda found: b" '" if found[1] == b"'" else found[0], raw)
    raw = _CONTROL.sub(b" ", raw)
    return _SURROGATE.sub(lambda m: m[0] if m[1] or m[2] else _BLANK, raw)


def _word(raw: bytes) -> bytes | None:
    if _NUMBER.fullmatch(raw):
        return b"0".ljust(len(raw))
    return b"0".ljust(len(raw)) if _NO_NUMBER.fullmatch(raw) else None

r"""Documents of which each line stands behind a prefix of its own, as logs write them.

    2024-01-02T03:04:05.678901234Z stdout F {                       Kubernetes (CRI)
    2024-01-02T03:04:05.678901234Z stdout P   "resource             a line in parts
    <13>Jan  2 03:04:05 host app[77]: ISA*00*          *...         syslog, RFC 3164 and RFC 5424
    2024-01-02 03:04:05,123 [main] INFO  com.x.App - "name": [      log4j and its like
    time=2024-01-02T03:04:05Z level=info msg="  \"resourceType\": \"Patient\","       logfmt
    app-1  | {        > ISA*00*        app.log:12:{                 what tools put before lines
    MESSAGE={                                                       the journal's export format

Theory. No list of prefixes is complete, and the prefixes of neighbouring lines differ only in
numbers, times and ids. So words with a digit count as equal, and the prefix is what the lines have
in common up to a blank or a sign such as `:`. The lines without it are one text, in which documents
are found as in any other. See docs/decisions/0015-documents-cut-into-records.md.

Cost: one pass over the lines around a sign of a document that its own line does not hold whole.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from phiscan.embedded.cut_documents import (
    COLUMNS,
    COLUMNS_MARKS,
    ESCAPED_COLUMNS_MARKS,
    ESCAPED_MARKS,
    is_cut,
    signs,
)
from phiscan.embedded.cut_documents import MARKS as SIGNS
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers.tables import csv as csv_table
from phiscan.syntax import literals
from phiscan.syntax.json_lexer import STRING
from phiscan.text.offsets import Derived

FIELD: Final = "records"
"""The field of a text that stands in the records of a whole document, beside what else they say."""
_PART: Final = r" std(?:out|err) P(?:[ :])"
MARKS: Final = (*SIGNS, *ESCAPED_MARKS, *COLUMNS_MARKS, *ESCAPED_COLUMNS_MARKS, _PART)
"""Hyperscan expressions for a sign of a document that may be cut, or for a part of a line."""
_IS_PART: Final = re.compile(_PART.encode())
_TAG: Final = 64
"""Bytes before a content in which the tag of a part stands."""
_MARK: Final = b"\xef\xbb\xbf"
"""What RFC 5424 puts before a message in UTF-8."""
# A word with a digit: a time, a number, an id. Blanks at the beginning of a line make numbers of
# lines equally long. matches b"2024-01-02T03:04:05.6Z", b"  7" and "app.log:12" of "app.log:12:{";
# not b"main"
_VARIES: Final = re.compile(
    rb"(?:\A[ \t]{1,8}|(?<![\w.+@/-]))"
    rb"(?=[A-Za-z_.+@/-]*+[\d:])(?:[\w.+@/-]{1,80}:)?"  # one look tells of most words
    rb"[\w.+@/-]{0,80}\d[\w.+,@/-]*(?::\d[\w.+,@/-]*)*"
)
# A first word that is no such word. matches b"PID" of b"PID|1"; not b"main:7", b"app-1"
_PLAIN: Final = re.compile(rb"[A-Za-z_]++(?![\w.+@/:-])")
# What tells a part of a line from a whole one (CRI). matches b" stdout P:tag "
_STREAM: Final = re.compile(rb" (std(?:out|err)) [FP](?::\S{0,40})? ")
_WHOLE: Final = rb" \1 F "
_HEAD: Final = 256
"""The most bytes of a line in which its prefix is looked for."""
# Where a prefix may end. matches the last blank of b"host app: {"
_END: Final = re.compile(rb".*[\s:|>\]=]", re.DOTALL)
_FEWEST: Final = 2
# A literal that is the rest of its line, or the value of a field. matches rb'"a \"b\""', b'"a" x=1'
_LITERAL: Final = re.compile(rb"(" + STRING.encode() + rb")(?: +[\w.@-]+=.*)?\s*\Z", re.DOTALL)
_MESSAGE: Final = re.compile(rb"^MESSAGE=([^\n]*\n?)", re.MULTILINE)


class _Line:
    """A line and its head in which all words with a digit are equal.

    Args:
        data: the text.
        start: its first byte.
        end: the byte behind its line end.
    """

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.start, self.end = start, end
        self._head = data[start : min(end, start + _HEAD)].rstrip(b"\r\n")

    @cached_property
    def shape(self) -> bytes:
        """The head with all words with a digit as `0`."""
        return _STREAM.sub(_WHOLE, _VARIES.sub(b"0", self._head))

    def shares_nothing(self, other: "_Line") -> bool:
        """Whether a look at the first words tells that two shapes have no prefix in common."""
        return (
            self._head[:1] != other._head[:1]
            and _PLAIN.match(self._head) is not None
            and _PLAIN.match(other._head) is not None
        )

    def content(self, prefix: bytes) -> int:
        """Return where the content behind a prefix of the shape begins."""
        head, left, at = self._head, len(prefix), 0
        stream = _STREAM.search(head)
        if stream is not None and prefix.endswith((b" F ", b" F")):
            return self.start + stream.end()
        for word in _VARIES.finditer(head):
            plain = word.start() - at
            if left <= plain:
                break
            left -= plain + 1
            at = word.end()
        return self.start + at + left


def find(data: bytes) -> Iterator[Nested | None]:
    """Yield the texts that lines are without their prefixes, and None after each other line."""
    if data.find(b"\n", 0, -1) < 0:
        return  # one line shares its prefix with no other
    reached = 0
    for at in sorted({*signs(data), *(part.start() for part in _IS_PART.finditer(data))}):
        if at < reached:
            continue
        first = _line_at(data, at)
        low, reached = reached, first.end
        group = _group(data, first, low)
        if group is None:
            yield None
            continue
        lines, prefix = group
        reached = lines[-1].end
        yield _joined(data, ((min(line.content(prefix), line.end), line.end) for line in lines))


def _line_at(data: bytes, at: int) -> _Line:
    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    return _Line(data, start, len(data) if end < 0 else end + 1)


def _group(data: bytes, first: _Line, low: int) -> tuple[list[_Line], bytes] | None:
    """Return the lines around `first` with its prefix, and the prefix; None if it has none."""
    lines, prefix = [first], first.shape
    at = first.end
    while at < len(data):
        line = _line_at(data, at)
        if line.shares_nothing(first):
            break
        shared = _shared(prefix, line.shape, is_first=len(lines) == 1)
        if shared is None:
            break
        prefix, at = shared, line.end
        lines.append(line)
    if len(lines) < _FEWEST and first.start == low:
        return None
    at = first.start
    before: list[_Line] = []
    while at > low:
        line = _line_at(data, at - 1)
        if line.shares_nothing(first):
            break
        shared = _shared(prefix, line.shape, is_first=len(lines) + len(before) == 1)
        if shared is None:
            break
        prefix, at = shared, line.start
        before.append(line)
    lines = [*reversed(before), *lines]
    return (lines, prefix) if len(lines) >= _FEWEST else None


def _shared(prefix: bytes, shape: bytes, *, is_first: bool) -> bytes | None:
    """Return the prefix that a further line leaves; None when the line has another one.

    Only indentation and the beginnings of a few lines may be lost with it.
    """
    if not is_first and (shape.startswith(prefix) or shape == prefix.rstrip()):
        return prefix
    common = prefix[: _length_in_common(prefix, shape)]
    end = _END.match(common)
    if end is None:
        return None
    shared = end[0].rstrip(b" \t")
    if len(shared) < end.end():
        shared += end[0][len(shared) : len(shared) + 1]
    if not shared.strip():
        return None
    return shared if is_first or 2 * len(shared) >= len(prefix) else None


def _length_in_common(one: bytes, other: bytes) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _joined(data: bytes, lines: Iterable[tuple[int, int]]) -> Nested | None:
    """Return the contents of lines as one text, if one of them holds a part of a document.

    Args:
        lines: where each content begins, and where its line ends.
    """
    contents = [_content(data, *line) for line in lines]
    begins, media = _begins(contents)
    if begins is None:
        return None
    out = Derived()
    for content in contents[begins:]:
        if content.is_literal:
            literals.add_unescaped(out, data, content.start, content.end)
        else:
            out.copy(data, content.start, content.end)
        if not content.is_part:
            out.put(b"\n", max(content.line_end - 1, content.start), content.line_end)
    return Nested(out.text(), Location(FIELD, 0, len(data)), media, declared=False, origin=out)


class _Content(NamedTuple):
    """What a line holds behind its prefix.

    Args:
        text: its text, without the escapes of a literal.
        start: where it begins.
        end: where it ends, without the line end.
        line_end: where its line ends.
        is_literal: whether it is the content of a literal.
        is_part: whether the next line goes on with it.
    """

    text: bytes
    start: int
    end: int
    line_end: int
    is_literal: bool
    is_part: bool


def _content(data: bytes, start: int, line_end: int) -> _Content:
    start += len(_MARK) * data.startswith(_MARK, start)
    end = start + len(data[start:line_end].rstrip(b"\r\n"))
    literal = _LITERAL.match(data, start, end)
    is_part = _IS_PART.search(data, max(0, start - _TAG), start) is not None
    if literal is None:
        return _Content(data[start:end], start, end, line_end, is_literal=False, is_part=is_part)
    start, end = literal.start(1) + 1, literal.end(1) - 1
    text = literals.unescaped(data, start, end).text()
    return _Content(text, start, end, line_end, is_literal=True, is_part=is_part)


def _begins(contents: list[_Content]) -> tuple[int | None, str]:
    """Return the line with which a cut document begins, and its media type where that is known.

    A table has to begin with its header. Any other document may stand behind other lines.
    """
    if any(content.is_part or is_cut(content.text) for content in contents):
        return 0, ""
    for number, (content, following) in enumerate(pairwise(contents)):
        if COLUMNS.search(content.text) and csv_table.sniff(
            b"%b\n%b\n" % (content.text, following.text)
        ):
            return number, "text/csv"
    return None, ""


def journal(data: bytes) -> Iterator[Nested]:
    """Yield the messages of the journal's export format as one text.

    https://systemd.io/JOURNAL_EXPORT_FORMATS/
    """
    found = _joined(data, (line.span(1) for line in _MESSAGE.finditer(data)))
    if found is not None:
        yield found

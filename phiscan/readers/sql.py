"""SQL statements: dumps, migrations, query logs. Columns are labels, rows are records, a table's name says whose they are.

    INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y');      also REPLACE, MERGE's INSERT, INSERT ... SELECT of literals
    CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x');
    UPDATE t SET a = 'x' WHERE b = 'y';                  also comparisons of SELECT and DELETE
    COPY t (a, b) FROM stdin;  rows with tabs between, up to a line of \\.

Read by its words, not by a grammar: every dialect has its own. A doubled quote and one behind a backslash belong to the literal.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.syntax.json_lexer import TEXT
from phiscan.syntax.json_places import unescaped
from phiscan.text.offsets import excerpt
from phiscan.text.possessive import repeated

_TYPES: Final = frozenset(("application/sql", "text/sql", "text/x-sql", "application/x-sql"))
_BESIDE: Final = 8
"""Bytes beside a number in which the sign before or behind it stands."""
MARKS: Final = (
    r"(?:insert|replace)\s+(?:\w+\s+)?into\s",
    r"values\s*\(",
    r"update\s+\S{1,80}\s+set\s",
    r"copy\s+[^;\n]{1,2000}from\s+stdin",
    r"\swhere\s+\S{1,80}\s*(?:=|<>|!=|like|in\s*\()",
)
_NAME: Final = rb"[\w.$`\"\[\]]{1,200}"
_VALUE: Final = rb"[NEnebB]?'" + repeated(rb"[^'\\]|''|\\.", "*") + rb"'|-?\d[\d.]*+"


def _expression(words: bytes) -> re.Pattern[bytes]:
    return re.compile(words.replace(b"<name>", _NAME).replace(b"<value>", _VALUE), re.IGNORECASE)


_SNIFF: Final = _expression(
    rb"\s*(?:--[^\n]*\n\s*|/\*[^*]{0,2000}\*+/;?\s*)*"
    rb"(?:insert\s+(?:\w+\s+)?into|replace\s+into|merge\s+into|delete\s+from|drop\s+table|alter\s+table|lock\s+tables?\s"
    rb"|update\s+<name>\s+set|create\s+(?:table|database|schema|temp)|copy\s+<name>\s*\(|use\s+<name>\s*;"
    rb"|select\s[^;]{1,400}\sfrom\s+<name>\s*(?:;|\Z|where\s|limit\s|order\s|group\s|join\s|inner\s|left\s)"
    rb"|begin\s*;|begin\s+transaction|start\s+transaction|set\s+[\w@. ]{1,60}(?:=|\sto\s|\son\s*;|\soff\s*;))"
)
_STATEMENT: Final = _expression(
    rb"\b(?:insert|replace)\s+(?:\w{1,20}\s+)?(?:into\s+(?:table\s+)?(?P<into><name>)\s*)?(?:as\s+\w{1,60}\s*)?"
    rb"(?:\((?P<columns>[^()']{1,20000})\)\s*)?(?:overriding\s+\w+\s+value\s+)?(?:(?P<values>values?\s*(?=\())|(?P<select>select\s))"
    rb"|\bcreate\s+(?:\w{1,20}\s+){0,3}table\s+(?:if\s+not\s+exists\s+)?(?P<create><name>)\s*\("
    rb"|\bcopy\s+(?P<copy><name>)\s*\((?P<fields>[^()]{1,20000})\)\s*from\s+stdin[^;\n]{0,200};[^\n]{0,40}\n"
    rb"|\b(?:update|from|join)\s+(?:only\s+)?(?P<table><name>)"
    rb"|(?<![\w.$`\"\[\]])(?P<left><name>)\s*(?:=|<>|!=|\blike\b|\bilike\b|\bin\s*\()\s*(?P<right><value>)"
    rb"|(?P<end>;)"
)
_TOKEN: Final = re.compile(
    _VALUE
    + rb"|[(),;]|\""
    + repeated(rb"[^\"\\]|\\.", "*")
    + rb"\"|[A-Za-z_][\w.:]*+|[^\s\w\"(),;]",
    re.DOTALL,
)
_ENDS_SELECT: Final = frozenset((b"from", b"union", b"where", b"on", b"returning", b"limit"))
_NO_COLUMN: Final = frozenset(
    b"primary key constraint unique index foreign check fulltext spatial exclude like "
    b"period".split()
)
_MAX_COLUMNS: Final = 2000
_QUOTES: Final = b'`"[]'
_ESCAPES: Final = re.compile(r"''|\\(.)", re.DOTALL)
_ROW_END: Final = b"\\."
_NULL: Final = b"\\N"
_JSON_START: Final = re.compile(rb"\s*[\[{\"]")
_JSON_STRING: Final = re.compile(TEXT.encode(), re.DOTALL)
_BEGINS: Final = re.compile(
    rb"\b(?:insert|replace|merge|update|copy|select|delete|create\s+table)\s", re.IGNORECASE
)


class _Token(NamedTuple):
    text: bytes
    start: int
    end: int

    @property
    def is_literal(self) -> bool:
        return (
            self.text.endswith(b"'")
            or self.text[:1].isdigit()
            or (self.text[:1] == b"-" and len(self.text) > 1)
        )


class _Row:
    """The values of one row: the first literal of each, None where it has none (`NULL`,
    `now()`)."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.values: list[_Token | None] = [None]

    def take(self, token: _Token) -> None:
        if token.text == b"(":
            self.depth += 1
            self.values = [None] if self.depth == 1 else self.values
        elif token.text == b")":
            self.depth -= 1
        elif token.text == b"," and self.depth == 1 and len(self.values) < _MAX_COLUMNS:
            self.values.append(None)
        elif self.values[-1] is None and token.is_literal:
            self.values[-1] = token

    def is_ended_by(self, text: bytes, *, opened: bool) -> bool:
        if opened and text.lower() in _ENDS_SELECT:
            return True
        return text in b";'" or (not self.depth and text not in b"(,")


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is SQL."""
    return _SNIFF.match(head) is not None


def statements(data: bytes) -> Iterator[Nested]:
    """SQL within a text, or within each string of a JSON document."""
    if _JSON_START.match(data) is None:
        begin = _BEGINS.search(data)
        # what begins with such a word and is no statement ("Update the cache") would be found
        # within itself again
        if begin is not None and begin.start() and not sniff(data):
            at = begin.start()
            yield Nested(
                data[at:],
                Location("sql", at, len(data)),
                "application/sql",
                declared=False,
                origin=excerpt(data, at, len(data)),
            )
        return
    at = 0
    while begin := _BEGINS.search(data, at):
        string = _JSON_STRING.match(data, begin.start())
        at = max(string.end() if string else 0, begin.end())
        origin = unescaped(data, begin.start(), at)
        yield Nested(
            origin.text(),
            Location("sql", begin.start(), at),
            "application/sql",
            declared=False,
            origin=origin,
        )


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what columns say of the literals."""
    reader = _Reader(data, evidence)
    values = chain.from_iterable(map(reader.values, evidence.context.timed(reader.statements())))
    read_records(values, evidence, "sql_column")
    return Gap.NONE


class _Reader:
    """Walks statements. A row is a record, and so is a statement that has none."""

    def __init__(self, data: bytes, evidence: Evidence) -> None:
        self._data = data
        self._evidence = evidence
        self._tables: dict[bytes, list[str]] = {}
        self._table = ""
        self._record = 0
        self._at = 0

    def statements(self) -> Iterator[re.Match[bytes]]:
        """What begins a statement or a comparison, or ends one; its values are to be taken before
        the next."""
        while match := _STATEMENT.search(self._data, self._at):
            self._at = match.end()
            yield match

    def values(self, match: re.Match[bytes]) -> Iterator[Labelled]:
        """The literals behind `match` whose column is known."""
        if match["values"] or match["select"]:
            yield from self._rows(match)
        elif match["copy"]:
            yield from self._copied(_text(match["copy"]), _names(match["fields"]))
        elif match["create"]:
            self._tables[match["create"].lower()] = list(islice(self._columns(), _MAX_COLUMNS))
        elif match["right"]:
            yield self._labelled(
                self._table, _text(match["left"]), _Token(match["right"], *match.span("right"))
            )
        elif match["table"]:
            self._table = _text(match["table"])
        else:
            self._record += 1

    def _rows(self, match: re.Match[bytes]) -> Iterator[Labelled]:
        """The rows of VALUES, or the one of a SELECT."""
        table = match["into"] or b""
        names = (
            _names(match["columns"]) if match["columns"] else self._tables.get(table.lower(), [])
        )
        for row in self._tuples(opened=match["values"] is None):
            self._record += 1
            for name, literal in zip(names, row, strict=False):
                if literal is not None:
                    yield self._labelled(_text(table), name, literal)

    def _tuples(self, *, opened: bool) -> Iterator[list[_Token | None]]:
        """For each row, the first literal of each of its values. A SELECT's list is a row that has
        no brackets."""
        row = _Row(depth=int(opened))
        for match in self._evidence.context.timed(_TOKEN.finditer(self._data, self._at)):
            token = _Token(match[0], *match.span())
            self._at = token.end
            if token.text == b"'":
                # a literal without an end: what follows could be anything
                self._at = len(self._data)
            if row.is_ended_by(token.text, opened=opened):
                break
            row.take(token)
            if token.text == b")" and not row.depth:
                yield row.values
        if opened:
            yield row.values

    def _columns(self) -> Iterator[str]:
        """The columns of CREATE TABLE, behind its opening bracket."""
        depth, first = 1, True
        for match in self._evidence.context.timed(_TOKEN.finditer(self._data, self._at)):
            self._at = match.end()
            depth += (match[0] == b"(") - (match[0] == b")")
            if not depth:
                return
            if first and match[0] not in b"`[" and match[0].lower() not in _NO_COLUMN:
                yield _text(match[0])
            first = (first and match[0] in b"`[") or (depth == 1 and match[0] == b",")

    def _copied(self, table: str, names: list[str]) -> Iterator[Labelled]:
        """The rows behind COPY: a line each, with tabs between, up to a line that is `\\.`."""
        while self._at < len(self._data):
            end = self._data.find(b"\n", self._at)
            end = len(self._data) if end < 0 else end
            line, at = self._data[self._at : end].rstrip(b"\r"), self._at
            self._at = end + 1
            if line == _ROW_END:
                return
            self._record += 1
            for name, cell in zip(names, line.split(b"\t"), strict=False):
                if cell != _NULL:
                    yield self._labelled(table, name, _Token(cell, at, at + len(cell)))
                at += len(cell) + 1

    def _labelled(self, table: str, name: str, literal: _Token) -> Labelled:
        text, start, end = literal
        if text.endswith(b"'") and (quote := text.find(b"'")) < len(text) - 1:
            text, start, end = text[quote + 1 : -1], start + quote + 1, end - 1
        value = _ESCAPES.sub(lambda m: m[1] or "'", text.decode("utf-8", "replace"))
        return Labelled((table, name) if table else (name,), value, start, end, self._record)


def _names(listed: bytes) -> list[str]:
    return [_text(name) for name in listed.split(b",")]


def _text(name: bytes) -> str:
    """A column's or table's own name, without its schema and quotes."""
    return name.strip().translate(None, _QUOTES).rpartition(b".")[2].decode("utf-8", "replace")


def is_bare_number(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a number of a statement. Letters in its place would be no SQL."""
    before = data[max(0, start - _BESIDE) : start].rstrip()[-1:]
    after = data[end : end + _BESIDE].lstrip()[:1]
    return (
        data[start:end].isdigit() and before in (b"(", b",", b"=") and after in (b")", b",", b";")
    )


MEDIA: Final = MediaKind("sql", read, masking=Masking(is_bare_number=is_bare_number))


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the sender or the beginning of the document says that it is SQL."""
    return MEDIA if sample.declared in _TYPES or sniff(sample.head) else None

"""SQL statements in dumps, migrations and query logs.

    INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y');
        also REPLACE, the INSERT of MERGE, and INSERT ... SELECT of literals
    CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x');
    UPDATE t SET a = 'x' WHERE b = 'y';
        also comparisons in SELECT and DELETE
    COPY t (a, b) FROM stdin;
        then rows with tabs between the cells, up to a line `\\.`

Columns are labels, rows are records, and the name of the table says whom they are about.

Statements are recognised by keywords and not by a grammar, because every dialect has its own. A
doubled quote and a quote after a backslash belong to the literal.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.readers.tables.model_records import read_models
from phiscan.syntax.json_lexer import TEXT
from phiscan.syntax.json_places import unescaped
from phiscan.text.offsets import excerpt
from phiscan.text.possessive import repeated

_TYPES: Final = frozenset(("application/sql", "text/sql", "text/x-sql", "application/x-sql"))
_BESIDE: Final = 8
"""The most bytes between a number and the punctuation before or after it."""
MARKS: Final = (
    r"(?:insert|replace)\s+(?:\w+\s+)?into\s",
    r"values\s*\(",
    r"update\s+\S{1,80}\s+set\s",
    r"copy\s+[^;\n]{1,2000}from\s+stdin",
    r"\swhere\s+\S{1,80}\s*(?:=|<>|!=|like|in\s*\()",
)
"""Hyperscan expressions by which `phiscan.embedded` finds texts that hold SQL with values.

The first matches `insert into t `; not `insert a coin`.
"""
# matches b"`clinic`.patients"; nothing in b"(?)"
_NAME: Final = rb"[\w.$`\"\[\]]{1,200}"
# A literal. matches b"'O''Brien'", b"E'a\\'b'" and b"-12.5"; not b"NULL"
_VALUE: Final = rb"[NEnebB]?'" + repeated(rb"[^'\\]|''|\\.", "*") + rb"'|-?\d[\d.]*+"


def _expression(words: bytes) -> re.Pattern[bytes]:
    """Compile `words`, in which `<name>` and `<value>` stand for `_NAME` and `_VALUE`."""
    return re.compile(words.replace(b"<name>", _NAME).replace(b"<value>", _VALUE), re.IGNORECASE)


# The first statement of a document, after comments.
# matches b"-- dump\nINSERT INTO t VALUES"; not b"Update the cache" or b"Select one from the list."
_SNIFF: Final = _expression(
    rb"\s*(?:--[^\n]*\n\s*|/\*[^*]{0,2000}\*+/;?\s*)*"
    rb"(?:insert\s+(?:\w+\s+)?into|replace\s+into|merge\s+into|delete\s+from"
    rb"|drop\s+table|alter\s+table|lock\s+tables?\s"
    rb"|update\s+<name>\s+set|create\s+(?:table|database|schema|temp)"
    rb"|copy\s+<name>\s*\(|use\s+<name>\s*;"
    rb"|select\s[^;]{1,400}\sfrom\s+<name>\s*"
    rb"(?:;|\Z|where\s|limit\s|order\s|group\s|join\s|inner\s|left\s)"
    rb"|begin\s*;|begin\s+transaction|start\s+transaction"
    rb"|set\s+[\w@. ]{1,60}(?:=|\sto\s|\son\s*;|\soff\s*;))"
)
_STATEMENT: Final = _expression(
    # the rows of INSERT: matches b"insert into t (a, b) values ("; not b"insert a coin"
    rb"\b(?:insert|replace)\s+(?:\w{1,20}\s+)?(?:into\s+(?:table\s+)?(?P<into><name>)\s*)?"
    rb"(?:as\s+\w{1,60}\s*)?(?:\((?P<columns>[^()']{1,20000})\)\s*)?"
    rb"(?:overriding\s+\w+\s+value\s+)?"
    rb"(?:(?P<values>values?\s*(?=\())|(?P<select>select\s))"
    # CREATE TABLE: matches b"create table if not exists t ("; not b"create table t as"
    rb"|\bcreate\s+(?:\w{1,20}\s+){0,3}table\s+(?:if\s+not\s+exists\s+)?(?P<create><name>)\s*\("
    # COPY: matches b"copy t (a, b) from stdin;\n"; not b"copy t (a, b) to stdout;\n"
    rb"|\bcopy\s+(?P<copy><name>)\s*\((?P<fields>[^()]{1,20000})\)"
    rb"\s*from\s+stdin[^;\n]{0,200};[^\n]{0,40}\n"
    # the table of other statements: matches b"update t" and b"from only t"; not b"updated t"
    rb"|\b(?:update|from|join)\s+(?:only\s+)?(?P<table><name>)"
    # a comparison: matches b"t.ssn = '536904431'" and b"age in (41"; not b"a = b"
    rb"|(?<![\w.$`\"\[\]])(?P<left><name>)\s*(?:=|<>|!=|\blike\b|\bilike\b|\bin\s*\()"
    rb"\s*(?P<right><value>)"
    rb"|(?P<end>;)"
)
# A literal, a bracket, comma or semicolon, a quoted name, a word, or another character.
# matches each of b"'x'", b"(", b'"a b"' and b"now" whole; not b"a b"
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
# matches "''" and "\\n"; not "'"
_ESCAPES: Final = re.compile(r"''|\\(.)", re.DOTALL)
_ROW_END: Final = b"\\."
_NULL: Final = b"\\N"
# matches b' {"a"'; not b"insert"
_JSON_START: Final = re.compile(rb"\s*[\[{\"]")
_JSON_STRING: Final = re.compile(TEXT.encode(), re.DOTALL)
# matches b"Update t"; not b"updated t"
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
    """The values of one row: the first literal of each, or None (`NULL`, `now()`)."""

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
    """Yield the SQL within a text, or within each string of a JSON document."""
    if _JSON_START.match(data) is None:
        begin = _BEGINS.search(data)
        # A text that begins with the word and is no statement ("Update the cache") is not yielded.
        # Otherwise it would be found within itself again.
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
    """Add what the columns say of the literals."""
    reader = _Reader(data, evidence)
    values = chain.from_iterable(map(reader.values, evidence.context.timed(reader.statements())))
    read_records(read_models(values, evidence), evidence, "sql_column")
    return Gap.NONE


class _Reader:
    """Walks the statements. A row is a record, and so is a statement without rows."""

    def __init__(self, data: bytes, evidence: Evidence) -> None:
        self._data = data
        self._evidence = evidence
        self._tables: dict[bytes, list[str]] = {}
        self._table = ""
        self._record = 0
        self._at = 0

    def statements(self) -> Iterator[re.Match[bytes]]:
        """Yield the matches of `_STATEMENT`.

        The caller must take the `values` of each before the next, because they move `_at`.
        """
        while match := _STATEMENT.search(self._data, self._at):
            self._at = match.end()
            yield match

    def values(self, match: re.Match[bytes]) -> Iterator[Labelled]:
        """Yield the literals after `match` whose column is known."""
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
        """Yield the literals of the rows of VALUES, or of the one row of a SELECT."""
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
        """Yield for each row the first literal of each of its values.

        Args:
            opened: whether the row has no brackets, because it is the list of a SELECT.
        """
        row = _Row(depth=int(opened))
        for match in self._evidence.context.timed(_TOKEN.finditer(self._data, self._at)):
            token = _Token(match[0], *match.span())
            self._at = token.end
            if token.text == b"'":
                # the literal does not end, so what follows could be anything
                self._at = len(self._data)
            if row.is_ended_by(token.text, opened=opened):
                break
            row.take(token)
            if token.text == b")" and not row.depth:
                yield row.values
        if opened:
            yield row.values

    def _columns(self) -> Iterator[str]:
        """Yield the columns of CREATE TABLE. `_at` is after its opening bracket."""
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
        """Yield the cells of the rows after COPY: one row a line, up to a line `\\.`."""
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
    """Return the name of a column or table without schema and quotes."""
    return name.strip().translate(None, _QUOTES).rpartition(b".")[2].decode("utf-8", "replace")


def is_bare_number(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a number without quotes. Letters in its place would be invalid SQL."""
    before = data[max(0, start - _BESIDE) : start].rstrip()[-1:]
    after = data[end : end + _BESIDE].lstrip()[:1]
    return (
        data[start:end].isdigit() and before in (b"(", b",", b"=") and after in (b")", b",", b";")
    )


MEDIA: Final = MediaKind("sql", read, masking=Masking(is_bare_number=is_bare_number))


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the Content-Type or the beginning of the document says that it is SQL."""
    return MEDIA if sample.declared in _TYPES or sniff(sample.head) else None

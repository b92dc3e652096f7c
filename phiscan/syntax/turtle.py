"""Turtle (RDF 1.1) as statements with byte offsets. N-Triples is a part of it.

    @prefix fhir: <http://hl7.org/fhir/> .
    <http://x/Patient/7> a fhir:Patient ; fhir:name ( [ fhir:family [ fhir:v "Haddad" ] ] ) .

What is no Turtle is skipped: queries and schemas begin with the same prefixes.

Cost: one regular expression match for each token.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan.text.possessive import repeated

_DOTTED: Final = repeated(rb"\.[\w-]++", "*")
"""The parts of a name behind its first one: a dot at the end is no part of it."""
_LOCAL: Final = repeated(rb"[\w%:~/#-]|\.(?=[\w%:-])", "*")
_TOKEN: Final = re.compile(
    rb"#[^\n]*+"  # a comment
    rb"|<([^<>\"{}|^`\\\x00-\x20]*+)>"  # 1: an address
    # 2, 3: a long literal. One without an end takes all that is left, so no byte is tried twice.
    rb'|"""('
    + repeated(rb'[^"\\]|\\.|"(?!"")', "*")
    + rb')(?:"""|\\?\Z)|\'\'\'('
    + repeated(rb"[^'\\]|\\.|'(?!'')", "*")
    + rb")(?:'''|\\?\Z)"
    # 4, 5: a literal. One without an end takes all of its line.
    rb'|"('
    + repeated(rb'[^"\\\r\n]|\\.', "*")
    + rb")(?:\"|\\?(?=[\r\n]|\Z))|'("
    + repeated(rb"[^'\\\r\n]|\\.", "*")
    + rb")(?:'|\\?(?=[\r\n]|\Z))"
    rb"|(@prefix|@base|prefix(?=\s)|base(?=\s))"  # 6: a declaration
    rb"|@[A-Za-z][A-Za-z0-9-]*+"  # a language
    rb"|(_:[\w-]++" + _DOTTED + rb")"  # 7: a blank node
    rb"|([\w-]*+" + _DOTTED + rb":" + _LOCAL + rb")"  # 8: a name with a prefix
    rb"|(\^\^)"  # 9: a type follows
    rb"|([-+]?\d[\d.eE+-]*+(?<!\.)|true\b|false\b)"  # 10: a number or a truth value
    rb"|(a)(?=[\s<\[])"  # 11: rdf:type
    rb"|([.;,\[\]()])"  # 12: punctuation
    rb"|[\w-]++" + _DOTTED + rb"|[^\s]",
    re.IGNORECASE | re.DOTALL,
)
"""One token.

Groups: 1 an address, 2 to 5 literals, 6 a declaration, 7 a blank node, 8 a name with a prefix,
9 the mark of a literal's type, 10 a number or a truth value, 11 `a`, 12 punctuation.
"""
_ADDRESS, _DECLARATION, _BLANK, _NAME, _TYPED, _SCALAR, _A, _PUNCTUATION = 1, 6, 7, 8, 9, 10, 11, 12
_LITERALS: Final = (2, 3, 4, 5)
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE: Final = RDF + "type"


class Term(NamedTuple):
    """A subject, a predicate or an object.

    Args:
        name: its full address, the label of a blank node, or "" for a literal.
        start, end: its byte range, without quotes and brackets.
        is_literal: whether it is a literal.
    """

    name: str
    start: int
    end: int
    is_literal: bool = False


class Statement(NamedTuple):
    """One triple. `predicate` is a full address."""

    subject: Term
    predicate: str
    object: Term


class _Context(NamedTuple):
    """What is known within a bracket. The items of a collection are objects like those before it.

    Args:
        subject: the node that the next predicates are about, or None before it is known.
        predicate: the predicate of the next objects, or "" before it is known.
    """

    subject: Term | None
    predicate: str


def statements(data: bytes) -> Iterator[Statement]:
    """Yield the triples of `data` in order. Those of brackets come before what follows them."""
    yield from _Reader(data).statements()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._prefixes = {"fhir": "http://hl7.org/fhir/"}
        self._stack = [_Context(None, "")]
        self._declares: str | None = None
        self._skips = False

    def statements(self) -> Iterator[Statement]:
        for match in _TOKEN.finditer(self._data):
            kind = match.lastindex or 0
            if kind == _PUNCTUATION:
                yield from self._punctuation(match)
            elif kind == _DECLARATION:
                self._declares = ""
            elif kind == _TYPED:
                self._skips = True
            elif kind:
                yield from self._term(match, kind)

    def _term(self, match: re.Match[bytes], kind: int) -> Iterator[Statement]:
        if self._skips:  # the type of the literal before
            self._skips = False
            return
        term = self._read(match, kind)
        if self._declares is not None:
            self._declaration(term, match, kind)
            return
        here = self._stack[-1]
        if here.subject is None:
            if not term.is_literal:
                self._stack[-1] = here._replace(subject=term)
        elif not here.predicate:
            self._stack[-1] = here._replace(predicate=term.name)
        else:
            yield Statement(here.subject, here.predicate, term)

    def _declaration(self, term: Term, match: re.Match[bytes], kind: int) -> None:
        """Read the prefix and then the address of `@prefix a: <b>`."""
        if kind == _NAME:
            self._declares = match[_NAME].rstrip(b":").decode("utf-8", "replace")
            return
        if kind == _ADDRESS and self._declares is not None:
            self._prefixes[self._declares] = term.name
        self._declares = None

    def _read(self, match: re.Match[bytes], kind: int) -> Term:
        start, end = match.span(kind)
        if kind in _LITERALS or kind == _SCALAR:
            return Term("", start, end, is_literal=True)
        if kind == _A:
            return Term(RDF_TYPE, start, end)
        name = match[kind].decode("utf-8", "replace")
        if kind == _NAME:
            prefix, _, rest = name.partition(":")
            name = self._prefixes.get(prefix, f"{prefix}:") + rest
        return Term(name, start, end)

    def _punctuation(self, match: re.Match[bytes]) -> Iterator[Statement]:
        mark, here = match[_PUNCTUATION], self._stack[-1]
        if mark == b"[":
            yield from self._opened(Term(f"_:{match.start()}", match.start(), match.end()))
        elif mark == b"(":
            self._stack.append(here)
        elif mark in b"])":
            del self._stack[max(1, len(self._stack) - 1) :]
        elif mark == b";":
            self._stack[-1] = here._replace(predicate="")
        elif mark == b"." and len(self._stack) == 1:
            self._stack[-1] = _Context(None, "")
            self._declares = None

    def _opened(self, node: Term) -> Iterator[Statement]:
        """Read the bracket of a blank node, which is a subject or an object."""
        here = self._stack[-1]
        if here.subject is None:
            self._stack[-1] = here._replace(subject=node)
        elif here.predicate:
            yield Statement(here.subject, here.predicate, node)
        self._stack.append(_Context(node, ""))

"""Turtle as triples with byte offsets."""

import time

import pytest

from phiscan.syntax.turtle import RDF_TYPE, statements


def triples(text):
    data = text.encode()
    return [
        (
            s.subject.name,
            s.predicate,
            data[s.object.start : s.object.end].decode() if s.object.is_literal else s.object.name,
        )
        for s in statements(data)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a> <b> <c> .", [("a", "b", "c")]),
        ('<a> <b> "c", "d" ; <e> "f" .', [("a", "b", "c"), ("a", "b", "d"), ("a", "e", "f")]),
        ("@prefix p: <http://x/> . p:a a p:b.c .", [("http://x/a", RDF_TYPE, "http://x/b.c")]),
        ("PREFIX p: <x#>\np:a p:b 5 .", [("x#a", "x#b", "5")]),
        ("<a> <b> '''it's \"c\"''' .", [("a", "b", "it's \"c\"")]),
        (r'<a> <b> "c\"d"@en .', [("a", "b", r"c\"d")]),
        ('<a> <b> "1"^^<t> ; <c> "2" .', [("a", "b", "1"), ("a", "c", "2")]),
        ("<a> <b> true . # <x> <y> <z> .", [("a", "b", "true")]),
        ("<a> <b> [ <c> 1 ] .", [("a", "b", "_:8"), ("_:8", "c", "1")]),
        ("[ <c> 1 ] <b> 2 .", [("_:0", "c", "1"), ("_:0", "b", "2")]),
        ("[] <b> 2 .", [("_:0", "b", "2")]),
        ("<a> <b> ( 1 [ <c> 2 ] ) ; <d> 3 .",
         [("a", "b", "1"), ("a", "b", "_:12"), ("_:12", "c", "2"), ("a", "d", "3")]),
        ("_:x.y <b> _:z .", [("_:x.y", "b", "_:z")]),
        ("SELECT ?p WHERE { ?p <b> ?c }", []),  # a query has no triples
        ("", []),
    ],
)  # fmt: skip
def test_statements(text, expected):
    assert triples(text) == expected


@pytest.mark.parametrize(
    "piece", ['"""\n\\', '"\\', "'''\n\\", "a.", "<a", "1.", "[ <b> ", "( ", '\\"\n', "@a-"]
)
def test_hostile_texts_take_linear_time(piece):
    def cost(count):
        data = (piece * count).encode()
        started = time.process_time()
        for _ in statements(data):
            pass
        return time.process_time() - started

    most = 9 * min(cost(20_000) for _ in range(3)) + 0.05
    assert any(cost(80_000) < most for _ in range(3))

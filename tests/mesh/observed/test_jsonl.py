import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learn_strategies import MESSAGES, NOTHING, PHI, inbound, observed

from mesh.observed.jsonl import CountedEdges, EdgesError, head_line, line_of, load


def dump(edges):
    head = head_line(len(edges.observations), left_out=edges.left_out, limit=edges.limit)
    return (head + b"".join(map(line_of, edges.observations))).decode()


EDGES = CountedEdges(
    observed([(inbound(), PHI), (inbound("/patients/7731"), NOTHING)]), left_out=3, limit=10
)
LINES = dump(EDGES).splitlines()


def changed(line, **keys):
    lines = list(LINES)
    lines[line] = json.dumps({**json.loads(lines[line]), **keys})
    return "\n".join(lines) + "\n"


@given(MESSAGES)
def test_what_is_written_is_read_again(messages):
    edges = CountedEdges(observed(messages), left_out=len(messages), limit=7)
    assert load(dump(edges).encode(), file="x") == edges


@given(st.text(), st.text(max_size=20))
def test_whatever_a_caller_writes_into_path_and_method_is_read_again(path, method):
    edges = CountedEdges(observed([(inbound(f"/{path}", method=method), PHI)]))
    assert load(dump(edges).encode(), file="x") == edges


def test_the_head_says_what_the_file_is():
    assert json.loads(LINES[0]) == {
        "format": "phiguard.dev/edges",
        "version": 1,
        "limit": 10,
        "leftOut": 3,
        "edges": 2,
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "edges-0.jsonl:1: not a line of an observation store"),
        ("[]\n", "edges-0.jsonl:1: not a line of an observation store"),
        ("[" * 100_000 + "\n", "edges-0.jsonl:1: not a line of an observation store"),
        ('{"a":1}\n', "edges-0.jsonl:1: not an observation store"),
        (changed(0, version=2), "edges-0.jsonl:1: this phiguard cannot read its version"),
        (changed(0, more=1), "edges-0.jsonl:1: `head` is not valid"),
        (changed(0, leftOut=-1), "edges-0.jsonl:1: `leftOut` is not"),
        (
            "\n".join(LINES[:2]) + "\n",
            "edges-0.jsonl:2: the head announces another number of lines",
        ),
        ("\n".join(LINES)[:-5], "edges-0.jsonl:3: the head announces another number of lines"),
        (
            "\n".join([*LINES, LINES[1]]) + "\n",
            "edges-0.jsonl:4: the head announces another number of lines",
        ),
        (
            "\n".join([*LINES[:2], "{"]) + "\n",
            "edges-0.jsonl:3: not a line of an observation store",
        ),
        (changed(1, more=1), "edges-0.jsonl:2: `keys` is not"),
        (changed(1, source="Ana Ruiz"), "edges-0.jsonl:2: `source` is not"),
        (changed(1, service="a\n  rules: []"), "edges-0.jsonl:2: `service` is not"),
        (changed(1, method="RUIZ"), "edges-0.jsonl:2: `method` is not"),
        (changed(1, route="/patients/7731"), "edges-0.jsonl:2: `route` is not"),
        (changed(1, protocol="MLLP"), "edges-0.jsonl:2: `route` is not"),
        (changed(1, protocol="MLLP", route="ANA^RUZ"), "edges-0.jsonl:2: `route` is not"),
        (changed(1, route="ADT^A01"), "edges-0.jsonl:2: `route` is not"),
        (changed(1, direction="up"), "edges-0.jsonl:2: `direction` is not"),
        (changed(1, verdict=1), "edges-0.jsonl:2: `verdict` is not"),
        (changed(1, stopped=1), "edges-0.jsonl:2: `stopped` is not"),
        (changed(1, count=0), "edges-0.jsonl:2: `count` is not"),
        (changed(1, count=True), "edges-0.jsonl:2: `count` is not"),
        (changed(1, count=1 << 60), "edges-0.jsonl:2: `count` is not"),
        (changed(1, count=1e400), "edges-0.jsonl:2: not a line of an observation store"),
        (changed(1, first="20261123"), "edges-0.jsonl:2: `first` is not"),
        (changed(1, first="2026-11-24"), "edges-0.jsonl:2: `last` is not"),
        (changed(1, identifiers={"Ana Ruiz": 1}), "edges-0.jsonl:2: `identifiers` is not"),
        (changed(1, health={"DIAGNOSIS": 9}), "edges-0.jsonl:2: `health` is not"),
        (changed(1, masked=[]), "edges-0.jsonl:2: `masked` is not"),
        (changed(1, media={"Ana Ruiz": 1}), "edges-0.jsonl:2: `media` is not"),
        (changed(1, media={"json": 9}), "edges-0.jsonl:2: `media` is not"),
    ],
)
def test_what_no_guard_wrote_is_refused_with_its_line_and_not_quoted(text, place):
    with pytest.raises(EdgesError) as caught:
        load(text.encode(), file="edges-0.jsonl")
    assert str(caught.value).startswith(place)
    assert not any(word in str(caught.value) for word in ("Ana", "RUIZ", "7731"))


def test_a_file_of_a_guard_that_did_not_count_media_is_read():
    edges = CountedEdges(observed([(inbound(), PHI)]))
    head, line = dump(edges).splitlines()
    old = {key: value for key, value in json.loads(line).items() if key != "media"}
    assert load(f"{head}\n{json.dumps(old)}\n".encode(), file="x") == edges

"""The tree of a JSON text: the same values as a parser gives, with their byte ranges."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.syntax.json_places import decode
from phiscan.syntax.json_tree import MAX_DEPTH, Box, Scalar, grow, tokens

_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


def tree(data):
    return grow(data, tokens(data))


def _value(data, item):
    if isinstance(item, Scalar):
        raw = data[item.start : item.end]
        return decode(raw) if data[item.start - 1 : item.start] == b'"' else json.loads(raw)
    items = [(decode(i.key), _value(data, i)) for i in item.items(data)]
    assert item.count(data) == len(items)
    assert data[item.start : item.start + 1] in b"{["
    return dict(items) if item.is_object else [value for _, value in items]


@given(_JSON, st.sampled_from([None, 1]), st.booleans())
def test_it_holds_what_a_parser_gives(document, indent, ascii_only):
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    (whole, *boxes) = tree(data)
    assert [_value(data, item) for item in whole.items(data)] == [document]
    assert [box.start for box in boxes] == sorted(box.start for box in boxes)
    assert all(data[box.end - 1 : box.end] in (b"}", b"]") for box in boxes)


def test_several_documents_stand_in_one_text():
    data = b'["ssn"]\n["512449031"]\n{"a": 1}'
    whole = tree(data)[0]
    assert [_value(data, item) for item in whole.items(data)] == [["ssn"], ["512449031"], {"a": 1}]
    assert (whole.start, whole.end, whole.is_object) == (-1, len(data), False)


@pytest.mark.parametrize(
    ("data", "starts"),
    [
        (b'{"a": {"b": [1, {"c": "d', [-1, 0, 6, 12, 16]),
        (b'{"a": 1]}', [-1, 0]),
        (b']]{"a" "b" {"c": 1}}', [-1, 2, 11]),
        (b'{"a": "x\\', [-1, 0]),
    ],
)
def test_broken_text_gives_what_can_be_read(data, starts):
    assert [box.start for box in tree(data)] == starts


def test_depth_is_bounded():
    assert len(tree(b"[" * (MAX_DEPTH + 5))) == MAX_DEPTH + 1


def test_a_box_shows_no_key():
    assert repr(Box(b"ana", 3, None, is_object=True)) == "Box(3, 3)"


def test_a_box_knows_what_stands_directly_in_it():
    data = b'{"a": [[1], [2]], "b": {"c": {"d": 1}}, "e": 1}'
    whole, top, outer, *_ = tree(data)
    assert [box.start for box in outer.boxes()] == [7, 12]
    assert (top.has_scalars(), outer.has_scalars(), whole.has_scalars()) == (True, False, False)

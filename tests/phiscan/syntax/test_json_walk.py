"""The JSON walker: offsets, keys through arrays, and the same leaves as a parser gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.syntax.json_places import Places, decode
from phiscan.syntax.json_walk import MAX_DEPTH, TooDeepError, token, walk

_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


def _leaves(data, closed=lambda _: None):
    leaves = []
    walk(token().finditer(data), Places(lambda _: True, lambda _: True).top, leaves, closed)
    return leaves


def _walk(value, key=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, key)
    else:
        yield key, value


@given(
    st.dictionaries(st.text(max_size=6).filter(lambda k: k != "resourceType"), _JSON, max_size=5),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_it_sees_the_leaves_that_a_parser_sees(document, indent, ascii_only):
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    seen = [(i.key, i) for i in _leaves(data)]
    expected = list(_walk(document))
    assert [key for key, _ in seen] == [key for key, _ in expected]
    for (_, leaf), (_, value) in zip(seen, expected, strict=True):
        raw = data[leaf.start : leaf.end]
        assert decode(raw) == value if isinstance(value, str) else json.loads(raw) == value


def test_keys_name_arrays_once():
    data = b'{"name":[{"given":["A","B"]}]}'
    assert [leaf.path for leaf in _leaves(data)] == [("name", "given")] * 2


def test_depth_is_bounded():
    with pytest.raises(TooDeepError):
        _leaves(b"[" * (MAX_DEPTH + 2))


def test_an_escape_that_cannot_be_read_stays():
    assert decode(b"\\ud800") == "\\ud800"


_RESOURCES = st.recursive(
    st.sampled_from(["Ana", 3, None]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["resourceType", "a", "b"]), inner, max_size=3),
    ),
    max_leaves=20,
)


def _resources(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _resources(inner)
        if isinstance(value.get("resourceType", {}), str | int | None):
            yield str(value["resourceType"] or "null")
    elif isinstance(value, list):
        for inner in value:
            yield from _resources(inner)


@given(_RESOURCES, st.sampled_from([None, 2]))
def test_each_object_with_a_type_closes_behind_what_it_holds(document, indent):
    closed = []
    walk(
        token().finditer(json.dumps(document, indent=indent).encode()),
        Places(lambda key: key != "resourceType", lambda _: True).top,
        [],
        lambda frame: closed.append(frame.resource),
    )
    assert closed == list(_resources(document))


@pytest.mark.parametrize(
    "cut", [b'{"resourceType": "Patient", "a": [', b'{"resourceType": "Patient", "a": {"b": "1']
)
def test_what_is_cut_off_closes_at_its_end(cut):
    closed = []
    walk(
        token().finditer(cut),
        Places(lambda _: False, lambda _: True).top,
        [],
        lambda frame: closed.append(frame.resource),
    )
    assert closed == ["Patient"]


def test_a_list_where_one_value_is_usual_is_wanted_as_that_is():
    places = Places(lambda key: (("identifier",),) if key == "value" else False, lambda _: True)
    leaves = []
    walk(
        token().finditer(b'{"identifier": {"value": ["7", 8]}, "value": ["9"]}'),
        places.top,
        leaves,
        lambda _: None,
    )
    assert [leaf.path for leaf in leaves] == [("identifier", "value")] * 2


def test_an_object_of_its_type_alone_closes_too():
    closed = []
    walk(
        token().finditer(b'{"a": {"resourceType": "X"}, "b": [{"resourceType": "Y"}]}'),
        Places(lambda _: False, lambda _: True).top,
        [],
        lambda frame: closed.append(frame.resource),
    )
    assert closed == ["X", "Y"]


def test_no_key_is_shown_where_a_place_is_printed():
    places = Places(lambda _: True, lambda _: True)
    assert places.top[b"512-44-9031"].wanted
    assert "512-44-9031" not in repr(places.top) + repr(places.top[b"512-44-9031"])

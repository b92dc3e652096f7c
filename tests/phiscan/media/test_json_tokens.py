"""The JSON walker: offsets, keys through arrays, and the same leaves as a real parser sees."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.media.json_tokens import MAX_DEPTH, Keys, Leaf, TooDeepError, decode, leaves

_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)),
    max_leaves=20,
)


def _leaves(data):
    keys = Keys(lambda _: True)
    return [item for item in leaves(keys.tokens(data), keys) if isinstance(item, Leaf)]


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
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
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

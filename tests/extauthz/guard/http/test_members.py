import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.guard.http import members
from extauthz.guard.http.members import TwiceError, Written


@pytest.mark.parametrize(
    "value",
    [
        b'{"ssn":"536-22-8790","ssn":"x"}',
        b'{"mrn": 123456789012345678901234567890}',
        b'[ 1.10,\t"\xc3\xa9\\u00e9}" ]',
        b"null",
    ],
)
def test_the_written_member_is_what_the_client_wrote(value):
    found = members.read(b' {"a" : [1] ,"body": ' + value + b' , "z":{}} ', "body")
    assert found == {"a": [1], "body": Written(value), "z": {}}


def test_a_text_is_a_text():
    assert members.read(b'{"body":"{\\"a\\":1}"}', "body") == {"body": '{"a":1}'}


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":1}',
        b'{"body":1,"body":2}',
        b'{"h":[{"x":"1","x":"2"}]}',
    ],
)
def test_a_key_stands_once(data):
    with pytest.raises(TwiceError):
        members.read(data, "body")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"a":NaN}', b'{"body":NaN}', b'{"a":"\\ud800"}', b'\xef\xbb\xbf{}', b"{}{}",
        b'{"body":' + b"[" * 2000 + b"]" * 2000 + b"}", b'{"a":1,}',
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011 - of both parsers
        members.read(data, "body")


def test_another_value_is_no_object():
    assert members.read(b"[]", "body") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["body", "a", "b"]) | st.text(max_size=3), json_values))
def test_all_else_is_as_another_parser_reads_it(value):
    found = members.read(orjson.dumps(value, option=orjson.OPT_INDENT_2), "body")
    if isinstance(found.get("body"), Written):
        found["body"] = orjson.loads(found["body"].text)
    assert found == value


def test_what_nests_too_deep_for_this_python_is_refused(monkeypatch):
    class Shallow:
        def raw_decode(self, *_):
            raise RecursionError

    monkeypatch.setattr(members, "_SKIPPED", Shallow())
    with pytest.raises(ValueError, match="too deep"):
        members.read(b'{"body": [[]]}', "body")

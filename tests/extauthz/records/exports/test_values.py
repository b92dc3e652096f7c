import pytest
from exported_records import VALUES
from hypothesis import given

from extauthz.records.exports import values


@pytest.mark.parametrize(
    ("value", "text", "words"),
    [
        (None, "", []), ("", "", []), (True, "true", ["true"]), (0, "0", ["0"]), ("a b", "a b", ["a b"]),
        (["A", 1, None], "A 1 ", ["A", "1", ""]), ({"U": 2, "D": 1}, "D:1 U:2", ["D:1", "U:2"]), ([], "", []),
    ],
)  # fmt: skip
def test_values_as_text_and_as_words(value, text, words):
    assert (values.shown(value), values.words(value)) == (text, words)


@given(VALUES)
def test_no_value_of_any_type_is_an_error(value):
    assert isinstance(values.shown(value), str)
    assert all(isinstance(word, str) for word in values.words(value))
    assert abs(values.number(value)) < 2**63
    assert all(abs(n) < 2**63 for n in values.counts(value).values())
    values.nanoseconds({"time": value})


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("1970-01-01T00:00:01.000002Z", 1_000_002_000),
        ("1970-01-01T01:00:01+01:00", 1_000_000_000),
        ("1970-01-01T00:00:01", 0),  # no offset: no guard wrote it
        ("1969-12-31T23:59:59Z", 0), ("2262-01-01T00:00:00Z", 0), ("9999-12-31T23:59:59-23:00", 0),
        ("yesterday", 0), (None, 0), (7, 0), ({"a": 1}, 0),
    ],
)  # fmt: skip
def test_a_time_is_counted_from_1970(time, expected):
    assert values.nanoseconds({"time": time}) == expected


def test_what_ends_a_line_or_commands_a_terminal_is_replaced():
    ends = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    assert values.flat(f"a{ends}\x1b\x00é") == "a" + "\ufffd" * 12 + "é"


@pytest.mark.parametrize(
    ("enforced", "observed", "expected"),
    [(True, False, True), (True, None, True), (False, False, False), (True, True, False), (None, False, False), ("true", False, False)],
)  # fmt: skip
def test_a_decision_is_in_force_when_it_was_enforced_and_awaited(enforced, observed, expected):
    assert values.is_in_force({"enforced": enforced, "observed": observed}) is expected

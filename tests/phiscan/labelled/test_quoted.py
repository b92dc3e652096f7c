"""The values that a sentence quotes."""

import pytest

from phiscan.labelled.quoted import may_quote, parts_of


def parts(text):
    return [(text[s:e].decode(), quoted) for s, e, quoted in parts_of(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"'541-27-8860' is no SSN", ("541-27-8860", True)),
        (b'\\"Ana Ruiz\\" is too long', ("Ana Ruiz", True)),
        (b'"Ana Ruiz" is too long', ("Ana Ruiz", True)),
        (b"rejected value [541278860]; codes", ("541278860", True)),
        (b"value `Ana` is taken", ("Ana", True)),
        ("value “Ana” is taken".encode(), ("Ana", True)),
        (b"541278860 has been taken", ("541278860", False)),
        (b"got ana@acme.com2 instead", ("ana@acme.com2", False)),
        (b"don't use 'Ana'", ("Ana", True)),
    ],
)
def test_a_value_is_in_quotes_or_has_digits(text, expected):
    assert may_quote(text, 0, len(text))
    assert expected in parts(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"must match '^[A-Z]{1,8}$'", "a pattern"),
        (b"at most 8 letters", "a short number"),
        (b"isn't valid and can't be", "apostrophes"),
        (b"'" + b"a" * 90 + b"'", "longer than a value"),
    ],
)
def test_other_parts_are_no_values(text, reason):
    assert parts(text) == [], reason


def test_only_the_range_is_read():
    assert list(parts_of(b"'Ana' 'Ruiz'", 6, 12)) == [(7, 11, True)]


def test_most_values_are_not_searched_for_parts():
    assert not may_quote(b"Ana Ruiz", 0, 8)
    assert not may_quote(b"'Ana Ruiz'", 1, 9)

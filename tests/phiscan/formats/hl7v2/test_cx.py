"""The number in a CX, wherever another format has one."""

import pytest

from phiscan.formats.hl7v2 import cx


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"77120", [b"77120"]),
        (b"77120^^^&1.3.6&ISO", [b"77120"]),
        (b" 77 120 ^^^A", [b"77 120"]),
        (b"'st34^^^&amp;1.3&amp;ISO'", [b"st34"]),
        (b"('a1^^^A','b2^^^B')", [b"a1", b"b2"]),
        (b"('a1','b2'", [b"a1", b"b2"]),  # the bracket is open, and both are numbers
        (b"'a1", []),  # an open quote: no CX
        (b"^^^&1.3.6&ISO", []),  # an authority without a number
        (b"", []),
    ],
)
def test_only_the_number_identifies(text, expected):
    assert [text[start:end] for start, end in cx.numbers(text, 0, len(text))] == expected

import pytest

from mesh.message.decimals import decimal


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 19, 10**19 - 1)])
def test_ascii_digits_are_a_number(text, number):
    assert decimal(text) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "+1", "-1", "1.0", "1_0", "0x1", "१२", "²", "9" * 20, "9" * 5000]
)
def test_anything_else_is_none(text):
    assert decimal(text) is None

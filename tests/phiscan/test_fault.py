import pytest

from phiscan.fault import is_place, place_of


def _fails(values: dict[str, int]) -> None:
    values["Ana Ruiz 541-27-8860"] += 1


def test_a_place_has_the_kind_and_the_line_and_no_value():
    with pytest.raises(KeyError) as caught:
        _fails({})
    assert (
        place_of(caught.value) == f"KeyError at test_fault.py:{_fails.__code__.co_firstlineno + 1}"
    )
    assert is_place(place_of(caught.value))


def test_an_exception_that_nobody_raised_has_no_place():
    assert place_of(ValueError("Ana Ruiz")) == ""


@pytest.mark.parametrize(
    "text", ["", "KeyError: 'Ana Ruiz'", "Ana Ruiz at json.py:1", "KeyError at json.py:1\n541"]
)
def test_any_other_text_is_no_place(text):
    assert not is_place(text)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.message_types import OTHER, is_recorded, is_type, is_type_pattern, recorded


@pytest.mark.parametrize("text", ["ADT^A01", "ACK", "ORU^R01", "ZPM^Z01", "MFN^ZX1", "PPG^PCG"])
def test_a_type_is_a_code_with_an_event_or_alone(text):
    assert is_type(text)
    assert is_type_pattern(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("adt^a01", "a receiver may read it as another type"),
        ("ADT^", "no event"),
        ("ADT^A01^ADT_A01", "the structure is no part of the type"),
        ("ADT A01", "no component delimiter"),
        ("ADT^A01\n", "a line break at the end"),
        ("1DT", "a code begins with a letter"),
        ("ADT^A01,ORU^R01", "two types"),
    ],
)
def test_what_is_no_type(text, why):
    assert not is_type(text), why
    assert not is_type_pattern(text), why


@pytest.mark.parametrize("text", ["*", "ORU^*"])
def test_a_pattern_may_leave_the_event_or_everything_open(text):
    assert is_type_pattern(text)
    assert not is_type(text)


@pytest.mark.parametrize("text", ["OR*", "ORU*", "*^R01", "ORU^R*", "**", "ORU^**"])
def test_a_pattern_is_open_in_no_other_place(text):
    assert not is_type_pattern(text)


@pytest.mark.parametrize("text", ["ADT^A01", "ACK", "ACK^A01", "VXU^V04", "PPR^PC1"])
def test_records_name_what_is_in_the_tables(text):
    assert recorded(text) == text
    assert is_recorded(text)


@pytest.mark.parametrize("text", ["ANA^RUZ", "ZPM^Z0A", "ADT^ANA", "EVA"])
def test_records_name_nothing_that_a_sender_made_up(text):
    assert recorded(text) == OTHER
    assert not is_recorded(text)


def test_records_say_when_there_is_no_type():
    assert recorded("") == ""
    assert is_recorded("")


@given(st.text(max_size=20))
def test_what_is_recorded_is_short_and_of_a_closed_form(text):
    said = recorded(text if is_type(text) else "")
    assert is_recorded(said)
    assert len(said) <= 7

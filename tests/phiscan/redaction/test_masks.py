import pytest

from phiscan.identifiers import Identifier
from phiscan.redaction import masks
from phiscan.redaction.masks import MaskForm, Masks, MissingKeyError, strictest
from phiscan.redaction.tokens import KeyTooShortError

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("value", "zeros"),
    [
        (b"(919) 555-0142", b"(000) 000-0000"),
        (b"1EG4-TE5-MK73", b"0XX0-XX0-XX00"),
        ("Łuk1".encode(), b"XXXX0"),
        (b"Bergstr\\u00f6m 1", None),
        (b"R&amp;D 12345678", None),
        (b"UGF0aWVudDogQW5h", None),
        (b"6370e55d-d7de-7ed5", b"0000X00X-X0XX-0XX0"),
    ],
)
def test_zeros_keep_the_shape(value, zeros):
    assert masks.zeros(value) == zeros


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"512-44-9031", b"XXX-XX-9031"),
        (b"MRN88120301", b"XXXXXXX0301"),
        (b"4111 1111 1111 1111", b"XXXX XXXX XXXX 1111"),
        (b"9031", None),
        (b"1234567", None),
        ("１２３４５６７８９".encode(), None),
    ],
)
def test_the_last_four_are_shown_of_a_long_number_only(value, shown):
    assert masks.last_four(value) == shown


@pytest.mark.parametrize(
    ("value", "alone", "day"),
    [
        (b"1961-11-23", b"1961", b"1961-01-01"),
        (b"1961-11-23T10:30:00Z", b"1961-01-01T00:00:00Z", b"1961-01-01T00:00:00Z"),
        (b"11/23/1961", b"1961", b"01/01/1961"),
        (b"yesterday", None, None),
    ],
)
def test_a_year_stands_alone_where_a_date_may(value, alone, day):
    assert masks.year(value, "SERVICE_DATE", None, alone=True) == alone
    assert masks.year(value, "SERVICE_DATE", None, alone=False) == day


@pytest.mark.parametrize(
    ("birth", "shown"),
    [
        (b"1935-05-01", b"1900-01-01"),
        (b"1936-05-01", b"1900-01-01"),
        (b"1937-05-01", b"1937-01-01"),
        (b"5/1/37", b"1/1/37"),
        (b"5/1/25", None),  # 1925 or 2025
    ],
)
def test_no_year_shows_an_age_over_89(birth, shown):
    # 45 CFR 164.514(b)(2)(i)(C), in 2026
    assert masks.year(birth, "DATE_OF_BIRTH", 1937, alone=False) == shown


def test_without_a_day_of_today_no_year_of_birth_is_shown():
    assert masks.year(b"2010-05-01", "DATE_OF_BIRTH", None, alone=True) == b"1900"


def test_a_date_without_a_day_is_not_shifted():
    assert masks.shift(b"1961-11", 40) is None
    assert masks.shift(b"1961-11-23", 40) == b"1962-01-02"


def test_a_form_suits_its_own_values():
    assert MaskForm.YEAR.suits(Identifier.DATE)
    assert not MaskForm.YEAR.suits(Identifier.NAME)
    assert MaskForm.LAST_FOUR.suits(Identifier.SSN)
    assert not MaskForm.LAST_FOUR.suits(Identifier.NAME)
    assert not MaskForm.LAST_FOUR.suits(None)
    assert all(MaskForm.PLAIN.suits(each) for each in Identifier)


def test_of_two_forms_the_one_that_tells_less_counts():
    assert strictest(MaskForm.LAST_FOUR, MaskForm.PLAIN) is MaskForm.PLAIN
    assert strictest(MaskForm.YEAR, MaskForm.SHIFTED) is MaskForm.YEAR


@pytest.mark.parametrize("form", [MaskForm.TOKEN, MaskForm.SHIFTED])
def test_a_keyed_form_without_a_key_is_refused(form):
    with pytest.raises(MissingKeyError):
        Masks({"DATE_OF_BIRTH": form})
    with pytest.raises(MissingKeyError):
        Masks(default=form)
    with pytest.raises(KeyTooShortError):
        Masks(default=form, key=b"short")


def test_the_key_is_not_shown():
    assert "0102" not in repr(Masks(key=KEY))
    assert "key" not in repr(Masks(key=KEY))

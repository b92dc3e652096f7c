"""Phone and fax numbers of North America."""

import pytest

from phiscan.detectors import phone
from phiscan.finding import Likelihood, Subject

_PHONE, _FAX = "PHONE_NUMBER", "FAX_NUMBER"


@pytest.mark.parametrize(
    "value",
    [
        "(312) 555-0182",
        "(312)555-0182",
        "312-555-0182",
        "312.555.0182",
        "312 555 0182",
        "+1 312 555 0182",
        "+1-312-555-0182",
        "312 dash 555 dash 0182",
        "1-312-555-0182",
        "+13125550182",
    ],
)
def test_finds_numbers_as_people_write_them(values, value):
    assert values(phone, f"reach at {value} soon") == [(_PHONE, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Phone: 3125550182", "3125550182"),
        ('"phone":"3125550182"', "3125550182"),
        ("Tel 3125550182", "3125550182"),
        ("tel:+13125550182", "+13125550182"),
    ],
)
def test_finds_bare_digits_beside_a_label(values, text, value):
    assert values(phone, text) == [(_PHONE, value)]


def test_a_fax_is_a_fax(values):
    assert (_FAX, "312-555-0182") in values(phone, "Fax: 312-555-0182")


def test_a_label_raises_it(found):
    assert found(phone, "cell 312-555-0182")[0][2] is Likelihood.LIKELY
    assert found(phone, "see 312-555-0182")[0][2] is Likelihood.POSSIBLE


def test_an_office_is_a_providers(found):
    assert found(phone, "office 312-555-0182")[0][3] is Subject.PROVIDER


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("123 dash 456 dash 7890", "an area begins with 2 to 9"),
        ("123-456-7890", "an area begins with 2 to 9"),
        ("312-155-0182", "an exchange begins with 2 to 9"),
        ("911-555-0182", "N11 is a service"),
        ("222-222-2222", "one digit repeated"),
        ("252.227-7013", "a clause of a regulation"),
        ("3125550182", "ten digits without a label are anything"),
        ("2024-03-14 10", "a date"),
        ("10.312.555.0182", "cut out of a longer number"),
        ("312-555-01823", "cut out of a longer number"),
        ("call 3125550182345", "cut out of a longer number"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(phone, text) == [], reason


def test_a_name_that_begins_like_a_title_is_no_title(found):
    assert found(phone, "Jamal Drăgulescu, 312-555-0182")[0][3] is Subject.PERSON


def test_words_of_another_sentence_do_not_count(found):
    assert (
        found(phone, "Seen with Dr. Chen at the clinic. Call 312-555-0182")[0][3] is Subject.PERSON
    )
    assert found(phone, "Dear Dr. Chen,\n312-555-0182")[0][3] is Subject.PERSON


@pytest.mark.parametrize(
    "text", ["1-800-555-0182", "(800) 555-0182", "call 1.877.555.0182", "1 (888) 555-0182"]
)
def test_a_number_that_the_called_pays_for_is_a_companys(values, text):
    assert values(phone, text) == []


@pytest.mark.parametrize(
    "value", ["808-555-0182", "(870) 555-0182", "512-800-0182", "877-555-0182"]
)
def test_areas_beside_those_are_homes(values, value):
    assert [v for _, v in values(phone, value)] == [value]


def test_a_row_of_numbers_holds_no_phone_number(values):
    assert values(phone, "955 960 965 970 975 980 985 990 1001 1004") == []
    assert values(phone, "WX 445 ; B 672 784 1224 13 90 ;") == []
    assert [v for _, v in values(phone, "cell 512 555 0182")] == ["512 555 0182"]
    assert [v for _, v in values(phone, "Ana 512 555 0182 1961-04-02")] == ["512 555 0182"]


def test_a_part_of_a_word_in_front_hides_no_word_of_context(found):
    assert found(phone, "hotel, tel 312-555-0182")[0][2] is Likelihood.LIKELY
    assert found(phone, "hotel 312-555-0182")[0][2] is Likelihood.POSSIBLE

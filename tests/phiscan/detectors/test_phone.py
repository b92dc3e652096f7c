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
        "312·555·0182",
        "312 • 555 • 0182",
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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cell 919-555-0142x204", "919-555-0142x204"),
        ("(919)555-0142x204", "(919)555-0142x204"),
        ("919-555-0142 ext. 204,", "919-555-0142 ext. 204"),
        ("919.555.0142 extension 4410", "919.555.0142 extension 4410"),
        ("919-555-0142 #12", "919-555-0142 #12"),
        ("reach us on 001-919-555-0142", "001-919-555-0142"),
        ("011 1 919 555 0142", "011 1 919 555 0142"),
        ("1.919.555.0142", "1.919.555.0142"),
        ("(919)-555-0142", "(919)-555-0142"),
        ("919 - 555 - 0142", "919 - 555 - 0142"),
        ("919/555-0142", "919/555-0142"),
    ],
)
def test_finds_extensions_prefixes_and_other_separators(values, text, value):
    assert values(phone, text) == [(_PHONE, value)]


@pytest.mark.parametrize(
    "value",
    [
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "+44-7700-900-123",
        "+52 55 1234 5678",
        "+91 98765 43210",
        "+919876543210",
        "+49 (0)30 901820",
        "+49.30.901820",
        "+33 1 42 68 53 00",
        "+234 803 123 4567",
        "+86 138 0013 8000",
        "+61 2 9374 4000",
        "+84 24 3825 1234",
        "+55 (11) 91234-5678",
        "+972-2-530-7111",
    ],
)
def test_finds_numbers_of_other_countries(values, value):
    assert values(phone, f"his sister is at {value}, asthma") == [(_PHONE, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Phone: 020 7946 0958", "020 7946 0958"),
        ("Tel: (02) 9374 4000", "(02) 9374 4000"),
        ("Mobile no.: 07700 900123", "07700 900123"),
        ("Cell: 98765 43210", "98765 43210"),
        ("phone: 01.42.68.53.00", "01.42.68.53.00"),
        ("call 011 44 20 7946 0958", "011 44 20 7946 0958"),
        ("can be called at 011 44 20 7946 0958", "011 44 20 7946 0958"),
        ("phone 0044 20 7946 0958", "0044 20 7946 0958"),
    ],
)
def test_a_label_shows_national_forms(values, text, value):
    assert (_PHONE, value) in values(phone, text)


@pytest.mark.parametrize(
    "text",
    [
        "reachable at 9195550142",
        "reach him at 9195550142",
        "can be reached on 9195550142",
        "call her back at 9195550142",
        "call 9195550142",
        "text 9195550142 after 5",
        "ph# 9195550142",
        "CB: 9195550142",
        "pager 9195550142",
        "callback 9195550142",
        "Cell phone no. 9195550142",
        "| Phone | 9195550142 |",
    ],
)
def test_words_before_ten_digits_show_that_they_are_a_number_to_call(values, text):
    assert values(phone, text) == [(_PHONE, "9195550142")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+44 20 7946", "too short for its country"),
        ("+210 345 678 901", "no country has the code 210"),
        ("+999 345 678 901", "no country has the code 999"),
        ("011 44 20 7946 0958", "digits without a label are anything"),
        ("00 44 20 7946 0958", "digits without a label are anything"),
        ("Phone: 2024-01-02 10:30", "a date"),
        ("Phone call: 10/12/2023 14:00", "a date"),
        ("Tel: 12 34", "too short"),
        ("cell 4500000 per ml", "a count of cells"),
        ("reached 9195550142 rows", "an amount"),
        ("x = +3.14159265358979", "a number of mathematics"),
    ],
)
def test_leaves_numbers_that_nobody_calls(values, text, reason):
    assert values(phone, text) == [], reason


@pytest.mark.parametrize("value", ["919_555_0142", "919/555/0142"])
def test_a_label_shows_rare_separators(values, value):
    assert values(phone, f"Phone: {value}") == [(_PHONE, value)]
    assert values(phone, f"row {value}") == [], "without a label it may be anything"


def test_a_fax_of_another_country_is_a_fax(values):
    assert (_FAX, "+44 20 7946 0958") in values(phone, "fax +44 20 7946 0958")


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


@pytest.mark.parametrize(
    "point", ["+4612-05957", "+513030-0000731", "+40.20361-075.00417", "+4012.22-07500.25"]
)
def test_coordinates_are_no_numbers(values, point):
    """ISO 6709, as in the tables of time zones."""
    assert values(phone, f"GB\t{point}\tEurope/London") == []


@pytest.mark.parametrize(
    "number",
    [
        "+4420-79460958",  # no longitude
        "+4420-1234527",  # minutes of latitude need minutes of longitude
        "+4977-05957",  # 77 minutes
    ],
)
def test_a_number_with_one_hyphen_is_no_coordinate(values, number):
    assert values(phone, f"phone {number}") == [(_PHONE, number)]


def test_a_relatives_number_behind_a_hospitals_sentence_is_an_individuals(found):
    text = "hospital MRN 64-33-90. NOK ph (457) 862-5098."
    assert {f[3] for f in found(phone, text) if f[0] == _PHONE} == {Subject.PATIENT}
    near = "hospital ph (457) 862-5098."
    assert {f[3] for f in found(phone, near) if f[0] == _PHONE} == {Subject.PROVIDER}

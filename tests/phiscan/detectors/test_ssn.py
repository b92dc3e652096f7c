"""Social security and taxpayer numbers."""

import pytest

from phiscan.detectors import ssn
from phiscan.finding import Likelihood, Subject

_SSN = "US_SOCIAL_SECURITY_NUMBER"
_ITIN = "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("his number is 512-44-9031 today", [(_SSN, "512-44-9031")]),
        ("it is 512 dash 44 dash 9031", [(_SSN, "512 dash 44 dash 9031")]),
        ("SSN: 512449031", [(_SSN, "512449031")]),
        ("ssn 512 44 9031", [(_SSN, "512 44 9031")]),
        ("SSN#512.44.9031", [(_SSN, "512.44.9031")]),
        ("S.S.N. 512-44-9031", [(_SSN, "512-44-9031")]),
        ('{"ssn":"512449031"}', [(_SSN, "512449031")]),
        ("social security number is 512-44-9031.", [(_SSN, "512-44-9031")]),
        ("Social Security No. 512449031", [(_SSN, "512449031")]),
        ("SS# 512-44-9031", [(_SSN, "512-44-9031")]),
        # synthetic data uses areas that were never issued
        ("SSN 999-44-9031", [(_SSN, "999-44-9031")]),
        ("ITIN 912-78-1234", [(_ITIN, "912-78-1234")]),
        # a claim number of Medicare: an SSN and whose wife or widow it is
        ("HICN 541-27-8860-B1", [(_SSN, "541-27-8860")]),
        ("SSN-541-27-8860", [(_SSN, "541-27-8860")]),
        ("user-541-27-8860", [(_SSN, "541-27-8860")]),
        ("/patients/541-27-8860", [(_SSN, "541-27-8860")]),
        ("scan_541-27-8860_front.pdf", [(_SSN, "541-27-8860")]),
        ("SSN_541278860", [(_SSN, "541278860")]),
        ("ssn_541-27-8860.pdf", [(_SSN, "541-27-8860")]),
    ],
)
def test_finds_numbers(values, text, expected):
    assert values(ssn, text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("order 512449031 shipped", "nine digits without a label are anything"),
        ("000 dash 44 dash 9031", "area 000 was never issued"),
        ("5 dash 44 dash 9031", "one digit of three"),
        ("000-44-9031", "area 000 was never issued"),
        ("666-44-9031", "area 666 was never issued"),
        ("512-00-9031", "group 00 was never issued"),
        ("512-44-0000", "serial 0000 was never issued"),
        ("078-05-1120", "the number printed in wallets"),
        ("123-45-6789", "the number of every example"),
        ("1-512-44-9031", "cut out of a longer number"),
        ("512-44-90315", "cut out of a longer number"),
        ("512-449-0312", "a phone number without its area"),
        ("SSN: XXX-XX-XXXX", "masked"),
        ("assn 512449031", "the label is part of another word"),
        ("zip 51244-9031", "a postal code"),
        ("PN-541-27-8860", "a part number"),
        ("bracket A7-541-27-8860, zinc", "a part number"),
        ("sku-541-27-8860", "a part number"),
        ("sku_541-27-8860", "a part number"),
        ("order_541278860", "nine digits without a label are anything"),
        ("541-27-8860-aaaa", "an id that goes on"),
        ("request 541-27-8860-0f3c-77", "an id that goes on"),
        ("Stock: 541-27-8860 rev B", "a stock number"),
        ("Section 541-27-8860 of the code", "of a law"),
        ("part no. 541-27-8860", "a part number"),
        ("SSN must be nine digits (e.g., 123-45-6789).", "an example"),
        ("PN-912-78-1234", "a part number in the form of an ITIN"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(ssn, text) == [], reason


def test_a_label_makes_it_certain(found):
    assert found(ssn, "SSN 512-44-9031") == [
        (_SSN, "512-44-9031", Likelihood.VERY_LIKELY, Subject.PERSON)
    ]


def test_the_patients_number_is_the_patients(found):
    assert found(ssn, "patient SSN 512-44-9031")[0][3] is Subject.PATIENT


@pytest.mark.parametrize("before", ["item", "lot", "model"])
def test_a_word_before_a_number_hides_it_only_where_it_names_one(values, before):
    assert values(ssn, f"{before} 512-44-9031") == [(_SSN, "512-44-9031")]


def test_a_doctors_number_is_an_individuals_too(found):
    assert found(ssn, "the physician's SSN 512-44-9031")[0][3] is Subject.PERSON


def test_a_number_at_the_end_of_the_line_before_is_another_number(values):
    assert values(ssn, "enc-97707\n512-44-9031") == [(_SSN, "512-44-9031")]

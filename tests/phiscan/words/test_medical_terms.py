"""Terms of medicine are told from family names and from parts of addresses."""

import pytest

import phiscan
from phiscan.words.medical_terms import DOSE, count_terms


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("asthma and Type 2 diabetes, asthma", 2),
        ("tenosynovitis and Bronchitis", 2),
        ("sertraline", 1),
        ("Konstantinos Margaritis met D. Vyzovitis", 0),  # Greek family names
        ("the invoice of April", 0),
    ],
)
def test_counts_different_terms(text, count):
    assert count_terms(text) == count


def test_a_dose_has_a_unit():
    assert DOSE.search("2.5 mg")
    assert not DOSE.search("50 mgr")


def test_a_word_in_a_mail_address_is_no_term():
    kinds = {f.detector for f in phiscan.scan(b"see lupus@fernmail.net or me@migraine").findings}
    assert "condition" not in kinds
    assert "condition" in {f.detector for f in phiscan.scan(b"she has lupus").findings}

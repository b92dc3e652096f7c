"""Values that name a medicine or how it is taken."""

import pytest

from phiscan.words.medicines import is_cvx, is_medicine


@pytest.mark.parametrize(
    "value", ["lithium", "1 tab po daily", "Zyx 5 mg", "apply twice daily", "2 puffs prn"]
)
def test_drugs_doses_and_directions_are_medicines(value):
    assert is_medicine(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("-12 dBm", "a level"),
        ("sha256=ab31", "a signature"),
        ("1048576", "bytes"),
        ("polite", "holds `po`"),
        ("", "nothing"),
    ],
)
def test_traffic_and_signatures_are_none(value, reason):
    assert not is_medicine(value), reason


@pytest.mark.parametrize(
    ("value", "is_code"), [("208", True), ("03", True), ("2081", False), ("v1", False)]
)
def test_a_code_of_a_vaccine_has_three_digits_at_most(value, is_code):
    assert is_cvx(value) is is_code

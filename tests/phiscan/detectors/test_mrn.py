"""Medical record numbers found by their label."""

import pytest

from phiscan.detectors import mrn
from phiscan.finding import Likelihood, Subject

_MRN = "MEDICAL_RECORD_NUMBER"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("MRN: 00123456", "00123456"),
        ("MRN 4471902", "4471902"),
        ("MRN#A-447190", "A-447190"),
        ("MRN (H12345678)", "H12345678"),
        ("mrn=881-67-22", "881-67-22"),
        ("Medical Record Number: MRN7616210", "MRN7616210"),
        ("medical record number is 7616210", "7616210"),
        ("Medical record no. 7616210", "7616210"),
        ("Med Rec # 7616210", "7616210"),
        ("MR #: 7616210", "7616210"),
        ("MR# 7616210", "7616210"),
        ("MR #719435", "719435"),
        ("MR. # 7194334", "7194334"),
        ("MRN: ED-MRN-009912", "ED-MRN-009912"),
        ("Patient ID #A-4471", "A-4471"),
        ("Pt ID: 447190", "447190"),
        ("Chart No: 20144", "20144"),
        ("Hospital number 20144", "20144"),
        ("MRN: TEST-7730145", "TEST-7730145"),
        ('{"mrn":"E123456789"}', "E123456789"),
        ('{"note":"x","medicalRecordNumber":"123456"}', "123456"),
        ("patient_id=447190&x=1", "447190"),
    ],
)
def test_finds_numbers(values, text, value):
    assert values(mrn, text) == [(_MRN, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("MRN: **7730145**", "7730145"),
        ("**MRN:** **7730145**", "7730145"),
        ("MRN: __7730145__", "7730145"),
        ("MRN `7730145`", "7730145"),
        ("| MRN | 7730145 |", "7730145"),
        ("| MRN            | 7730145 |", "7730145"),
        ("MRN\t\t7730145", "7730145"),
        ("<th>MRN</th><td>7730145</td>", "7730145"),
        ("<b>MRN:</b> 7730145", "7730145"),
        ("<dt>MRN</dt><dd class='num'><b>7730145</b></dd>", "7730145"),
        ("MRN at sending: BCM-220198", "BCM-220198"),
        ("MRN at sending facility: BCM-220198", "BCM-220198"),
        ("MRN from the referring hospital is BCM-220198", "BCM-220198"),
        ("MRN (old) 2207198", "2207198"),
        ("MRN (outside hosp.): 2207198", "2207198"),
        ("MRN for this visit - 2207198", "2207198"),
        ("Medical record # (St. Mary) 2207198", "2207198"),
    ],
)
def test_markup_and_words_may_stand_between(values, text, value):
    assert values(mrn, text) == [(_MRN, value)]


@pytest.mark.parametrize("text", ["Hosp #: 7710493", "Expediente: 7710493"])
def test_other_words_for_a_record(values, text):
    assert [value for _, value in values(mrn, text)] == ["7710493"]


def test_it_is_always_a_patients(found):
    assert found(mrn, "clinic MRN 4471902")[0][2:] == (Likelihood.VERY_LIKELY, Subject.PATIENT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patient id card", "no digits"),
        ("Show your patient ID at the desk", "no number"),
        ("MRN: pending", "no number"),
        ("mrna 123456 vaccine", "another word"),
        ("MR 12", "too short, and no sign that it is a number of a record"),
        ("chart 123456 sold", "a chart is also a drawing"),
        ("Mr. 42", "a salutation"),
        ("Unit # 201", "an apartment"),
        ("Unit number: 4512", "an apartment"),
        ("Unit No: 20144", "a lorry; see people.answers for records"),
        ('{"unit_number": 131542, "tenant": "Ana Ruiz"}', "a landlord's"),
        ("MRN: TEST0001", "a fixture's"),
        ("mrn = 'TEST-MRN'", "a fixture's"),
        ("MRN: XXX", "masked"),
        ("order number 123456", "another label"),
        ("MRN in 2019", "a year is no number behind a word"),
        ("MRN of the patient\n123456", "the next line"),
        ("mrn at line 42 of 10000", "a place in a program"),
        ("patient id column, 12 rows", "too short"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(mrn, text) == [], reason

import functools
import re
from datetime import date

import pytest

import phiscan
from phiscan.redaction.masks import MaskForm, Masks
from phiscan.redaction.patients import Patients
from phiscan.redaction.proof import redact_proven

KEY = bytes(range(32))
SHIFTED = Masks({"DATE_OF_BIRTH": MaskForm.SHIFTED, "SERVICE_DATE": MaskForm.SHIFTED}, key=KEY)


def moved(data):
    """By how many days each date of the document moved, in order."""
    masked = redact_proven(data, phiscan.scan(data), functools.partial(phiscan.scan), SHIFTED)
    before, after = (re.findall(rb"\d{4}-\d\d-\d\d", each) for each in (data, masked))
    pairs = zip(before, after, strict=True)
    return [
        (date.fromisoformat(b.decode()) - date.fromisoformat(a.decode())).days for a, b in pairs
    ]


ROWS = (
    b"mrn,patient_name,dob,admission_date\n"
    b"8812031,Ana Ruiz,1961-11-23,2024-05-17\n"
    b"8812032,Bo Chen,1975-02-11,2024-06-01\n"
    b"8812031,Ana Ruiz,1961-11-23,2024-09-30\n"
)


def test_the_dates_of_one_patient_move_alike():
    days = moved(ROWS)
    assert days[0] == days[1] == days[4] == days[5] != 0


def test_another_patient_s_dates_move_by_other_days():
    days = moved(ROWS)
    assert days[2] == days[3] != days[0]


def test_a_date_before_the_number_belongs_to_the_same_record():
    rows = [
        b'{"dob":"1961-11-23","mrn":"8812031","patientName":"Ana Ruiz"}',
        b'{"dob":"1975-02-11","mrn":"8812032","patientName":"Bo Chen"}',
    ]
    both = moved(b"[" + b",".join(rows) + b"]")
    assert both == [moved(row)[0] for row in rows]


def test_another_key_moves_by_other_days():
    report = phiscan.scan(ROWS)
    one, other = (Patients(ROWS, report.findings, key) for key in (KEY, KEY[::-1]))
    assert one.days(60) != other.days(60)


def test_no_date_stays_where_it_is():
    report = phiscan.scan(ROWS)
    keys = (bytes((n,)) * 32 for n in range(200))
    days = {Patients(ROWS, report.findings, key).days(60) for key in keys}
    assert 0 not in days
    assert len(days) > 100
    assert max(map(abs, days)) <= 364


@pytest.mark.parametrize("data", [b"", b'{"dob":"1961-11-23","patientName":"Ana Ruiz"}'])
def test_without_a_patient_s_number_nobody_knows_the_days(data):
    assert Patients(data, phiscan.scan(data).findings, KEY).days(0) is None

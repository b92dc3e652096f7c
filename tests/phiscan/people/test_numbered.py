"""Words of medicine beside a date of birth or a number of a person."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

BORN = {"name": "Nkem Okafor", "dob": "1971-02-03"}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({**BORN, "remark": "asthma since school"}, "a date of birth"),
        ({"memberId": "W204481930", "service": "colonoscopy"}, "the number of an insured person"),
        ({**BORN, "items": [{"what": "warfarin 5 mg"}]}, "in another part of the record"),
    ],
)
def test_a_word_of_medicine_beside_it_is_that_persons(document, why):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI, why


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({**BORN, "department": "Physical Therapy"}, "where somebody works"),
        ({**BORN, "title": "Dialysis technician"}, "what somebody is"),
        ({**BORN, "course": "stroke and sepsis"}, "what somebody learns"),
        ({**BORN, "filler": "x" * 900, "far": "asthma"}, "another record"),
        ({"name": "Nkem Okafor", "remark": "asthma"}, "no such number"),
    ],
)
def test_other_words_are_not(document, reason):
    assert phiscan.scan(json.dumps(document).encode()).verdict is not Verdict.PHI, reason


def test_the_departments_of_a_table_of_staff_are_nobodys_health():
    rows = "name,dob,department\nWalter Okafor,1971-02-03,Emergency Department\n"
    rows += "Teresa Okafor,1980-04-05,Primary Care\n"

    assert phiscan.scan(rows.encode(), content_type="text/csv").verdict is Verdict.IDENTIFIERS

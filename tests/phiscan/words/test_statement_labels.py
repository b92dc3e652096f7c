"""Labels of statements: reasons and notes, in any spelling."""

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.words.statement_labels import fewest_terms


@pytest.mark.parametrize(
    ("label", "fewest"),
    [
        ("reason", 1),
        ("visit_reason", 1),
        ("reasonForReferral", 1),
        ("Presenting problem", 1),
        ("indication", 1),
        ("internal_notes", 2),
        ("Comments", 2),
    ],
)
def test_reasons_and_notes_are_statements(label, fewest):
    assert fewest_terms(label) == fewest


@pytest.mark.parametrize(
    "label",
    [
        "reasonable",  # another word
        "visit",  # no core
        "notebook",
        "reason 541-27-8860",  # a key that holds a value
        "reason_code_id",  # a code
        "reason" * 20,  # too long for a label
        "",
    ],
)
def test_other_labels_are_none(label):
    assert fewest_terms(label) == 0


CLIENT = '"client": {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@fernmail.net"}'


@pytest.mark.parametrize(
    "document",
    [
        f'{{{CLIENT}, "reason": "Follow-up for depression"}}',
        f'{{{CLIENT}, "visit": {{"reason_for_call": "chest pain since Monday"}}}}',
        f'{{{CLIENT}, "sessions": [{{"reason": "PTSD"}}]}}',
        f'{{{CLIENT}, "visits": [{{"icd10": "F32.1"}}]}}',
        f'{{{CLIENT}, "notes": "Continue sertraline 50 mg."}}',
        f'{{{CLIENT}, "notes": "asthma, uses albuterol"}}',
        '{"data": {"rider": {"name": "Ana Ruiz", "phone": "919-555-0142"}, "purpose": "dialysis"}}',
        '{"attendee": {"name": "Ana Ruiz", "email": "a@fernmail.net"}, "reason": "migraine"}',
        "first_name,last_name,email,reason\nAna,Ruiz,ana@fernmail.net,Follow-up for depression\n",
        "first_name=Ana&last_name=Ruiz&email=a%40fernmail.net&reason=Follow-up+for+depression",
        "client:\n  first_name: Ana\n  last_name: Ruiz\nreason: Follow-up for depression\n",
        "<booking><client><firstName>Ana</firstName><lastName>Ruiz</lastName></client>"
        "<visit><reason>Follow-up for depression</reason></visit></booking>",
    ],
)
def test_a_statement_beside_a_person_is_about_that_person(document):
    assert phiscan.scan(document.encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (f'{{{CLIENT}, "reason": "Follow-up for invoice"}}', "no word of medicine"),
        (f'{{{CLIENT}, "notes": "fracture in the frame"}}', "one word in a note"),
        (f'{{{CLIENT}, "title": "Living with depression"}}', "no statement"),
        (f'{{{CLIENT}, "results": [{{"reason": "depression"}}]}}', "the hits of a search"),
        (f'[{{{CLIENT}}}, {{"reason": "depression"}}]', "another record"),
        ('{"vendor": {"name": "Acme"}, "reason": "vaccination of staff"}', "no person"),
        ("<a><client><firstName>Ana</firstName></client><b><reason>asthma</reason></b></a>", "b"),
    ],
)
def test_what_is_said_of_something_else_is_nobodys(document, reason):
    assert phiscan.scan(document.encode()).verdict is not Verdict.PHI, reason


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("icd10Code: Fracture of neck of right femur", Verdict.PHI),
        ("test_result: Systolic blood pressure 162.7 mm[Hg]", Verdict.PHI),
        ("icd10Code: see catalogue", Verdict.IDENTIFIERS),
        ("test_result: all builds green", Verdict.IDENTIFIERS),
    ],
)
def test_words_and_measures_in_place_of_a_code_are_about_the_person_beside(line, verdict):
    person = "member:\n  givenName: Wendell\n  lname: Bhattacharya\n  dob: 05/26/2009\n  "
    assert phiscan.scan((person + line).encode()).verdict is verdict

"""Labels of statements: reasons and notes, in any spelling."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.words.statement_labels import fewest_in, fewest_terms


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
        ("medical_condition", 1),
        ("medicalNeeds", 1),
        ("description", 3),
        ("Event title", 3),
        ("summary", 3),
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


@pytest.mark.parametrize(
    ("label", "value", "fewest"),
    [
        ("reason", "Follow-up for depression", 1),
        ("reason", "Study for school is hard because of migraine", 1),
        ("description", "Follow up: asthma", 1),
        ("description", "Patient has gout, takes allopurinol", 1),
        ("description", "gout and asthma", 2),
        ("notes", "Continue sertraline 50 mg.", 1),
        ("notes", "asthma, uses albuterol", 2),
    ],
)
def test_what_a_value_says_counts_too(label, value, fewest):
    assert fewest_in(fewest_terms(label), value) == fewest


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Follow-up study of gout", "a paper"),
        ("Asthma admission rates by county", "a data set"),
        ("Conference on HIV", "an event"),
        ("Workshop about pneumonia", "an event"),
        ("Webinar: living with asthma", "an event"),
        ("asthma awareness walk", "an event"),
        ("lupus guideline committee", "a committee"),
        ("Outcomes of gout: a cohort study", "a paper"),
        ("Talk on dementia, room 4", "a talk"),
        ("Fundraiser for the Lupus Research Foundation", "a cause"),
        ("Market access of adalimumab 40 mg", "a product"),
    ],
)
def test_a_topic_is_about_nobody_beside_it(value, reason):
    document = {"attendee": {"name": "Ana Ruiz", "email": "ana@fernmail.net"}, "reason": value}
    assert phiscan.scan(json.dumps(document).encode()).verdict is not Verdict.PHI, reason


@pytest.mark.parametrize(
    "value",
    [
        "Living with HIV since 2010",
        "Has a good understanding of her diabetes",
        "Start a trial of sertraline",
        "The study shows a fracture",
        "Glucose trends up: diabetes",
        "Talk about her depression",
        "Missed the diabetes workshop. Neuropathy, takes gabapentin",
    ],
)
def test_words_of_topics_hide_no_statement(value):
    document = {"attendee": {"name": "Ana Ruiz", "email": "ana@fernmail.net"}, "reason": value}
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "document",
    [
        {"attendees": [{"displayName": "Ana Ruiz"}], "description": "Follow up: asthma", "dob": ""},
        {"attendee": {"name": "Ana Ruiz", "email": "a@fernmail.net"}, "description": "Appt: gout"},
        {"customer": {"name": "Ana Ruiz"}, "rx": [{"drug": "lithium", "sig": "1 tab po daily"}]},
        {"employee": {"name": "Ana Ruiz"}, "leave": {"condition": "chronic hepatitis C"}},
        {"recipient": {"firstName": "Ana", "lastName": "Ruiz"}, "vaccine": {"cvx": "208"}},
        {
            "answers": [
                {"type": "text", "text": "Ana Ruiz", "field": {"ref": "full_name"}},
                {"type": "text", "text": "kidney stones", "field": {"ref": "medical_conditions"}},
            ]
        },
    ],
)
def test_entries_medicines_and_conditions_beside_a_person_are_theirs(document):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            {
                "customer": {"name": "Ana Ruiz", "email": "ana@fernmail.net"},
                "items": [{"description": "Blood pressure monitor", "price": 49}],
            },
            "goods",
        ),
        (
            {
                "attendees": [{"displayName": "Ana Ruiz"}],
                "email": "a@fernmail.net",
                "description": "Q3 forecast, hiring, the fracture in the budget",
            },
            "one word of medicine",
        ),
        ({"host": {"name": "Ana Ruiz"}, "rx": [12, 44], "tx": [1], "email": "a@b.net"}, "traffic"),
        ({"user": {"name": "Ana Ruiz"}, "sig": "sha256=ab31", "email": "a@b.net"}, "a signature"),
        ({"customer": {"name": "Ana Ruiz"}, "item": {"condition": "used"}}, "goods"),
        ({"tenant": {"name": "Ana Ruiz", "dob": "1961-04-12"}, "unit": "4B"}, "an apartment"),
        (
            {
                "answers": [
                    {"type": "text", "text": "Ana Ruiz", "field": {"ref": "full_name"}},
                    {"type": "text", "text": "see above", "field": {"ref": "medical_conditions"}},
                ]
            },
            "no condition",
        ),
        (
            {
                "title": "Diabetes and hypertension",
                "description": "asthma and gout after surgery",
                "contact": {"name": "Ana Ruiz", "email": "ana@fernmail.net"},
            },
            "a data set",
        ),
        (
            {
                "user": {"name": "Ana Ruiz", "email": "a@b.net"},
                "title": "Asthma, gout: appointment",
            },
            "an issue of a program",
        ),
        ({"catalog": [{"cvx": "140", "name": "influenza"}], "owner": "ops"}, "a catalogue"),
    ],
)
def test_goods_traffic_and_catalogues_are_nobodys_health(document, reason):
    assert phiscan.scan(json.dumps(document).encode()).verdict is not Verdict.PHI, reason


@pytest.mark.parametrize(
    ("label", "value", "why"),
    [
        ("What brings you in?", "anxiety at night", "a question of a form"),
        ("why", "uncontrolled hypertension", "a reason"),
        ("message", "I would like to book a vasectomy consultation", "a request to a clinic"),
    ],
)
def test_what_somebody_comes_for_is_phi_beside_a_name(label, value, why):
    document = {"name": "Ana Ruiz", "phone": "515-555-0142", "email": "a@b.net", label: value}

    assert phiscan.scan(json.dumps({"person": document}).encode()).verdict is Verdict.PHI, why

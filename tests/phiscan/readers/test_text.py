"""Labelled lines of plain text."""

import pytest

import phiscan
from phiscan.finding import Verdict


def values(text):
    data = text.encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data).findings
        if f.identifier
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Patient Name: Delgado, Maria", ("PERSON_NAME", "Delgado, Maria")),
        ("MRN = 001234", ("MEDICAL_RECORD_NUMBER", "001234")),
        ("  - DOB : 04/02/1961", ("DATE_OF_BIRTH", "04/02/1961")),
        ("First Name: Ana  Last Name: Ruiz", ("PERSON_NAME", "Ruiz")),
        ("Phone:\t515-234-8890", ("PHONE_NUMBER", "515-234-8890")),
        (
            "{ ssn: '512-44-9031', memberId: 'XYZ-100001' }",
            ("HEALTH_PLAN_BENEFICIARY_NUMBER", "XYZ-100001"),
        ),
        ("{'dob': '1961-04-02', 'ward': 'B'}", ("DATE_OF_BIRTH", "1961-04-02")),
        ("Date of Birth:   2110-02-11             Sex: F", ("DATE_OF_BIRTH", "2110-02-11")),
        ("seen today (MRN 001234)", ("MEDICAL_RECORD_NUMBER", "001234")),
    ],
)
def test_a_label_says_what_its_value_is(line, expected):
    assert expected in values(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Address: 12 Elm Street, Ames, IA 50010, Phone: 515-234-8890", ("STREET_ADDRESS", "12 Elm Street, Ames, IA 50010")),
        ("Address: 12 Elm Street, Ames, IA 50010, Phone: 515-234-8890", ("PHONE_NUMBER", "515-234-8890")),
        ("patient_name=Ana Ruiz, dob=1961-04-02", ("PERSON_NAME", "Ana Ruiz")),
        ("Email: ana@fernmail.net, Card: 4111-1111-1111-1111", ("EMAIL_ADDRESS", "ana@fernmail.net")),
        ("Email: ana@example.com, asthma", ("EMAIL_ADDRESS", "ana@example.com")),
        ("Patient Name: Delgado, Maria R.    MRN: 00482913", ("PERSON_NAME", "Delgado, Maria R.")),
        ("DOB: 03/14/1958 Dx: type 2 diabetes (E11.9), metformin 500 mg", ("DATE_OF_BIRTH", "03/14/1958")),
        ("Patient name: Marcus Hollingsworth Dx: asthma", ("PERSON_NAME", "Marcus Hollingsworth")),
        ("Patient name: Marcus Hollingsworth - Dx: asthma", ("PERSON_NAME", "Marcus Hollingsworth")),
        ("Patient name: Marcus Hollingsworth / Room: 12B", ("PERSON_NAME", "Marcus Hollingsworth")),
        ("Patient name: Marcus Hollingsworth (DOB: 03/14/1958)", ("PERSON_NAME", "Marcus Hollingsworth")),
        ("Patient name: Marcus Hollingsworth (DOB: 03/14/1958)", ("DATE_OF_BIRTH", "03/14/1958")),
        ("Patient name: Marcus Hollingsworth. Date of birth: 03/14/1958", ("DATE_OF_BIRTH", "03/14/1958")),
        ("First name=Marcus Last name=Hollingsworth DOB=03/14/1958", ("PERSON_NAME", "Hollingsworth")),
        ("SSN: 512-44-9031 Medical record number: A-4471902 Age: 61", ("MEDICAL_RECORD_NUMBER", "A-4471902")),
        ("MRN: 4471902 Insurance: Aetna Member ID: XYZ-100001", ("HEALTH_PLAN_BENEFICIARY_NUMBER", "XYZ-100001")),
        ("**Patient name:** Marcus Hollingsworth **DOB:** 03/14/1958", ("PERSON_NAME", "Marcus Hollingsworth")),
        ("**Patient name:** Marcus Hollingsworth **DOB:** 03/14/1958", ("DATE_OF_BIRTH", "03/14/1958")),
        ("DOB: __03/14/1958__ Dx: __asthma__", ("DATE_OF_BIRTH", "03/14/1958")),
        ("Patient name: `Marcus Hollingsworth`", ("PERSON_NAME", "Marcus Hollingsworth")),
    ],
)  # fmt: skip
def test_a_value_ends_before_the_next_label(line, expected):
    assert expected in values(line)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: checkout\nimage: nginx:1.27\nport: 8080\n", "configuration"),
        ("Total: 512449031\n", "a number with another label"),
        ("address: 10.0.0.1:8080\n", "a network address"),
        ("error: patient care is our mission\n", "prose"),
    ],
)
def test_a_look_alike_is_no_identifier(text, reason):
    assert phiscan.scan(text.encode()).verdict in (Verdict.NONE, Verdict.HEALTH), reason


def test_health_information_behind_another_value_is_read():
    report = phiscan.scan(b"DOB: 03/14/1958 Dx: type 2 diabetes (E11.9), metformin 500 mg")
    assert report.verdict is Verdict.PHI
    assert {"DIAGNOSIS", "DATE_OF_BIRTH"} <= {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Patient name: Ana Ruiz at 10:30", "Ana Ruiz at 10:30"),
        ("Diagnosis: asthma, see https://example.net", "asthma, see https://example.net"),
        ("Diagnosis: ratio of A:B is low", "ratio of A:B is low"),
    ],
)
def test_a_colon_without_a_label_before_it_ends_no_value(line, value):
    data = line.encode()
    ends = {f.location.end for f in phiscan.scan(data).findings if f.detector == "text_label"}
    assert ends == {len(line)}, value


def test_labels_one_behind_the_other_cost_linear_time():
    assert phiscan.scan(b"Patient name: " * 60_000).media == "text"


def test_a_long_line_without_values_costs_linear_time():
    assert phiscan.scan(b"a: " * 300_000).media == "text"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Birthdate: 02/14/1953 Presenting problem: cirrhosis", "02/14/1953"),
        ("DOB: 02/14/1953, Favorite team: none", "02/14/1953"),
        ("Phone: (515) 555-0142 Favorite team: none", "(515) 555-0142"),
        ("Phone: (515) 555-0142 x: 12", "(515) 555-0142"),
    ],
)
def test_a_number_ends_where_words_begin(line, value):
    data = line.encode()
    found = {
        data[f.location.start : f.location.end].decode()
        for f in phiscan.scan(data).findings
        if f.identifier
    }
    assert value in found
    assert not [other for other in found if "team" in other or "problem" in other]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Name / DOB / MRN: Ana Ruiz / 04/12/1961 / 8294473",
            {
                ("PERSON_NAME", "Ana Ruiz"),
                ("DATE_OF_BIRTH", "04/12/1961"),
                ("MEDICAL_RECORD_NUMBER", "8294473"),
            },
        ),
        (
            "Full name/DOB: Ana Ruiz / 04/12/1961",
            {("PERSON_NAME", "Ana Ruiz"), ("DATE_OF_BIRTH", "04/12/1961")},
        ),
    ],
)
def test_labels_with_slashes_have_as_many_values(line, expected):
    assert values(f"{line}\nDx: asthma") == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Name/DOB: see chart", "one value for two labels"),
        ("Road/Bridge: Ana Ruiz / 04/12/1961", "no labels of ours"),
    ],
)
def test_other_slashes_cut_nothing(line, reason):
    assert values(line) == set(), reason

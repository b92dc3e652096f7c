"""Objects as programs print them, and source code that looks like them."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.labelled.printed_objects import read

SSN = "541278860"


def said(text):
    data = text if isinstance(text, bytes) else text.encode()
    return {(item.labels, item.value) for item in read(data)}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (f"Patient(name=Maria Lindqvist, ssn={SSN})", ("Patient", "ssn")),
        (f"Patient[name=Maria Lindqvist, ssn={SSN}]", ("Patient", "ssn")),
        (f"com.acme.Patient[name=Maria Lindqvist, ssn={SSN}]", ("com.acme.Patient", "ssn")),
        (f"Patient{{name='Maria Lindqvist', ssn='{SSN}'}}", ("Patient", "ssn")),
        (f"ERROR saving Patient(name='Maria', ssn='{SSN}')", ("Patient", "ssn")),
        (f"panic: &{{ID:77 Name:Maria Lindqvist SSN:{SSN} DOB:1961-11-23}}", ("SSN",)),
        (f'10:02:11 main.Patient{{Name:"Maria", SSN:"{SSN}"}}', ("main.Patient", "SSN")),
        (f'#<Patient id: 77, ssn: "{SSN}", last_name: "Voss">', ("Patient", "ssn")),
        (f'#<Patient:0x000055d5 @ssn="{SSN}", @name="Maria">', ("Patient", "ssn")),
        (f"Patient {{ Name = Maria Lindqvist, Ssn = {SSN} }}", ("Patient", "Ssn")),
        (f'panicked at Patient {{ name: "Maria", ssn: "{SSN}" }}', ("Patient", "ssn")),
        (f'error %Clinic.Patient{{ssn: "{SSN}"}}', ("Clinic.Patient", "ssn")),
        (f'dup key: {{ ssn: "{SSN}" }}', ("ssn",)),
        (f"[parameters: {{'ssn': '{SSN}'}}]", ("ssn",)),
        (f'{{"ssn" => "{SSN}", "name" => "Maria"}}', ("ssn",)),
        (f'error: {{:ssn "{SSN}" :age 7}}', ("ssn",)),
        (f"row with column values (SSN:{SSN}) already exists", ("values", "SSN")),
        (f"Claim(id=1, patient=Patient(age=7, ssn={SSN}), b=2)", ("Claim", "Patient", "ssn")),
    ],
)
@pytest.mark.parametrize("escape", [False, True], ids=["text", "in JSON"])
def test_a_printed_object_names_its_fields(text, labels, escape):
    assert (labels, SSN) in said(json.dumps({"message": text, "next": 1}) if escape else text)


def test_the_class_says_whose_a_name_is():
    data = b"INFO Saved Patient(id=77123, name=Maria Lindqvist)"
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    assert {"PERSON_NAME", "MEDICAL_RECORD_NUMBER"} <= {f.info_type for f in report.findings}


def test_an_object_ends_where_its_bracket_closes_or_its_line_ends():
    assert said(f"A[x=1] (ssn={SSN})") == set()
    assert said(f"A[x=1,\nssn={SSN}]") == set()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"patient = Patient(name='Maria', ssn='{SSN}')", "source code"),
        (f"const p = {{ name: 'Ann', ssn: '{SSN}' }}", "source code"),
        ("PatientService(name=patient-api, timeout=30)", "a service"),
        (".card{color:red;margin:0}", "a style sheet"),
        ("f(a, name=name, dob=None)", "a call"),
        ("Patient[status=active, ward=7]", "no label"),
    ],
)
def test_source_code_is_no_printed_object(text, reason):
    assert [item for item in said(text) if item[1] in (SSN, "Maria", "patient-api")] == [], reason

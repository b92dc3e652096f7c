"""Messages of databases, validators and servers that quote a value beside the name of its field."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.labelled.error_texts import read

SSN = "541278860"


def said(text):
    data = text if isinstance(text, bytes) else text.encode()
    return {(item.labels[-1], item.value) for item in read(data)}


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        (f"DETAIL:  Key (ssn)=({SSN}) already exists.", "ssn", SSN),
        (
            "Key (lower(email::text))=(ana@fernmail.net) already exists.",
            "email",
            "ana@fernmail.net",
        ),
        ("Key (patient_id)=(77123) is not present in table", "patient_id", "77123"),
        ('CONTEXT:  COPY p, line 2, column birth_date: "11/23/1961"', "birth_date", "11/23/1961"),
        (f"Duplicate entry '{SSN}' for key 'patients.ssn'", "patients.ssn", SSN),
        (
            'value too large for column "EHR"."PATIENT"."LAST_NAME" (actual: 44): \'Two Bulls\'',
            "LAST_NAME",
            "Two Bulls",
        ),
        (
            "String '11/23/1961' was not recognized as a DateTime for field DateOfBirth",
            "DateOfBirth",
            "11/23/1961",
        ),
        (f"Duplicate entry '{SSN}' for key 'uq_case_ssn'", "ssn", SSN),
        ("Incorrect date value: '11/23/1961' for column 'dob' at row 1", "dob", "11/23/1961"),
        (
            "Violation of UNIQUE KEY constraint 'UQ_Cases_Ssn'. Cannot insert duplicate key in "
            f"object 'dbo.Cases'. The duplicate key value is ({SSN}).",
            "Ssn",
            SSN,
        ),
        (
            "String or binary data would be truncated in table 'a.dbo.b', column 'last_name'. "
            "Truncated value: 'Lindqvist'.",
            "last_name",
            "Lindqvist",
        ),
        (
            f"E11000 duplicate key error collection: a.b index: ssn_1 dup key: {{ : {SSN} }}",
            "ssn",
            SSN,
        ),
        (f'Variable "$in" got invalid value "{SSN}" at "in.patient.ssn"; Expected', "ssn", SSN),
        (f"Field error in object 'p' on field 'ssn': rejected value [{SSN}]; codes", "ssn", SSN),
        (f"1 error\nssn\n  Bad [type=x, input_value='{SSN}', input_type=str]", "ssn", SSN),
        (
            'Cannot deserialize value of type `LocalDate` from String "11/23/1961": x '
            '(through reference chain: com.acme.Case["birthDate"])',
            "birthDate",
            "11/23/1961",
        ),
        (f"The value '{SSN}' is not valid for Ssn.", "Ssn", SSN),
        ("'Lindqvist' could not be converted for field lastName", "lastName", "Lindqvist"),
    ],
)
@pytest.mark.parametrize("escape", [False, True], ids=["text", "in JSON"])
def test_a_message_names_the_field_of_the_value_that_it_quotes(text, label, value, escape):
    assert (label, value) in said(json.dumps({"message": text}) if escape else text)


def test_columns_and_values_in_brackets_are_paired():
    assert said("Key (last_name, birth_date)=(Lindqvist, 1961-11-23) already exists.") == {
        ("last_name", "Lindqvist"),
        ("birth_date", "1961-11-23"),
    }
    with_comma = "Key (patient_name, birth_date)=(Lindqvist, Maria, 1961-11-23) already exists."
    assert {
        ("birth_date", "1961-11-23"),
        ("patient_name", "Lindqvist"),
        ("patient_name", "Maria"),
    } <= said(with_comma)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Unknown column 'patient_name' in 'field list' is invalid", "words of the database"),
        ("Invalid value 'VARCHAR' for column 'last_name'", "a type"),
        ("ERROR: invalid value 'Blue' for field 'color'", "another field"),
        ("Key 'name' is invalid for key 'id'", "labels, and nobody's"),
        ("Column 'ssn' is invalid", "no value"),
        (f"Column 'ssn'\nvalue '{SSN}' is invalid", "the next line speaks of something else"),
        ("Duplicate entry '4471' for key 'PRIMARY'", "no label"),
        ("patients are already in use for on of at", "no quotes"),
    ],
)
def test_other_messages_name_nothing(text, reason):
    assert said(text) == set(), reason


@pytest.mark.parametrize(
    "around",
    [
        'ERROR:  null value in column "ward" of relation "patients" violates\nDETAIL:  {}',
        '{{"message": "x of relation \\"patients\\"", "detail": "{}"}}',
        '{{"detail": "{}", "schema": "public", "table": "patients"}}',
    ],
)
def test_a_bare_row_of_patients_is_read_by_the_form_of_its_values(around):
    row = f"Failing row contains (77, MRN-5530917, Lindqvist, Maria, 1961-11-23, {SSN}, F, null)."
    data = around.format(row).encode()
    report = phiscan.scan(data)
    found = {
        (f.info_type, data[f.location.start : f.location.end].decode()) for f in report.findings
    }
    assert report.verdict is Verdict.PHI
    assert found >= {
        ("MEDICAL_RECORD_NUMBER", "MRN-5530917"),
        ("PERSON_NAME", "Lindqvist"),
        ("PERSON_NAME", "Maria"),
        ("DATE_OF_BIRTH", "1961-11-23"),
        ("US_SOCIAL_SECURITY_NUMBER", SSN),
    }


def test_a_bare_row_of_machines_is_nobodys():
    text = f'of relation "machines"\nFailing row contains (77, Lindqvist, 1961-11-23, {SSN}).'
    assert phiscan.scan(text.encode()).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("E11000 duplicate key error collection: a.b index: mrn_1 dup key: { mrn: 7730145 }", 1),
        ("ORA-00001: duplicate value '7730145' for column mrn", 1),
        ("Duplicate entry 'E11000' for key 'patients.mrn'", 1),
    ],
)
def test_the_number_of_an_error_is_no_value(message, count):
    report = phiscan.scan(message.encode())
    assert sum(f.info_type == "MEDICAL_RECORD_NUMBER" for f in report.findings) == count

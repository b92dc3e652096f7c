"""Program text, schemas and translations are told from names and addresses."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.words.program_text import (
    is_about_a_name,
    is_code,
    is_fixture,
    is_picture,
    is_place,
    is_print,
)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("HumanName", "a data type of FHIR"),
        ("Element", "a data type of FHIR"),
        ("varchar(80)".partition("(")[0], "a type of SQL"),
        ("fhirtypes.AddressType", "a type in a module"),
        ("patient.firstName", "a member of an object"),
        ("firstName", "a variable"),
        ("os_helper.TESTFN", "a constant of a module"),
        ("self.fullname", "a member of an object"),
        ("google.rpc.Status", "a type in a package"),
        ("CreateMember", "an operation"),
        ("given_name,", "a variable in a call"),
        ("octo-org/hello-world", "a repository"),
        ("MemberOptionsKeyPair", "a class"),
        ("$NAME", "a variable of a shell"),
        ("long", "a type"),
        ("%name%", "a variable of a template"),
        ("&author;", "an entity"),
        ("a factor with two levels", "a description"),
        ("the name of the member", "a description"),
    ],
)
def test_a_program_says_so(value, reason):
    assert is_code(value), reason


@pytest.mark.parametrize(
    "value",
    (
        "Ana Ruiz|McDonald|DeShawn|LaToya|O'Brien|deVries|vanDyke|MaryAnn|DiCaprio|Li|"
        "RUIZ/ANA|ana_ruiz|maria.ruiz|ana.maria.ruiz|LeAnn|MacArthur|FitzGerald|J.Ruiz|Key|Page|Long Lee|Long|SHORT|Jabłońska|Hánák|The Hague|12 Main St|ANA"
    ).split("|"),
)
def test_people_and_towns_are_called_so(value):
    assert not is_code(value)


@pytest.mark.parametrize(
    "value",
    (
        "Absolute path name of the file.|string, The name of the user to store credentials for."
        '|fname + |"a" + name|#/definitions/FirstName|origin if spec is None else name|%s of %s'
    ).split("|"),
)
def test_an_expression_or_a_description_is_no_name(value):
    assert is_about_a_name(value)


@pytest.mark.parametrize(
    "value",
    ["Maria de la Cruz", "Estate of the late Ana Ruiz", "John and Mary Smith", "Ana Ruiz #2"],
)
def test_small_words_stand_in_names_too(value):
    assert not is_about_a_name(value)


@pytest.mark.parametrize(
    "value",
    (
        "10.0.0.5|fe80::1|0x7ffe12|addrbuf|node-1|db.internal:5432|tcp://queue:1883|"
        "ana@ruiz.example|0x52908400098527886E0F7030069857D2E4169EE7"
    ).split("|"),
)
def test_a_machine_lives_there(value):
    assert not is_place(value)


@pytest.mark.parametrize(
    "value",
    ["12 Main St", "Springfield", "Hauptstraße 5", "PO Box 12", "rua das flores", "4b", "улица"],
)
def test_somebody_lives_there(value):
    assert is_place(value)


def test_a_picture_is_a_file_an_address_or_letters():
    assert all(
        map(is_picture, ("ana.jpg", "https://x.example/p/7", "photos/7", "iVBORw0KGgoAAAANSUhEUg"))
    )
    assert not any(
        map(is_picture, ("3", "{", "yes", "fhirtypes.AttachmentType", "a picture of the person"))
    )


def test_a_print_is_no_certificates():
    assert is_print("Rk1SACAyMAAAAADkAAgAyQFnAMUAxQEAAAAoJ4CEAOs8")
    assert not any(
        map(
            is_print,
            (
                "01:02:59:D9:C3:D2",
                "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
                "Optional[str]",
            ),
        )
    )


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            {
                "firstName": "First name",
                "dob": "Date of birth",
                "diagnosis": "Diagnosis",
                "city": "City",
                "meds": "Medications",
            },
            "translations",
        ),
        (
            {
                "Patient.address": "Address",
                "Person.name": "HumanName",
                "Medication": "DomainResource",
                "Immunization.text": "Narrative",
            },
            "types",
        ),
        (
            {
                "patientName": "patient_name",
                "medication": "medication.text",
                "address": "address.line",
            },
            "a mapping of fields",
        ),
        (
            {
                "repository": {"full_name": "octo-org/hello-world"},
                "addresses": [{"address": "10.0.0.5"}],
            },
            "a webhook",
        ),
    ],
)
def test_documents_of_programmers_tell_of_nobody(document, why):
    assert phiscan.scan(json.dumps(document).encode()).verdict in (Verdict.NONE, Verdict.HEALTH), (
        why
    )


@pytest.mark.parametrize(
    "line",
    [
        ('PRESCRIPTION = "471"\nPATIENT_NAME = "patientName"'),
        ('DISCHARGE_SUMMARY = "DS"\nIMMUNIZATIONS = "80"\nfirst_name = models.CharField'),
    ],
)
def test_nor_do_their_constants(line):
    assert phiscan.scan(f"class Codes:\n    {line}\n".encode()).verdict in (
        Verdict.NONE,
        Verdict.HEALTH,
    )


@pytest.mark.parametrize(
    "document",
    [
        {"firstName": "Pat", "lastName": "Street", "diagnosis": "Depression"},
        {"name": "Mark Day", "dob": "1961-04-02", "reasonForVisit": "Blood pressure"},
        {"lastName": "McDonald", "medications": "Flu shot"},
        {"lastName": "deVries", "address": "Springfield", "allergies": "NKA"},
        {"patientName": "ana_ruiz", "immunizations": "MMR"},
    ],
)
def test_what_people_are_called_and_have_still_counts(document):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "schema",
    [
        (
            "type Patient {\n  id: ID!\n  firstName: String!\n  diagnosis: [Diagnosis!]\n  "
            "medications: [Medication]\n}\n"
        ),
        (
            "export interface Patient {\n  firstName: string;\n  lastName?: string | null;\n  "
            "diagnosis?: string;\n  address?: Address;\n}\n"
        ),
        (
            "message Patient {\n  string first_name = 1;\n  string diagnosis = 3;\n  string "
            "photo = 6;\n}\n"
        ),
        "first_name: str\ndiagnosis: the ICD-10 code of what the patient has\n",
        (
            "class Patient {\n  Patient(String d) { this.diagnosis = diagnosis; firstName: "
            "null; }\n}\n"
        ),
    ],
)
def test_a_schema_tells_of_nobody(schema):
    assert phiscan.scan(schema.encode()).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Test Patient", "a fixture"),
        ("Patient, Test", "a fixture"),
        ("Sample Patient", "a manual's"),
        ("Dummy User 2", "a fixture"),
        ("test", "a fixture"),
    ],
)
def test_a_fixture_is_nobodys_name(value, reason):
    assert is_fixture(value), reason


@pytest.mark.parametrize(
    "value", ["Joe Sample", "Sample", "Demo", "Ana Test", "Patience Ruiz", "John Doe", ""]
)
def test_a_family_may_be_called_so(value):
    assert not is_fixture(value)


@pytest.mark.parametrize(
    "document",
    [
        "# fixtures\npatient_name: Test Patient\nmrn: TEST0001\ndiagnosis: asthma\n",
        '{"patient": {"name": "Test Patient", "mrn": "TEST-001"}, "diagnosis": "asthma"}',
        '{"firstName": "Test", "lastName": "Patient", "dx": "gout"}',
        "Patient Name: Sample Patient\nDiagnosis: gout\n",
        "INSERT INTO patients (name, diagnosis) VALUES ('Dummy Patient', 'gout');\n",
    ],
)
def test_a_fixture_is_no_phi(document):
    assert phiscan.scan(document.encode()).verdict is not Verdict.PHI


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('{"name": "Test Patient", "ssn": "512-44-9031", "dx": "gout"}', "a number is issued"),
        ('{"patient": {"name": "Test Patient", "mrn": "7730145"}, "dx": "gout"}', "so is this"),
        ('{"mrn": "TEST-7730145", "dx": "gout"}', "a prefix hides no number"),
        ('{"patient": {"name": "Test Patient", "phone": "515-234-8890"}, "dx": "gout"}', "a phone"),
    ],
)
def test_words_of_tests_hide_no_number(document, reason):
    assert phiscan.scan(document.encode()).verdict is Verdict.PHI, reason

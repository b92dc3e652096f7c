"""The meaning of labels, in every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.finding import Subject
from phiscan.identifiers import INFO_TYPES
from phiscan.words import labels
from phiscan.words.labels import is_masked, is_vocabulary, read_label


def _read(label):
    found = read_label(label)
    return (found.rule.info_type if found.rule else None, found.subject)


@pytest.mark.parametrize(
    ("label", "info_type", "subject"),
    [
        ("patientFirstName", "PERSON_NAME", Subject.PATIENT),
        ("PATIENT_FIRST_NAME", "PERSON_NAME", Subject.PATIENT),
        ("Patient first name", "PERSON_NAME", Subject.PATIENT),
        ("patient-first-name", "PERSON_NAME", Subject.PATIENT),
        ("patientfirstname", "PERSON_NAME", Subject.PATIENT),
        ("x-patient-name", "PERSON_NAME", Subject.PATIENT),
        ("lastName", "PERSON_NAME", None),
        ("PT_LAST_NM", "PERSON_NAME", Subject.PATIENT),
        ("userDisplayName", "PERSON_NAME", Subject.PERSON),
        ("What medications are you taking?", "MEDICATION", None),
        ("dob", "DATE_OF_BIRTH", None),
        ("DOB", "DATE_OF_BIRTH", None),
        ("DateOfBirth", "DATE_OF_BIRTH", None),
        ("patientdob", "DATE_OF_BIRTH", Subject.PATIENT),
        ("patientmrn", "MEDICAL_RECORD_NUMBER", Subject.PATIENT),
        ("subscriberssn", "US_SOCIAL_SECURITY_NUMBER", Subject.PERSON),
        ("MRN#", "MEDICAL_RECORD_NUMBER", None),
        ("MedRecNo", "MEDICAL_RECORD_NUMBER", None),
        ("SSN_NUMBER", "US_SOCIAL_SECURITY_NUMBER", None),
        ("ssnNumber", "US_SOCIAL_SECURITY_NUMBER", None),
        ("addressLine1", "STREET_ADDRESS", None),
        ("postal_code", "US_ZIP_CODE", None),
        ("homePhone", "PHONE_NUMBER", None),
        ("memberID", "HEALTH_PLAN_BENEFICIARY_NUMBER", None),
        ("member id", "HEALTH_PLAN_BENEFICIARY_NUMBER", None),
        ("ICD10Code", "DIAGNOSIS", None),
        ("Driver's license no", "US_DRIVERS_LICENSE_NUMBER", None),
        ("MR No", "MEDICAL_RECORD_NUMBER", None),
        ("Health Plan Beneficiary #", "HEALTH_PLAN_BENEFICIARY_NUMBER", Subject.PERSON),
        ("accession", "UNIQUE_CODE", None),
        ("FIN/Account", "ACCOUNT_NUMBER", None),
        ("providerNPI", "US_HEALTHCARE_NPI", Subject.PROVIDER),
        ("physicianName", "PERSON_NAME", Subject.PROVIDER),
    ],
)
def test_every_spelling_of_a_label_is_read(label, info_type, subject):
    found, about = _read(label)
    assert found == info_type
    assert about is subject or (label.lower().startswith("member") and about is Subject.PERSON)


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("", "nothing"),
        ("status", "no identifier"),
        ("filename", "a file's"),
        ("hostname", "a machine's"),
        ("userAgent", "a browser's"),
        ("classification", "holds `class`"),
        ("encoding", "holds `cod`"),
        ("publicKey", "holds `lic`"),
        ("/patients/{id}", "a path template, no label"),
        ("x" * 65, "too long for a label"),
        ("patientportal", "a portal"),
        ("patienceLevel", "another word"),
        ("unit_number", "a flat's or a lorry's"),
    ],
)
def test_other_labels_mean_nothing(label, reason):
    assert read_label(label).rule is None, reason


def test_a_name_or_an_id_alone_is_weak():
    assert read_label("name").rule.weak
    assert read_label("patientId").rule.weak
    assert not read_label("fullName").rule.weak


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("mrn", "00123456"),
        ("mrn", "A-447190"),
        ("ssn", "512449031"),
        ("dob", "1961-04-02"),
        ("dob", "April 2, 1961"),
        ("zip", "62704-1234"),
        ("zip", "K1A 0B1"),
        ("phone", "+44 20 7946 0958"),
        ("email", "ana@fernmail.net"),
        ("email", "Ana Ruiz <ana@fernmail.net>"),
        ("email", "ana@fernmail.net; ruiz@fernmail.net"),
        ("age", "93"),
        ("lat", "41.881230"),
        ("firstName", "Zoë"),
        ("fullName", "Maria (Mia) Delgado"),
        ("fullName", "Delgado, Maria [deceased]"),
        ("account", "ACC 4471 902"),
    ],
)
def test_values_of_the_right_shape_are_taken(label, value):
    assert read_label(label).rule.shape(value)


@pytest.mark.parametrize(
    ("label", "value", "reason"),
    [
        ("mrn", "pending", "no digits"),
        ("mrn", "0", "a placeholder"),
        ("mrn", "E974484005, DOB 1970-06-14", "more than the number: the detectors find each"),
        ("mrn", "447190 (Alder clinic)", "more than the number"),
        ("ssn", "yes", "an answer"),
        ("ssn", "000000000", "a placeholder"),
        ("dob", "unknown", "a placeholder"),
        ("dob", "1961", "a year alone is allowed (164.514(b)(2)(i)(C))"),
        ("zip", "627", "the first three digits are allowed"),
        ("phone", "yes", "an answer"),
        ("email", "yes", "an answer"),
        (
            "email",
            "ana@fernmail.net, Card: 4111 1111",
            "a line of text; the address within is found by its pattern",
        ),
        ("age", "89", "89 is allowed"),
        ("lat", "41", "a degree is no place"),
        ("firstName", "N/A", "a placeholder"),
        ("firstName", "null", "a placeholder"),
        ("firstName", "XXX", "masked"),
        ("firstName", "42", "no letters"),
        ("fullName", "str) -> None:", "source code"),
        ("address", "f.result()", "source code"),
        ("dob", "date", "a type"),
        ("npi", "1234567890", "the check digit is wrong"),
    ],
)
def test_values_of_another_shape_are_left(label, value, reason):
    assert not read_label(label).rule.shape(value), reason


@pytest.mark.parametrize("value", ["XXX", "X", "****", "XX*X"])
def test_masks_are_masked(value):
    assert is_masked(value)


@pytest.mark.parametrize("value", ["", "XXX-XX", "Xavier", "xxx"])
def test_values_are_not_masked(value):
    assert not is_masked(value)


@pytest.mark.parametrize("label", ["patientName", "mrn", "DOB", "patient", "address_line_1"])
def test_our_own_words_may_be_shown(label):
    assert is_vocabulary(label)


@pytest.mark.parametrize(
    "label", ["Delgado", "512-44-9031", "patient_Delgado", "mrn 4471902", "ana@fernmail.net", ""]
)
def test_other_words_are_never_shown(label):
    assert not is_vocabulary(label)


def test_every_rule_names_a_known_info_type():
    assert {rule.info_type for rule in labels.RULES.values()} <= set(INFO_TYPES)


@given(st.text(max_size=80))
def test_no_label_makes_reading_fail(label):
    read_label(label)
    is_vocabulary(label)


@given(st.text(max_size=80))
def test_no_value_makes_a_shape_fail(value):
    assert {type(rule.shape(value)) for rule in labels.RULES.values()} == {bool}


@pytest.mark.parametrize("value", ["{type: string}", "Column(String)", "[string]", "<code>"])
def test_what_a_schema_says_of_a_label_is_no_health_information(value):
    rule = read_label("diagnosis").rule
    assert rule is not None
    assert not rule.shape(value)
    assert rule.shape("Asthma (mild)")


@pytest.mark.parametrize("label", ["iPTMnet", "EDDA_PT", "OpenLab", "GitHubOrg"])
def test_an_abbreviation_in_another_word_names_nobody(label):
    assert read_label(label).subject is None


@pytest.mark.parametrize(
    "label", ["pt", "ptName", "NAME_PT", "pt_dob", "patientPortal", "outpatientVisit", "dr"]
)
def test_at_the_beginning_or_beside_a_word_of_ours_it_does(label):
    assert read_label(label).subject is not None

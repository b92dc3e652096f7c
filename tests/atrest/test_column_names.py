"""Names of columns that are run together, abbreviated or of another language."""

import pytest

from atrest.column_names import spelled_out
from phiscan.labelled.label_steps import rule_of


@pytest.mark.parametrize(
    ("name", "info_type"),
    [
        ("PTDOB", "DATE_OF_BIRTH"),
        ("dobdt", "DATE_OF_BIRTH"),
        ("geburtsdatum", "DATE_OF_BIRTH"),
        ("Geb_Datum", "DATE_OF_BIRTH"),
        ("fecha_de_nacimiento", "DATE_OF_BIRTH"),
        ("date_naissance", "DATE_OF_BIRTH"),
        ("prénom", "PERSON_NAME"),
        ("patlastname", "PERSON_NAME"),
        ("nachname", "PERSON_NAME"),
        ("apellidos", "PERSON_NAME"),
        ("versichertennummer", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("numero_dossier_medical", "MEDICAL_RECORD_NUMBER"),
        ("MRNNBR", "MEDICAL_RECORD_NUMBER"),
        ("svcdt", "SERVICE_DATE"),
        ("code_postal", "US_ZIP_CODE"),
        ("rxname", "MEDICATION"),
        ("diagnostico", "DIAGNOSIS"),
    ],
)
def test_is_spelled_out_as_a_label_that_the_detectors_know(name, info_type):
    rule = rule_of(spelled_out(name) or name)
    assert rule is not None
    assert rule.info_type == info_type


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("status", "no part of it is a word"),
        ("F005", "one letter is no word"),
        ("c_17", "one letter is no word"),
        ("dob", "the detectors know it"),
        ("geburtsdatum", "the detectors know it"),
        ("name", "nothing else can be said of it"),
        ("account_code", "a code of accounts is nobody's account"),
        ("geburtsdatumxyz", "a part of it is unknown"),
        ("Ruiz_Ana", "a value is no name of a column"),
        ("dob" * 20, "too long"),
        ("", "empty"),
    ],
)
def test_is_left_alone(name, why):
    assert spelled_out(name) is None, why


def test_a_label_that_stands_alone_comes_before_one_that_needs_a_person():
    assert spelled_out("numero_adherent") == "member_number"

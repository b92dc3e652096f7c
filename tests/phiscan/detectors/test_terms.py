"""Medical terms."""

import pytest

from phiscan.detectors import terms
from phiscan.finding import Subject


@pytest.mark.parametrize(
    "text",
    [
        "type 2 diabetes mellitus",
        "Essential (primary) hypertension",
        "low back pain",
        "COVID-19",
        "Malignant neoplasm",
        "HIV disease",
        "Crohn's disease",
        "gonorrhea",
        "syphilis",
        "alcohol use disorder",
        "anorexia nervosa",
        "sickle cell disease",
        "Parkinson disease",
        "HbA1c",
        "migraine, unspecified",
    ],
)
def test_a_condition_is_health_information_about_nobody(found, text):
    assert {(f[0], f[3]) for f in found(terms, text)} == {("DIAGNOSIS", Subject.NOBODY)}


@pytest.mark.parametrize(
    "text",
    [
        "metformin",
        "Lisinopril 10",
        "atorvastatin",
        "losartan",
        "amoxicillin",
        "ciprofloxacin",
        "omeprazole",
        "fluoxetine",
        "lorazepam",
        "adalizumab",
        "apixaban",
        "letrozole",
        "escitalopram",
        "dolutegravir",
        "phenytoin",
        "tenofovir",
        "warfarin",
        "insulin",
    ],
)
def test_a_drug_is_health_information_about_nobody(found, text):
    assert {(f[0], f[3]) for f in found(terms, text)} == {("MEDICATION", Subject.NOBODY)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("April", "a month: one letter before the stem -pril"),
        ("breaststroke", "a sport: part of a word"),
        ("archive", "holds `hiv`"),
        ("letter with stroke", "of a pen"),
        ("painting", "holds `pain`"),
        ("Gerd Kurzbach", "a name, not reflux"),
        ("the ICU library", "Unicode, not a ward"),
        ("gcs-oauth2 PCI MMR", "abbreviations that other trades have"),
        ("academia", "no -emia"),
        ("shingles", "of a roof"),
        ("intercept", "-cept is no stem here"),
        ("Melvir", "a name: -vir alone is no stem"),
        ("CAD", "computer aided design"),
        ("microscopy", "no -oscopy of a body"),
        ("compliance", "no condition"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(terms, text) == [], reason


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hemoptysis", "DIAGNOSIS"),
        ("diverticulitis", "DIAGNOSIS"),
        ("cholecystectomy", "PROCEDURE"),
        ("INR 2.4", "PROCEDURE"),
        ("temp of 101.4", "PROCEDURE"),
        ("wound check", "PROCEDURE"),
        ("eliquis", "MEDICATION"),
    ],
)
def test_a_complaint_and_a_treatment_are_about_nobody(found, text, kind):
    assert (kind, Subject.NOBODY) in {(f[0], f[3]) for f in found(terms, text)}

"""Health information: code systems, labelled codes, and the language of notes."""

import pytest

from phiscan.detectors import clinical
from phiscan.finding import Subject


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("http://loinc.org", "LAB_RESULT"),
        ('codeSystem="2.16.840.1.113883.6.1"', "LAB_RESULT"),
        ("http://snomed.info/sct", "DIAGNOSIS"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "DIAGNOSIS"),
        ('codeSystem="2.16.840.1.113883.6.90"', "DIAGNOSIS"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "MEDICATION"),
        ("http://www.ama-assn.org/go/cpt", "PROCEDURE"),
    ],
)
def test_a_code_system_is_about_nobody(found, text, kind):
    assert [(f[0], f[3]) for f in found(clinical, text)] == [(kind, Subject.NOBODY)]


def test_a_drug_of_a_certain_strength_may_stand_in_a_catalogue(found):
    assert found(clinical, "metformin 500 mg tablet")[0][::3] == ("MEDICATION", Subject.NOBODY)


@pytest.mark.parametrize(
    "text",
    ["ICD-10: E11.9", "dx I10 today", "diagnosis code J45.909", "ICD10 U07.1", "diagnosis=E11.9"],
)
def test_finds_labelled_codes(found, text):
    assert "DIAGNOSIS" in [f[0] for f in found(clinical, text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("was diagnosed with diabetes", "DIAGNOSIS"),
        ("Your Thyrotropin of 09-Jan-2019 was 11.5 mIU/L", "LAB_RESULT"),
        ("can I get my Leukocytes result", "LAB_RESULT"),
        ("Pronounced at 0412", "CLINICAL_NOTE"),
        ("family at bedside", "CLINICAL_NOTE"),
        ("d/c home Fri", "CLINICAL_NOTE"),
        ("positive for HIV", "DIAGNOSIS"),
        ("Chief complaint: cough", "DIAGNOSIS"),
        ("Discharge diagnosis: asthma", "DIAGNOSIS"),
        ("lisinopril 10 mg po daily", "MEDICATION"),
        ("take 500 mg twice a day", "MEDICATION"),
        ("DISCHARGE SUMMARY", "CLINICAL_NOTE"),
        ("67-year-old woman", "CLINICAL_NOTE"),
        ("67 y/o F", "CLINICAL_NOTE"),
        ("The patient presents with cough", "CLINICAL_NOTE"),
        ("Pt denies fever", "CLINICAL_NOTE"),
        ("patient BP 142/88", "LAB_RESULT"),
        ("Dx: essential hypertension", "DIAGNOSIS"),
        ("Dx: rheumatoid arthritis (M06.9), pain", "DIAGNOSIS"),
        ("seen at 503-555-0144. Assessment: epilepsy.", "DIAGNOSIS"),
        ("Impression: 1. COPD", "DIAGNOSIS"),
        ("Presenting problem: cirrhosis", "DIAGNOSIS"),
        ('"primaryDiagnosis": [{"code": "E11.9"}]', "DIAGNOSIS"),
        ('"diagnosis": {\n  "display": "asthma"}', "DIAGNOSIS"),
        ("dizzy since starting carvedilol 12.5 mg", "MEDICATION"),
        ("10 mg given at 0300", "MEDICATION"),
        ("will continue escitalopram 20 mg", "MEDICATION"),
        ('diagnosis="Low back pain"', "DIAGNOSIS"),
        ("Vitals: HR 76", "LAB_RESULT"),
        ("She was admitted with asthma", "CLINICAL_NOTE"),
        ("CLINICAL HISTORY: cough", "DIAGNOSIS"),
        ("s/p appendectomy", "CLINICAL_NOTE"),
        ("pt states he fell", "CLINICAL_NOTE"),
        ("pt's wife", "CLINICAL_NOTE"),
        ("98% on room air", "CLINICAL_NOTE"),
        ("sertraline 1 tab qhs.", "CLINICAL_NOTE"),
        ("her mri", "CLINICAL_NOTE"),
        ("my old inhaler", "CLINICAL_NOTE"),
        ("your biopsy", "CLINICAL_NOTE"),
        ("the biopsy showed carcinoma", "CLINICAL_NOTE"),
        ("appointment with Dr. Chen", "CLINICAL_NOTE"),
        ("BP dropped to 88/50", "LAB_RESULT"),
        ("Patient Portal Secure Message", "CLINICAL_NOTE"),
    ],
)
def test_what_is_stated_of_somebody_is_about_a_patient(found, text, kind):
    assert (kind, Subject.PATIENT) in [(f[0], f[3]) for f in found(clinical, text)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("get my search results", "anybody's results"),
        ("my glucose monitor", "a device"),
        ("pronounced at the altar", "another word"),
        ("d/c coupling", "direct current"),
        ("issue A12 fixed", "a code without a label is anything"),
        ("diagnostics I/O port B12", "another word"),
        ("2.16.840.1.113883.6.11234", "another identifier"),
        ("the server was admitted to the pool", "a machine"),
        ("hr department 42", "a department"),
        ("500 mg", "an amount"),
        ("dx = trace(g)", "a variable"),
        ("BP of 10", "a binding power"),
        ("we diagnosed the crash", "a bug"),
        ("patient capital 30", "an idiom"),
        ("a 2-year-old company", "a company"),
        ("tid = gettid()", "a thread"),
        ("bid now", "an offer"),
        ("12 pt is the default", "a size of type"),
        ("Test results of g_base", "of a program"),
        ("startup script for jetty", "of a machine"),
        ("your doctor, your symptoms", "a leaflet for everybody"),
        ("if your knee hurts", "a class for everybody"),
        ("diagnosis = Column(String)", "a declaration"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(clinical, text) == [], reason


@pytest.mark.parametrize(
    "text",
    ["Referring provider: Dr. Chen", "primary care physician", "Medicare ID", "needs a prior auth"],
)
def test_who_treats_and_who_pays_is_health_information_about_nobody(found, text):
    assert [(f[0], f[3]) for f in found(clinical, text)] == [("CLINICAL_NOTE", Subject.NOBODY)]


def test_a_blood_pressure_needs_no_word_before_it(found):
    assert [(f[0], f[3]) for f in found(clinical, "BP 142/88")] == [("LAB_RESULT", Subject.PATIENT)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Risk assessment: fracture of the frame", "the assessment of something else"),
        ("Assessment: medium", "names no condition"),
        ("Impression: 4.2M views", "names no condition"),
        ("10 mg given to mice", "given to no patient"),
        ("diagnosis: compute(x)", "a call in a program"),
        ('"diagnosis": {"code": "string"}', "a schema"),
        ('"diagnosis": {"id": "E11.9"}', "a key of another meaning"),
        ("Continue with 5 mg", "names no drug"),
    ],
)
def test_an_assessment_or_a_dose_of_nobody_is_not_a_patients(found, text, reason):
    assert Subject.PATIENT not in {f[3] for f in found(clinical, text)}, reason

"""Health information: coded systems by their URI or OID, codes by their label, and the language of clinical notes.

A code system alone is a catalogue (about nobody); a diagnosis that is stated of someone is about a patient.
"""

import re

from phiscan.detector import Detector, words
from phiscan.finding import Likelihood, Subject

_ICD10 = r"[A-Z]\d[0-9AB](?:\.?[0-9A-TV-Z]{1,4})?"
_WHAT = r"(?:[ _-]?(?:code|description|desc|name|text))?"
_DIAGNOSIS = rf"(?:diagnos[ie]s|dx){_WHAT}"
_IS = r"[\"']?[ \t]?[:=][ \t\"'\[]{0,3}"
_NOTHING = re.compile(
    r"(?:string|none|null|unknown|pending|n/a|true|false|varchar|char|text|object|array|integer|required)\b",
    re.IGNORECASE,
)


def _says_something(text: str) -> bool:
    return _NOTHING.match(text) is None


def _system(name: str, info_type: str, pattern: str) -> Detector:
    return Detector(
        name=name,
        info_type=info_type,
        pattern=pattern,
        bare=Likelihood.LIKELY,
        once=True,
        subject=Subject.NOBODY,
        neighbours=False,
    )


def _stated(name: str, info_type: str, pattern: str) -> Detector:
    return Detector(
        name=name,
        info_type=info_type,
        pattern=pattern,
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    )


DETECTORS = (
    _system("loinc_system", "LAB_RESULT", r"loinc\.org\b|2\.16\.840\.1\.113883\.6\.1\b"),
    _system("snomed_system", "DIAGNOSIS", r"snomed\.info/sct\b|2\.16\.840\.1\.113883\.6\.96\b"),
    _system("icd_system", "DIAGNOSIS", r"hl7\.org/fhir/sid/icd-|2\.16\.840\.1\.113883\.6\.(?:90|103|42|3)\b"),
    _system(
        "rxnorm_system",
        "MEDICATION",
        r"nlm\.nih\.gov/research/umls/rxnorm|2\.16\.840\.1\.113883\.6\.(?:88|69)\b|sid/ndc\b",
    ),
    _system("cpt_system", "PROCEDURE", r"ama-assn\.org/go/cpt|2\.16\.840\.1\.113883\.6\.(?:12|104|4)\b"),
    Detector(
        name="icd10_labelled",
        info_type="DIAGNOSIS",
        pattern=rf"\b{_ICD10}\b",
        bare=Likelihood.VERY_UNLIKELY,
        context=words(r"icd(?:-?(?:9|10))?(?:-?cm)?", "diagnos[ei]s", "dx", "diagnosed"),
        supported=Likelihood.LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
    ),
    _stated(
        "diagnosed_with",
        "DIAGNOSIS",
        r"\b(?:(?:was|were|been|is|newly) diagnosed with|positive for (?:hiv|covid|hepatitis|strep|influenza)|history of (?:present illness|diabetes|hypertension|cancer)"
        r"|(?:chief complaint|admitting diagnosis|primary diagnosis|discharge diagnosis|final diagnosis|clinical history|assessment and plan|past medical history|review of systems|family history|social history)\b)",
    ),
    Detector(
        name="diagnosis_labelled",
        info_type="DIAGNOSIS",
        # diagnosis="Low back pain", "Dx: I10", primary_diagnosis: asthma; not "diagnosis": {"type": "string"}, dx = 17
        pattern=rf"\b(?:[a-z]{{2,12}}_)?{_DIAGNOSIS}{_IS}[a-z0-9]{{3}}",
        value=re.compile(
            rf"(?:(?i:diagnos[ie]s)|D[xX](?=[ \"']{{0,2}}:))(?i:{_WHAT}{_IS}([a-z0-9][a-z0-9 .,-]{{2,30}}))".encode()
        ),
        validate=_says_something,
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
    _stated(
        "prescribed",
        "MEDICATION",
        r"\b\d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|units|ml) (?:po|iv|im|sc|subq|by mouth|daily|bid|tid|qid|qhs|prn|twice|once|every)\b",
    ),
    _stated(
        "clinical_language",
        "CLINICAL_NOTE",
        r"\b(?:discharge summary|progress note|operative (?:note|report)|consultation note|history and physical"
        r"|(?:patient|pt) (?:presents|presented|denies|reports|complains|was seen|was admitted|tolerated|is a \d)|(?:he|she|patient|pt) (?:was|has been) (?:admitted (?:with|for|to the (?:hospital|icu|ward|unit))|hospitali[sz]ed|discharged home|treated (?:with|for))|\d{1,3}[ -](?:year[ -]old|y/?o) (?:male|female|man|woman|m\b|f\b))",
    ),
    # who treats and who pays: a directory says so too
    _system(
        "care_relation",
        "CLINICAL_NOTE",
        r"\b(?:(?:referring|attending|ordering|primary care|prescribing) (?:provider|physician)|prior auth(?:orization)?\b|medica(?:re|id) (?:id|number|beneficiary)\b)",
    ),
    # "metformin 500 mg tablet": a catalogue says so too
    _system(
        "drug_strength",
        "MEDICATION",
        r"\b\d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|units/ml) (?:tablet|tab|capsule|cap|caplet|inhaler|patch|suppositor|oral|solution|suspension|injection)",
    ),
    _stated("blood_pressure", "LAB_RESULT", r"\b(?:bp|blood pressure)[ :]{1,3}(?:of |was |is )?\d{2,3}/\d{2,3}\b"),
    Detector(
        name="vital_sign",
        info_type="LAB_RESULT",
        # "exam: HR 76", "patient's HbA1c 8.1%"; not "hr 42"
        pattern=r"\b(?:bp|blood pressure|hr|heart rate|hba1c|a1c|bmi|spo2|glucose)[ :]{1,3}(?:of |was |is )?\d{1,3}(?:[./]\d{1,3})?",
        bare=Likelihood.UNLIKELY,
        context=words("patient", "pt", "vitals?", "exam", "objective"),
        supported=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)

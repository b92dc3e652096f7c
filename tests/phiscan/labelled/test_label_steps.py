"""Labels that are paths, or that a program wrote around a label."""

import pytest

from phiscan.labelled.label_steps import rule_of, steps


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("lab.patient_name", ("lab", "patient_name")),
        ("Cases[patient_name]", ("Cases", "patient_name")),
        ("patient__ssn", ("patient", "ssn")),
        ("patient__ssn__exact", ("patient", "ssn")),
        ("Health__MedicalRecordNumber__c", ("Health", "MedicalRecordNumber")),
        ("Primary_Diagnosis__c", ("Primary_Diagnosis",)),
        ("Soc. Sec. No.", ("Soc. Sec. No.",)),  # a label with full stops
        ("a/b", ("a/b",)),  # its last step means nothing
        ("ssn.", ("ssn.",)),
        ("...", ("...",)),
        ("__init__", ("__init__",)),
        ("mrn__count", ("mrn__count",)),
    ],
)
def test_a_path_has_its_steps(label, expected):
    assert steps((label,)) == expected


def test_the_rule_of_a_path_is_that_of_its_last_step():
    assert rule_of("Health__MedicalRecordNumber__c") == rule_of("mrn")
    assert rule_of("mrn__count") is None

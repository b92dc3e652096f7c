"""Targets of the REST interfaces of health care: FHIR, DICOMweb and openEHR.

A target is read by each. They share no path and no parameter.
"""

from phiscan.evidence import Evidence
from phiscan.finding import Subject
from phiscan.formats.dicom import targets as dicom
from phiscan.formats.fhir import search as fhir_search
from phiscan.formats.fhir import targets as fhir
from phiscan.formats.openehr import targets as openehr
from phiscan.syntax.targets import Target


def is_parameter(name: str) -> bool:
    """Whether a query may have a parameter of this name that says something of a patient."""
    return fhir_search.is_parameter(name) or dicom.is_parameter(name) or openehr.is_parameter(name)


def read(target: Target, evidence: Evidence) -> None:
    """Add what a target says of a patient."""
    fhir.read(target, evidence)
    dicom.read(target, evidence)
    openehr.read(target, evidence)


def read_mentioned(target: Target, evidence: Evidence, subject: Subject) -> bool:
    """Add the patients' numbers in a target that a text mentions; see `fhir.read_mentioned`.

    Returns:
        Whether it has one. That depends on the text of the target alone.
    """
    of_fhir = fhir.read_mentioned(target, evidence, subject)
    of_openehr = openehr.read_mentioned(target, evidence, subject)
    return of_fhir or of_openehr

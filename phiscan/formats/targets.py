"""Targets of the REST interfaces of health care: FHIR and DICOMweb.

A target is read by both. They share no path and no parameter.
"""

from phiscan.evidence import Evidence
from phiscan.formats.dicom import targets as dicom
from phiscan.formats.fhir import search as fhir_search
from phiscan.formats.fhir import targets as fhir
from phiscan.syntax.targets import Target


def is_parameter(name: str) -> bool:
    """Whether a query may have a parameter of this name that says something of a patient."""
    return fhir_search.is_parameter(name) or dicom.is_parameter(name)


def read(target: Target, evidence: Evidence) -> None:
    """Add what a target says of a patient."""
    fhir.read(target, evidence)
    dicom.read(target, evidence)

"""Servers that are asked over HTTP: FHIR by its bulk export, and DICOM by DICOMweb."""

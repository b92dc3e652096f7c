"""Audit messages of ATNA: RFC 3881 and DICOM PS3.15 A.5."""

"""DICOM: imaging files, and the same attributes as JSON, XML and printed dumps."""

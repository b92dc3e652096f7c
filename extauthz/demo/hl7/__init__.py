"""HL7 over MLLP in the laboratory."""

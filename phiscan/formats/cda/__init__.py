"""HL7 CDA and C-CDA: clinical documents in XML."""

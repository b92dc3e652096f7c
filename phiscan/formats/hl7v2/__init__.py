"""HL7 v2: messages in ER7, JSON and XML."""

"""HL7 FHIR: resources in JSON and XML."""

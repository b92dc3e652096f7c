"""SMART App Launch and CDS Hooks: messages that name the patient in context."""

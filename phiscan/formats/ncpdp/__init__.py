"""NCPDP: Telecommunication claims and SCRIPT prescriptions."""

"""ANSI X12: interchanges of claims, eligibility and payment."""

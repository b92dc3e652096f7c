"""Numbers of providers, never of patients: NPI (69 FR 3434), DEA registration (21 CFR 1301)."""

from phiscan import checks
from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector, words

NPI = Detector(
    name="npi",
    info_type="US_HEALTHCARE_NPI",
    # matches "1234567893"; not "3234567893"
    pattern=r"\b[12]\d{9}\b",
    validate=checks.npi,
    bare=Likelihood.UNLIKELY,
    context=words(
        "npi", "provider", "prescriber", r"us-npi", "physician", r"national provider identifier"
    ),
    subject=Subject.PROVIDER,
    neighbours=False,
)
DEA = Detector(
    name="dea",
    info_type="US_DEA_NUMBER",
    # matches "AB1234563"; not "CB1234563"
    pattern=r"\b[ABFGMPRX][A-Z9]\d{7}\b",
    hint=r"\b[ABFGMPRX][A-Z9]\d{7}\b",
    validate=checks.dea,
    bare=Likelihood.UNLIKELY,
    context=words("dea", "prescriber", "registration"),
    subject=Subject.PROVIDER,
    neighbours=False,
)
DETECTORS = (NPI, DEA)

"""Account, claim and visit numbers, found by their label."""

import re

from phiscan.detectors.labelled_number import GAP, numbered, value
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector

_WORDS = (
    r"(?:patient |hospital |billing )?"
    r"(?:account|acct|claim|auth(?:orization)?|encounter|visit|accession|csn|fin|har)"
)
_LABEL = (
    "(?:"
    + numbered(_WORDS, r"number|num|no\.?|nbr")
    + rf"|(?:(?:encounter|visit)[ ._-]?id|acct|accession){GAP})"
)
_VALUE = value(4)

DETECTORS = (
    Detector(
        name="account_labelled",
        info_type="ACCOUNT_NUMBER",
        # matches "Account Number: ACC7585429" and "Acct #447190223";
        # not "account number 3", and not the cloud account of "--account-id 123456789012"
        pattern=rf"\b{_LABEL}{_VALUE}\b",
        value=re.compile(rf"{_LABEL}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.LIKELY,
    ),
)

"""Account, claim and visit numbers, found by their label."""

from typing import Final

from phiscan.detectors.labelled_number import Numbered, numbered
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector

_WORDS: Final = (
    r"(?:patient |hospital |billing )?"
    r"(?:account|acct|claim|auth(?:orization)?|encounter|visit|csn|fin|har)"
)
_EXPRESSIONS: Final = Numbered(
    labels=numbered(_WORDS, r"number|num|no\.?|nbr") + r"|(?:encounter|visit)[ ._-]?id|acct",
    before_hash=_WORDS,
    shortest=4,
)

DETECTORS = (
    Detector(
        name="account_labelled",
        info_type="ACCOUNT_NUMBER",
        # matches "Account Number: ACC7585429" and "Acct #447190223";
        # not "account number 3", and not the cloud account of "--account-id 123456789012"
        pattern=_EXPRESSIONS.pattern,
        value=_EXPRESSIONS.value,
        bare=Likelihood.LIKELY,
    ),
)

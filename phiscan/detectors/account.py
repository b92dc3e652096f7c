"""Account, claim and visit numbers by their label."""

import re

from phiscan.detector import Detector
from phiscan.finding import Likelihood

_LABEL = (
    r"(?:(?:patient |hospital |billing )?(?:account|acct|claim|auth(?:orization)?|encounter|visit|accession|csn|fin|har)"
    r"[ ._-]?(?:number|num|no\.?|nbr|\x23)|(?:encounter|visit)[ ._-]?id|acct|accession)"
)
_GAP = r"[\"' ]{0,3}(?:is|was|of)?[ :=\x23\"'.(]{1,6}"
_VALUE = r"[A-Z]{0,5}[-]?\d[0-9A-Z-]{4,19}"

DETECTORS = (
    Detector(
        name="account_labelled",
        info_type="ACCOUNT_NUMBER",
        # "Account Number: ACC7585429", "Acct # 447190223"; not "account number 3", "--account-id 123456789012" (of a cloud)
        pattern=rf"\b{_LABEL}{_GAP}{_VALUE}\b",
        value=re.compile(rf"{_LABEL}{_GAP}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.LIKELY,
    ),
)

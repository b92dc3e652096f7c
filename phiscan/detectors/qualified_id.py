"""A patient's number with its assigning authority, in the form of HL7's CX data type.

IHE ITI TF-3 table 4.2.3.1.7-2. The registries and queries of IHE (XDS, XCA, PIX, PDQ) name patients
so outside of HL7 v2: `77120^^^&1.3.6.1.4.1.21367.13&ISO`.
"""

import re

from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector

_ID = r"[a-z0-9][a-z0-9._-]*"
_AND = r"&(?:amp;)?"
_BEFORE = rf"\^\^\^[a-z0-9_. -]*{_AND}[0-2]\.\d"
"""The start of the authority. Hyperscan takes no long bounded repeats here."""
_AUTHORITY = rf"\^\^\^[a-z0-9_. -]{{0,40}}{_AND}[0-2](?:\.\d{{1,39}}){{3,20}}{_AND}iso\b"
"""The whole authority, with bounded lengths, for the expression of the value."""

DETECTORS = (
    Detector(
        name="qualified_id",
        info_type="MEDICAL_RECORD_NUMBER",
        # matches 77120^^^&1.3.6.1.4.1.21367.13&ISO; not the provider
        # 1234567893^Wu^Ann^^^^^^&1.2.3.4&ISO, not the order ORD1^EHR^1.2.3.4^ISO
        pattern=rf"\b{_ID}{_BEFORE}",
        value=re.compile(rf"([a-z0-9][a-z0-9._-]{{0,63}}){_AUTHORITY}".encode(), re.IGNORECASE),
        hint=r"\^\^\^[a-z0-9_. -]*&",
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)

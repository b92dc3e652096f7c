"""E-mail addresses (RFC 5321 sizes are bounded by the validator, not by the pattern)."""

import re

from phiscan.detector import Detector
from phiscan.finding import Likelihood

_RESERVED = re.compile(
    r"(?:^|[.@])(?:example\.(?:com|org|net)|invalid|localhost)$|^(?:no-?reply|noreply|postmaster)@", re.IGNORECASE
)


def _address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return 0 < len(local) <= 64 and len(domain) <= 253 and ".." not in text and not _RESERVED.search(text)


DETECTORS = (
    Detector(
        name="email",
        info_type="EMAIL_ADDRESS",
        pattern=r"[a-z0-9_.+%-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}",
        hint="[a-z0-9_.+%-]@[a-z0-9-]",
        validate=_address,
        bare=Likelihood.LIKELY,
    ),
)

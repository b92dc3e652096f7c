"""E-mail addresses (RFC 5321 sizes are bounded by the validator, not by the pattern)."""

import re

from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector

_NOBODYS = re.compile(
    r"(?:^|[.@])(?:invalid|localhost)$|^(?:no-?reply|noreply|postmaster)@", re.IGNORECASE
)
_RESERVED = re.compile(
    r"(?:^|[.@])(?:example\.(?:com|org|net)|invalid|localhost)$|^(?:no-?reply|noreply|postmaster)@",
    re.IGNORECASE,
)

_FUNCTION = re.compile(
    r"(?:git|hg|svn|info|support|help|helpdesk|admin|administrator|contact|webmaster|hostmaster|root|security|abuse|sales|feedback|privacy"
    r"|legal|press|media|marketing|jobs|careers|newsletter|notifications?|alerts?|do-?not-?reply|mailer-daemon|bugs?|secretary|editor"
    r"|service|customerservice|billing|accounts?|inquiries|enquiries|hello|team|office|orders?|returns|copyright|licensing)@"
    r"|[\w.+-]+@(?:lists?|groups|users\.noreply)\.|[\w.+-]+@googlegroups\.",
    re.IGNORECASE,
)
"""A mailbox of a desk, of a list or of a program, which is no person's."""


_DOMAIN = r"@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
ADDRESS = r"[a-z0-9_.+%-]+" + _DOMAIN


def is_address(text: str) -> bool:
    """Whether an address can be one by its sizes (RFC 5321)."""
    local, _, domain = text.rpartition("@")
    return 0 < len(local) <= 64 and len(domain) <= 253 and ".." not in text


def _somebodys(text: str) -> bool:
    return is_address(text) and not _RESERVED.search(text) and not _FUNCTION.match(text)


def _labelled(text: str) -> bool:
    return is_address(text) and not _NOBODYS.search(text)


DETECTORS = (
    Detector(
        name="email",
        info_type="EMAIL_ADDRESS",
        pattern=_DOMAIN,
        hint="@[a-z0-9-]",
        # it begins where no such letter stands in front, so that a long word is tried once
        lead=re.compile(rb"(?<![a-z0-9_.+%-])[a-z0-9_.+%-]++\Z", re.IGNORECASE),
        validate=_somebodys,
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="email_labelled",
        info_type="EMAIL_ADDRESS",
        # "E-mail: ana@example.com, phone 515...": a label makes a reserved domain somebody's, as in
        # test data
        pattern=rf"e-?mail(?: address)?[\"' ]{{0,2}}[:=] ?[\"']?{ADDRESS}",
        value=re.compile(rf"[:=] ?[\"']?({ADDRESS})".encode(), re.IGNORECASE),
        validate=_labelled,
        bare=Likelihood.LIKELY,
    ),
)

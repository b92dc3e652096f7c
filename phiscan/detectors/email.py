"""E-mail addresses. The validator, not the pattern, bounds their sizes (RFC 5321)."""

import re

from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector

# Addresses that reach nobody, whatever the label says. matches "a@localhost"; not "a@example.com"
_NOBODYS = re.compile(
    r"(?:^|[.@])(?:invalid|localhost)$|^(?:no-?reply|noreply|postmaster)@", re.IGNORECASE
)
# The same, and the domains reserved for examples (RFC 2606). matches "a@example.com"; not "a@x.com"
_RESERVED = re.compile(
    r"(?:^|[.@])(?:example\.(?:com|org|net)|invalid|localhost)$|^(?:no-?reply|noreply|postmaster)@",
    re.IGNORECASE,
)

# A mailbox of a function, a mailing list or a program. matches "billing@acme.com"; not
# "bill@acme.com"
_FUNCTION = re.compile(
    r"(?:git|hg|svn|info|support|help|helpdesk|admin|administrator|contact|webmaster|hostmaster"
    r"|root|security|abuse|sales|feedback|privacy|legal|press|media|marketing|jobs|careers"
    r"|newsletter|notifications?|alerts?|do-?not-?reply|mailer-daemon|bugs?|secretary|editor"
    r"|service|customerservice|billing|accounts?|inquiries|enquiries|hello|team|office|orders?"
    r"|returns|copyright|licensing)@"
    r"|[\w.+-]+@(?:lists?|groups|users\.noreply)\.|[\w.+-]+@googlegroups\.",
    re.IGNORECASE,
)


_DOMAIN = r"@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
ADDRESS = r"[a-z0-9_.+%-]+" + _DOMAIN


def is_address(text: str) -> bool:
    """Whether the sizes of the address are allowed: 64 bytes, @, 253 bytes (RFC 5321)."""
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
        # matches "@fernmail.net"; not "@home". The part before the @ is the lead.
        pattern=_DOMAIN,
        hint="@[a-z0-9-]",
        # The lead starts where no such character stands before it, so that a long word is tried
        # once. Possessive, so that it never backtracks.
        lead=re.compile(rb"(?<![a-z0-9_.+%-])[a-z0-9_.+%-]++\Z", re.IGNORECASE),
        validate=_somebodys,
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="email_labelled",
        info_type="EMAIL_ADDRESS",
        # matches "E-mail: ana@example.com" and "Email ana@example.com"; not "mail ana@example.com",
        # "e-mail to ana@example.com". A label makes an address of a reserved domain a person's, as
        # in test data.
        pattern=(
            rf"(?:e-?mail(?: address)?[\"' ]{{0,2}}[:=] ?|\be-?mail(?: address)? )[\"']?{ADDRESS}"
        ),
        value=re.compile(rf"[:= ][\"']?({ADDRESS})".encode(), re.IGNORECASE),
        validate=_labelled,
        bare=Likelihood.LIKELY,
    ),
)

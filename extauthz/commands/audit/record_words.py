"""What a record says, in words for people.

Whoever can write the files may have written anything: a text is shown only by what shows it safely.
"""

from collections.abc import Mapping
from typing import Any, Final

from extauthz.records import summaries

DECISION: Final = "decision"
SUMMARY: Final = summaries.KIND
"""The kinds of records that tell of decisions."""
NOT_KNOWN: Final = "not known"
PROVED: Final = "proved"
SAID: Final = "said only"
"""Of mutual TLS: by a caller that is not proved."""
NO: Final = "no"


def text_of(value: object) -> str:
    """Return a value as text; what nobody has said as `not known`."""
    return NOT_KNOWN if value is None or value == "" else str(value)


def receiver(record: Mapping[str, Any]) -> object:
    """Return who answers. A sender's sidecar knows the host in place of the principal."""
    return record.get("destination") or record.get("service")


def mutual_tls(record: Mapping[str, Any]) -> str:
    """Return what is known of mutual TLS: `PROVED`, `SAID`, `NO` or `NOT_KNOWN`."""
    value = record.get("mtls")
    # before they said null, the records of senders said false
    if not isinstance(value, bool) or (record.get("vantage") == "outbound" and not value):
        return NOT_KNOWN
    if not value:
        return NO
    # a plain listener asks no caller for a certificate, so anybody may have said it; and so may a
    # client over HTTP, which saw no connection
    return PROVED if record.get("caller") and "asked" not in record else SAID


def decisions_in(record: Mapping[str, Any]) -> int:
    """Return how many decisions a record tells of: a summary of many, most other kinds of none."""
    kind, count = record.get("kind"), record.get("count")
    if kind == DECISION:
        return 1
    # a truth value is no number, and a forged count may be anything
    return count if kind == SUMMARY and type(count) is int and count > 0 else 0

"""`application/x-www-form-urlencoded` bodies and query strings (WHATWG URL, section 5.1)."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.media.record import Labelled, read_records

_PAIR = re.compile(rb"([^&;=\s]+)=([^&;]*)")
_KEY = re.compile(r"[^\]\[.]+")


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the field names say of their values."""
    read_records(_pairs(data), evidence, "form_field")
    return Gap.NONE


def _pairs(data: bytes) -> Iterator[Labelled]:
    for match in _PAIR.finditer(data):
        # patient[name][first], patient.name.first
        labels = tuple(_KEY.findall(unquote_plus(match[1].decode("latin-1")))) or ("*",)
        yield Labelled(labels, unquote_plus(match[2].decode("utf-8", "replace")), match.start(2), match.end(2), 0)

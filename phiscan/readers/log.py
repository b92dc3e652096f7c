"""Logs of mixed lines: some are JSON, some are text. No line is declared to be JSON, so one that is none is no gap."""

from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.media_kind import MediaKind
from phiscan.readers import json as json_reader
from phiscan.readers import text as text_reader


def sniff(data: bytes) -> bool:
    """Whether the first line of `data` is JSON by itself and a later one is not."""
    first, _, rest = data.partition(b"\n")
    return bool(rest.strip()) and json_reader.valid(first) and not json_reader.valid(data)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what keys and labels say, line after line."""
    gap = json_reader.read(data, evidence)
    text = text_reader.read(data, evidence)
    return text if gap is Gap.MALFORMED else gap


MEDIA: Final = MediaKind("log", read, is_prose=True, may_hold_prose=True)

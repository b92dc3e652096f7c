"""Logs in which some lines are JSON and some are text. A line that is not JSON is no gap here."""

from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.media_kind import MediaKind
from phiscan.readers import json as json_reader
from phiscan.readers import text as text_reader


def sniff(data: bytes) -> bool:
    """Whether the first line of `data` is JSON by itself, and `data` as a whole is not."""
    first, _, rest = data.partition(b"\n")
    return bool(rest.strip()) and json_reader.valid(first) and not json_reader.valid(data)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Read `data` as JSON, then as text, and add what keys and labels say."""
    gap = json_reader.read(data, evidence)
    text = text_reader.read(data, evidence)
    return text if gap is Gap.MALFORMED else gap


MEDIA: Final = MediaKind("log", read, is_prose=True, may_hold_prose=True)

"""Tells JSON from what begins like it: the line of a log, a list in prose, TOML."""

import re
from typing import Final

from phiscan.media_kind import Look, MediaKind, Sample
from phiscan.readers import json as json_reader
from phiscan.readers import json_dialects, log, text

_START: Final = re.compile(
    rb"[\s\xef\xbb\xbf]*(?:\{\s*[\"}]|\[\s*(?:[{\"\]]|\[\s*(?:[\[{\"\]\d-]|true|false|null)|(?P<number>[\d-])))"
)
"""How JSON begins: `{"`, `[{`, `[[1`; not `[[package]]`, which is TOML. `[2024-05-17 10:02:11]`
begins the line of a log."""
_LINES: Final = ("json", "ndjson", "jsonl", "json-seq")
"""How media types of JSON end, those of one document a line among them."""


def unless_json(look: Look) -> Look:
    """A look that is right unless the document begins as JSON."""
    return lambda sample: None if _START.match(sample.head) else look(sample)


def look(sample: Sample) -> MediaKind | None:
    """JSON; a log or a text for what only begins like JSON."""
    begins = _START.match(sample.head)
    if not begins and not sample.declared.endswith(("json", "ndjson")):
        return None
    doubtful = b'"' not in sample.head or (begins is not None and begins["number"])
    if doubtful and not sample.declared.endswith("json") and not json_reader.valid(sample.data):
        return text.MEDIA
    if not sample.declared.endswith(_LINES) and log.sniff(sample.data):
        return log.MEDIA
    return json_dialects.JSON

"""Tells JSON from text that begins like JSON: a log line, a list in prose, TOML."""

import re
from typing import Final

from phiscan.media_kind import Look, MediaKind, Sample
from phiscan.readers import json as json_reader
from phiscan.readers import json_dialects, log, text

# matches b'{"', b"[{" and b"[[1"; not b"[[package]]", which is TOML. The group `number` matches in
# b"[2024-05-17 10:02:11]", which may be a log line.
_START: Final = re.compile(
    rb"[\s\xef\xbb\xbf]*(?:"
    rb"\{\s*[\"}]"
    rb"|\[\s*(?:[{\"\]]|\[\s*(?:[\[{\"\]\d-]|true|false|null)|(?P<number>[\d-]))"
    rb")"
)
_LINES: Final = ("json", "ndjson", "jsonl", "json-seq")
"""Endings of media types for JSON, also for one JSON document a line."""


def unless_json(look: Look) -> Look:
    """Return a `Look` that gives None for a document that begins like JSON."""
    return lambda sample: None if _START.match(sample.head) else look(sample)


def look(sample: Sample) -> MediaKind | None:
    """JSON, or a log or text that only begins like JSON."""
    begins = _START.match(sample.head)
    if not begins and not sample.declared.endswith(("json", "ndjson")):
        return None
    doubtful = b'"' not in sample.head or (begins is not None and begins["number"])
    if doubtful and not sample.declared.endswith("json") and not json_reader.valid(sample.data):
        return text.MEDIA
    if not sample.declared.endswith(_LINES) and log.sniff(sample.data):
        return log.MEDIA
    return json_dialects.JSON

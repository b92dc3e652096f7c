"""Tells JSON from text that begins like JSON: a log line, a list in prose, TOML."""

import re
from typing import Final

from phiscan.media_kind import Look, MediaKind, Sample
from phiscan.readers import json as json_reader
from phiscan.readers import json_dialects, log, text

# matches b'{"', b"[{", b"[[1" and b'\x1e{"', a record of RFC 7464; not b"[[package]]", which is
# TOML. The group `number` matches in b"[2024-05-17 10:02:11]", which may be a log line.
_START: Final = re.compile(
    rb"[\s\xef\xbb\xbf\x1e]*(?:"
    rb"\{\s*[\"}]"
    rb"|\[\s*(?:[{\"\]]|\[\s*(?:[\[{\"\]\d-]|true|false|null)|(?P<number>[\d-]))"
    rb")"
)
# An object as Ruby and Perl print it. matches b'{"a"=>1'; not b'{"a": "=>"'
_HASH: Final = re.compile(rb"\s*\[?\s*\{\s*\"[^\"\\]{1,80}\"\s{0,2}=>")
_SEQUENCE: Final = re.compile(rb"\x1e\s*[{\[]")  # matches b"\x1e{"; not b"\x1eAM"
_LINES: Final = ("json", "ndjson", "jsonl", "json-seq")
"""Endings of media types for JSON, also for one JSON document a line."""


def unless_json(look: Look) -> Look:
    """Return a `Look` that gives None for a document that begins like JSON."""
    return lambda sample: None if _START.match(sample.head) else look(sample)


def look_sequence(sample: Sample) -> MediaKind | None:
    """JSON behind a record separator (RFC 7464), which other looks take for a binary format."""
    return json_dialects.JSON if _SEQUENCE.match(sample.head) else None


def look(sample: Sample) -> MediaKind | None:
    """JSON, or a log or text that only begins like JSON."""
    begins = _START.match(sample.head)
    if not begins and not sample.declared.endswith(("json", "ndjson")):
        return None
    if begins and not sample.declared.endswith("json") and _HASH.match(sample.head):
        return text.MEDIA
    doubtful = b'"' not in sample.head or (begins is not None and begins["number"])
    if doubtful and not sample.declared.endswith("json") and not json_reader.valid(sample.data):
        return text.MEDIA
    if not sample.declared.endswith(_LINES) and log.sniff(sample.data):
        return log.MEDIA
    return json_dialects.JSON

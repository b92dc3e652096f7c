"""What a generator of a document without PHI returns."""

import json

from bench.eval.formats.case import Case

Json = dict[str, object]
Made = tuple[str, str]
"""A text and its content type."""


def hexadecimal(case: Case, size: int) -> str:
    """Return random digits in hexadecimal."""
    return f"{case.inv.rng.getrandbits(size * 4):0{size}x}"


def in_json(case: Case, value: object, content_type: str = "application/json") -> Made:
    """Write the value as JSON, with or without line breaks."""
    return json.dumps(value, ensure_ascii=False, indent=case.inv.pick(None, 2)), content_type

"""What a generator of a document without PHI returns."""

import json
from collections.abc import Callable, Sequence

from bench.eval.document import Document
from bench.eval.formats.case import Case
from phiscan.finding import Verdict

Json = dict[str, object]
Made = tuple[str, str]
"""A text and its content type."""


def hexadecimal(case: Case, size: int) -> str:
    """Return random digits in hexadecimal."""
    return f"{case.inv.rng.getrandbits(size * 4):0{size}x}"


def in_json(case: Case, value: object, content_type: str = "application/json") -> Made:
    """Write the value as JSON, with or without line breaks."""
    return json.dumps(value, ensure_ascii=False, indent=case.inv.pick(None, 2)), content_type


def one_of(case: Case, makers: Sequence[Callable[[Case], Made]], verdict: Verdict) -> Document:
    """Return the document of one of the makers, with its content type or without one."""
    make = case.inv.pick(*makers)
    text, content_type = make(case)
    return case.document(
        text,
        case.inv.pick(content_type, content_type, ""),
        style=make.__name__,
        verdict=verdict,
    )

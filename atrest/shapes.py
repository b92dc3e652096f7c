"""Masked shapes: what a value looks like, without the value.

    512-44-9031     999-99-9999
    Ana Ruiz        Aa Aa
    a.ruiz@x.org    a.a@a.a

A run of letters is one letter, so a name's length does not show. Digits keep their number, because
the format of a number is what `explain` is asked for.
"""

import re
from typing import Final

LONGEST: Final = 24
_RUNS: Final = re.compile(r"[^\W\d_]+|\d")  # `Ruiz`, `9`; not `-`, `_`
_FEWEST_CAPITALS: Final = 2


def shape(value: bytes) -> str:
    """Return the masked shape of a value; empty when it is too long to have one."""
    text = value[: 4 * LONGEST].decode("utf-8", "replace")
    masked = _RUNS.sub(_mask, text)
    return masked if len(masked) <= LONGEST and len(value) < 4 * LONGEST else ""


def _mask(run: re.Match[str]) -> str:
    text = run.group()
    if text.isdecimal():
        return "9"
    if text.isupper():
        return "A"
    return "Aa" if text[:1].isupper() else "a"

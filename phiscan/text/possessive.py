"""Possessive repeats of a group, which every supported Python matches alike.

CPython 3.11.0 to 3.11.4 match `(?:ab?c)*+` and its kin where they must not (https://github.com/python/cpython/issues/106052); Debian 12
has 3.11.2. Later ones, 3.13.0 too, still lose groups within: `(?:(a)|b)*+`. An atomic group says the same and is sound everywhere, but
remembers each repetition until the last one, some 60 bytes each. Possessive repeats of one character or class are sound everywhere.

INVARIANT (nothing is missed for the interpreter's sake): no expression of this project repeats a group possessively but through here.
"""

import re
from typing import AnyStr, Final

SOUND: Final = re.fullmatch("(?:ab?c)*+", "a") is None
"""Whether this interpreter's own possessive repeats of what holds no group are sound."""


def repeated(item: AnyStr, count: str) -> AnyStr:
    """An expression of `item` as often as it matches and never less often.

    Args:
        count: how often it may: `*`, `+`, `?`, `{5,}`.
    """
    return (
        by_repeat(item, count)
        if SOUND and not re.compile(item).groups
        else by_atomic_group(item, count)
    )


def by_repeat(item: AnyStr, count: str) -> AnyStr:
    """As `repeated`, by the interpreter's own repeat."""
    return f"(?:{item}){count}+" if isinstance(item, str) else b"(?:%b)%b+" % (item, count.encode())


def by_atomic_group(item: AnyStr, count: str) -> AnyStr:
    """As `repeated`, by an atomic group."""
    return (
        f"(?>(?:{item}){count})"
        if isinstance(item, str)
        else b"(?>(?:%b)%b)" % (item, count.encode())
    )

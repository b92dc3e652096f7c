"""Possessive repeats of a group that match the same in every supported Python.

CPython 3.11.0 to 3.11.4 let `(?:ab?c)*+` and similar expressions match where they must not
(https://github.com/python/cpython/issues/106052). Debian 12 has 3.11.2. Later versions, 3.13.0
too, still lose the capture of a group inside the repeat: `(?:(a)|b)*+`.

An atomic group means the same and is correct in every version, but it keeps about 60 bytes per
repetition until the match ends. A possessive repeat of one character or class is correct in every
version.

INVARIANT (no interpreter bug hides a value): every expression of this project that repeats a group
possessively is built here.
"""

import re
from typing import AnyStr, Final

SOUND: Final = re.fullmatch("(?:ab?c)*+", "a") is None
"""Whether this interpreter repeats a group correctly if no capturing group is inside it."""


def repeated(item: AnyStr, count: str) -> AnyStr:
    """Return an expression that repeats `item` possessively: as often as it can, never less often.

    Args:
        item: a regular expression.
        count: the quantifier: `*`, `+`, `?`, `{5,}`.
    """
    return (
        by_repeat(item, count)
        if SOUND and not re.compile(item).groups
        else by_atomic_group(item, count)
    )


def by_repeat(item: AnyStr, count: str) -> AnyStr:
    """Like `repeated`, with the possessive quantifier of `re`."""
    return f"(?:{item}){count}+" if isinstance(item, str) else b"(?:%b)%b+" % (item, count.encode())


def by_atomic_group(item: AnyStr, count: str) -> AnyStr:
    """Like `repeated`, with an atomic group."""
    return (
        f"(?>(?:{item}){count})"
        if isinstance(item, str)
        else b"(?>(?:%b)%b)" % (item, count.encode())
    )

"""A number behind its label: `MRN: ED-MRN-009912`, `Acct #447190223`, `Member ID is XYZ 123`.

Expressions that both Hyperscan and `re` read, for the detectors of numbers that have no format of their own.
"""

from typing import Final

GAP: Final = r"[\"' ]{0,3}(?:is|was|of)?[ :=\x23\"'.(]{1,6}"
"""What stands between a label and its number."""
_HASH: Final = r"[ ._-]{0,2}\x23[ :.]{0,3}"


def numbered(words: str, signs: str) -> str:
    """One of `words`, one of `signs` (`number`, `id`) or a #, and the gap. Only behind a # there
    may be no gap."""
    return rf"(?:{words})(?:[ ._-]?(?:{signs}){GAP}|{_HASH})"


def value(shortest: int) -> str:
    """A number of at least so many letters, digits and dashes behind its first digit, with up to
    three prefixes: `HZN-IL-12345678`."""
    return rf"(?:[A-Z]{{1,6}}-){{0,3}}[A-Z]{{0,5}}\d[0-9A-Z-]{{{shortest},19}}"

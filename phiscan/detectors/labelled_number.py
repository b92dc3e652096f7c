"""Parts of expressions for a number behind its label, as in `MRN: ED-MRN-009912`.

Detectors of numbers without a format of their own use them. Both Hyperscan and `re` read them.
"""

from typing import Final

GAP: Final = r"[\"' ]{0,3}(?:is|was|of)?[ :=\x23\"'.(]{1,6}"
"""What separates a label from its number. matches ": " and " is "; not ""."""
_HASH: Final = r"[ ._-]{0,2}\x23[ :.]{0,3}"


def numbered(words: str, signs: str) -> str:
    """One of `words`, then one of `signs` (`number`, `id`) and the gap, or a #.

    The gap may be empty only behind a #: `Acct #447190223`.
    """
    return rf"(?:{words})(?:[ ._-]?(?:{signs}){GAP}|{_HASH})"


def value(shortest: int) -> str:
    """A number with `shortest` to 19 letters, digits and dashes behind its first digit.

    Up to three prefixes may stand before it: `HZN-IL-12345678`.
    """
    return rf"(?:[A-Z]{{1,6}}-){{0,3}}[A-Z]{{0,5}}\d[0-9A-Z-]{{{shortest},19}}"

"""Numbers without a format of their own, behind their label: `MRN: ED-MRN-009912`.

Hyperscan looks for a label and a digit on the same line, which is cheap. An exact expression then
reads what stands between them.
"""

import re
from dataclasses import dataclass
from typing import Final

# Which of several numbers it is. matches " (old)", " at sending", " from the referring hospital";
# not " card"
_WHICH: Final = r"(?: ?\([a-z .]{2,24}\)| (?:at|from|for|on|in)(?: [a-z]{2,16}){1,5})?"
# matches ": ", " is ", " | ", " at sending: ", ' = "'; not ""
_GAP: Final = rf"{_WHICH}[\"' ]{{0,3}}(?:is|was|of|-)?[ :=\x23\"'.(|\[\t*_`]{{1,24}}"
_TAG: Final = r"</?[a-z][^<>\n]{0,40}>"  # matches "</th>", '<td class="x">'; not "< 5"
_GAP_OF_TAGS: Final = rf" ?:? ?(?:{_TAG}[ \n]{{0,8}}){{1,4}}"
# matches "#", " # : ", " # (old) "; not ""
_HASH: Final = r"[ ._-]{0,2}\x23(?: ?\([a-z .]{2,24}\))?[ :.*_|]{0,8}"
# Up to three prefixes and the number. matches "HZN-IL-12345678", "A-4471"; not "HZN-IL"
_VALUE: Final = r"(?:[A-Z]{1,6}-){0,3}[A-Z]{0,5}\d[0-9A-Z-]"
_REACH: Final = 72
"""The most bytes between the end of a label and the first digit of its number."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The expressions of one kind of number.

    Args:
        labels: the labels of the number, as an alternation. A gap follows.
        before_hash: the words that are a label only with a `#`: `Acct #447190223`.
        shortest: letters, digits and dashes of the shortest number, behind its first digit.
    """

    labels: str
    before_hash: str
    shortest: int

    @property
    def pattern(self) -> str:
        """A label and a digit on one line, for Hyperscan."""
        hashed = rf"(?:{self.before_hash})[ ._-]{{0,2}}\x23"
        return rf"\b(?:{self.labels}|{hashed})[^0-9\n]{{0,{_REACH}}}\d"

    @property
    def value(self) -> re.Pattern[bytes]:
        """The label, the gap and, as group 1, the number."""
        return re.compile(
            (
                rf"\b(?:(?:{self.labels})(?:{_GAP}|{_GAP_OF_TAGS})|(?:{self.before_hash}){_HASH})"
                rf"({_VALUE}{{{self.shortest},19}}(?<=[A-Za-z0-9]))(?![A-Za-z0-9])"
            ).encode(),
            re.IGNORECASE,
        )


def numbered(words: str, signs: str) -> str:
    """One of `words`, then one of `signs` (`number`, `id`)."""
    return rf"(?:{words})[ ._-]?(?:{signs})"

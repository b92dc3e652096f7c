"""Whether a whole value has the form of a person's name, as in a cell of a table."""

import re
from typing import Final

from phiscan.words.not_names import is_no_name
from phiscan.words.program_text import is_code

_PARTICLES: Final = frozenset(
    "van von der den de del della di da dos du des la le las los al el bin bint ben ibn abu ter "
    "ten y e st".split()
)
_PART: Final = re.compile(r"[^\W\d_][^\W\d_'.-]*(?:['.-][^\W\d_]+)*\.?,?")
"""One word. matches "O'Neil", "J.", "Ruiz,"; not "R2", "a/b"."""
_MOST_WORDS: Final = 6


def is_name(value: str) -> bool:
    """Whether `value` is two to six words of a name: `Ana de la Cruz`, `RUIZ, ANA`.

    Not `stable`, `Chest Pain`, `See chart`, `ana ruiz`.
    """
    words = value.split()
    if not 2 <= len(words) <= _MOST_WORDS or is_code(value):
        return False
    named = [w for w in words if w.lower() not in _PARTICLES]
    return len(named) > 0 and all(_is_part(word) for word in named)


def _is_part(word: str) -> bool:
    bare = word.strip(".,").lower()
    return _PART.fullmatch(word) is not None and word[0].isupper() and not is_no_name(bare.encode())

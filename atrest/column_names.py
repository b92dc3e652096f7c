"""What the name of a column means that is run together, abbreviated or of another language.

`PTDOB`, `geburtsdatum` and `fecha_de_nacimiento` are all a `birth_date`. A name of which the
detectors do not know enough is spelled out for them before a table is scanned. A name counts only
when every part of it is a known word: `status` is not `st` and `us`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import permutations
from typing import Final

from atrest.column_words import LANGUAGES
from phiscan.labelled.label_steps import rule_of

# Letters of one case, or a capital and small letters.
# matches "patient", "DOB" and "Nm" of "patient_DOBNm2"; not "2", "_"
_WORD: Final = re.compile(r"[^\W\d_a-z]+(?![^\W\d_A-Z])|[^\W\d_A-Z]?[^\W\d_A-Z]+|[^\W\d_]+")
_LONGEST: Final = 48
_MOST_WORDS: Final = 4
_DROPPED: Final = frozenset("number date name text description id full clinical".split())
"""Words that may say what kind of value it is, and no more: `dob_date`, `mrn_number`."""


@lru_cache(maxsize=4096)
def spelled_out(name: str) -> str | None:
    """Return the English label of a name that the detectors do not know, or None.

    Args:
        name: of a column.
    """
    known = rule_of(name)
    if len(name) > _LONGEST or (known is not None and not known.weak):
        return None
    tokens = [word.lower() for word in _WORD.findall(name)]
    if not any(len(token) > 1 for token in tokens):
        return None
    for meanings in LANGUAGES:
        words = _words(tokens, meanings)
        if words and len(words) <= _MOST_WORDS:
            label = _label(words)
            if label is not None:
                return label if label != name.lower() else None
    return None


def _words(tokens: list[str], meanings: Mapping[str, str]) -> list[str]:
    """Return the English words of all tokens, or nothing when a part of one is unknown."""
    found: list[str] = []
    for token in tokens:
        parts = _split(token, meanings)
        if parts is None:
            return []
        found += [word for part in parts for word in meanings[part].split()]
    return list(dict.fromkeys(found))


def _split(token: str, meanings: Mapping[str, str]) -> list[str] | None:
    """Split a token into as few known parts as cover it. A part of one letter stands alone only."""
    if token in meanings:
        return [token]
    best: list[list[str] | None] = [[], *([None] * len(token))]
    for end in range(2, len(token) + 1):
        for start in range(end - 1):
            before = best[start]
            if before is not None and token[start:end] in meanings:
                parts = [*before, token[start:end]]
                known = best[end]
                if known is None or len(parts) < len(known):
                    best[end] = parts
    return best[-1]


def _label(words: list[str]) -> str | None:
    """Return an order of the words that is a label; then without words of the kind.

    A label that holds only in a record of a person (`member_number`) is the last choice.
    """
    weak: str | None = None
    for chosen in _choices(words):
        for order in permutations(chosen):
            label = "_".join(order)
            rule = rule_of(label)
            if rule is not None and not rule.weak:
                return label
            if rule is not None and weak is None:
                weak = label
        if weak is not None:
            return weak
    return None


def _choices(words: list[str]) -> Iterator[list[str]]:
    yield words
    for word in words:
        rest = [other for other in words if other != word]
        if word in _DROPPED and rest:
            yield rest
    rest = [word for word in words if word not in _DROPPED]
    if rest:
        yield rest

"""Values that have the form of a person's name, and records that hold one in two parts."""

import re
from collections.abc import Iterable
from typing import Final

from phiscan.words.given_names import GIVEN_NAMES

_LAST: Final = frozenset(("last", "family"))
_HALVES: Final = _LAST | {"first", "given"}
"""Labels of the parts of a name, and of pages and intervals too."""
# matches "Ana", "O'Brien", "de la Cruz"; not "2024-01", "https://a"
_NAME_PART: Final = re.compile(r"(?=..)[^\W\d_]+(?:[ '’.-]{1,2}[^\W\d_]+){0,4}")
_WORDS_OF_A_NAME: Final = range(2, 5)


def is_full_name(value: str) -> bool:
    """Whether a value has the form of a person's name: `Ana Ruiz`, `Ruiz, Ana`, `de la Cruz, Ana`.

    A given name of the list is enough alone. `Sinus infection` and `room 12` have another form.
    """
    words = value.replace(",", " ").split()
    if len(words) not in _WORDS_OF_A_NAME:
        return len(words) == 1 and value.strip().lower() in GIVEN_NAMES
    plain = [
        word.strip("-'’.").replace("-", "").replace("'", "").replace("’", "") for word in words
    ]
    return all(map(str.isalpha, plain)) and not any(
        word.isascii() and word.islower() for word in (plain[0], plain[-1])
    )


def is_known_name(value: str) -> bool:
    """Whether a value has the form of a person's full name, and a given name of the list."""
    words = value.replace(",", " ").lower().split()
    return (
        len(words) > 1
        and not GIVEN_NAMES.isdisjoint((words[0], words[-1], words[1]))
        and is_full_name(value)
    )


def is_name_part(value: str) -> bool:
    """Whether a value can be a part of a name: `Ana`, `de la Cruz`; not `1, next`."""
    return _NAME_PART.fullmatch(value) is not None


def in_two_parts(names: Iterable[tuple[int, str, str]]) -> set[int]:
    """The records that hold the two parts of a name: `{"first": "Ana", "last": "Ruiz"}`.

    Each of `names` is the number of its record, its label in lower case, and its value.
    """
    halves: dict[bool, set[int]] = {True: set(), False: set()}
    for record, label, value in names:
        if label in _HALVES and is_name_part(value):
            halves[label in _LAST].add(record)
    return halves[True] & halves[False]

"""What a process remembers from one document to the next: words of its own tables, and nothing that a document wrote.

Theory. What a key, a label or an element's name means takes microseconds to work out, and documents repeat them thousands
of times, so each answer is remembered. Keys hold values at times (`{"Ana Ruiz 536-90-4431": ...}`). So an answer stays for
the life of the process only where the question is a word of the tables. All other answers are noted, and `forget` drops
them when the scan ends.

Cost: a hit costs one look-up in a dictionary (40 ns). A document pays for each of its own words once: for working it out,
and 0.3 us for noting and forgetting it. All memories are bounded, so senders of made-up words cannot fill the process.

Threads share the memories. A scan that ends drops what other scans have noted too: these work it out again.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

MOST: Final = 20_000
"""Answers of one memory, and answers of documents in all memories."""
_LONGEST: Final = 128
"""Characters or bytes of a question whose answer is remembered."""

KeyT = TypeVar("KeyT", bound=str | bytes)
AnyKeyT = TypeVar("AnyKeyT")
ValueT = TypeVar("ValueT")

_noted: Final[list[tuple[dict[Any, Any], Any]]] = []


class Memory(dict[KeyT, ValueT]):
    """Answers by their questions; a new question is answered and remembered.

    Args:
        answer: answers a question, always in the same way.
        stays: whether a question is a word of the tables, given its answer.
    """

    __slots__ = ("_answer", "_stays")

    def __init__(
        self, answer: Callable[[KeyT], ValueT], stays: Callable[[KeyT, ValueT], bool]
    ) -> None:
        super().__init__()
        self._answer = answer
        self._stays = stays

    def __missing__(self, key: KeyT) -> ValueT:
        value = self._answer(key)
        if len(key) <= _LONGEST:
            if self._stays(key, value):
                keep(self, key, value)
            else:
                until_report(self, key, value)
        return value

    def __repr__(self) -> str:
        """Without its questions: a document may have written them."""
        return f"Memory({len(self)} answers)"


def keep(memory: dict[AnyKeyT, ValueT], key: AnyKeyT, value: ValueT) -> None:
    """Remember an answer about words of the tables. A full memory begins anew."""
    if len(memory) >= MOST:
        memory.clear()
    memory[key] = value


def until_report(memory: dict[AnyKeyT, ValueT], key: AnyKeyT, value: ValueT) -> bool:
    """Remember an answer about a document's own words until `forget`; False when that are too many
    already."""
    if len(_noted) >= MOST:
        return False
    memory[key] = value
    _noted.append((memory, key))
    return True


def forget() -> None:
    """Drop all that documents wrote. The scanner calls it when a report is made."""
    while _noted:
        try:
            memory, key = _noted.pop()
        except IndexError:  # another thread took the last one
            return
        memory.pop(key, None)

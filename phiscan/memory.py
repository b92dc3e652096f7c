"""Caches that keep words of the project's tables, and drop words of a document when its scan ends.

Theory. Working out what a key, a label or an element's name means takes microseconds, and documents
repeat them thousands of times. So each answer is cached. But a key may hold a value
(`{"Ana Ruiz 536-90-4431": ...}`), and nothing of a document may outlive its scan. So an answer
stays for the life of the process only when its question is a word of the tables. Every other
answer is noted, and `forget` drops the noted answers when the scan ends.

Cost: a hit costs one dictionary look-up (40 ns). Each word that only the document has costs its
answer once, and 0.3 us to note and forget it. All memories are bounded, so made-up words cannot
fill the process.

Threads share the memories. The end of one scan also drops the answers that other running scans
noted, and those scans work them out again.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

MOST: Final = 20_000
"""The most answers in one memory, and the most noted answers in all memories together."""
_LONGEST: Final = 128
"""The most characters or bytes of a question whose answer is cached."""

KeyT = TypeVar("KeyT", bound=str | bytes)
AnyKeyT = TypeVar("AnyKeyT")
ValueT = TypeVar("ValueT")

_noted: Final[list[tuple[dict[Any, Any], Any]]] = []


class Memory(dict[KeyT, ValueT]):
    """A dictionary from questions to answers that answers a new question and caches the answer.

    Args:
        answer: a pure function from question to answer.
        stays: returns, for a question and its answer, whether the question is a word of the tables.
            Only then the answer outlives the scan.
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
        """Show no questions, because a document may have written them."""
        return f"Memory({len(self)} answers)"


def keep(memory: dict[AnyKeyT, ValueT], key: AnyKeyT, value: ValueT) -> None:
    """Cache an answer about words of the tables. A full memory is emptied first."""
    if len(memory) >= MOST:
        memory.clear()
    memory[key] = value


def until_report(memory: dict[AnyKeyT, ValueT], key: AnyKeyT, value: ValueT) -> bool:
    """Cache an answer about words of a document until `forget`.

    Returns:
        False when `MOST` answers are noted already. Then nothing is cached.
    """
    if len(_noted) >= MOST:
        return False
    memory[key] = value
    _noted.append((memory, key))
    return True


def forget() -> None:
    """Drop all noted answers. The scanner calls this when a scan ends."""
    while _noted:
        try:
            memory, key = _noted.pop()
        except IndexError:  # another thread took the last one
            return
        memory.pop(key, None)

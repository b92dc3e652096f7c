"""Segments: runs of capitalised words that may be names, with the text around them.

Words that no name has cut a run. `Segment.before` and `Segment.after` are windows of a few words,
so a look for a cue costs the same everywhere. Cost: linear in the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, TypeVar

from phiscan.people.words import PROVIDER_AFTER
from phiscan.words import not_names
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.labels import MASK_BEGINS, is_masked

_BEFORE: Final = 56
"""Bytes of `Segment.before`."""
_AFTER: Final = 64
"""Bytes of `Segment.after`."""
_LONGEST_LINE: Final = 160
"""Bytes of `Segment.line`."""
_MOST_WORDS: Final = 5
_UPPER = rb"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4-\xd4][\x80-\xbf]|\xe1[\xb8-\xbf][\x80-\xbf])"
_LETTER = rb"[A-Za-z\x80-\xff]"
# matches "María", "O'Neil"; not "maría"
_CAPITAL = _UPPER + rb"(?:" + _LETTER + rb"|['-](?=" + _LETTER + rb"))*"
_PART = rb"(?:(?:[A-Z]|St|Ste)\.|" + _CAPITAL + rb")"
# matches "de la "; not "the "
_PARTICLES = (
    rb"(?:(?:van|von|der|den|de|del|della|di|da|dos|du|des|la|le|los|las|al|el|bin|bint|ben|ibn"
    rb"|abu|ter|ten|y|e)[ -]){0,3}"
)
_CAPITAL_PARTICLES: Final = frozenset(
    b"El Al La Le De Del Los Las St San Santa Do So An Thu May Sun".split()
)
"""Particles and short names that are words too.

They belong to a name around them: `Noura El Amin`.
"""
_NICKNAME = rb"(?:[\"(][A-Z][A-Za-z.]{1,12}[\")] )?"
# matches "Ana María de la Cruz", 'Terrence "TJ" Holloway' and "J. R. Ewing"; of
# "seen by Ruiz. Plan" only "Ruiz" and "Plan"
_RUN: Final = re.compile(
    rb"(?<![A-Za-z0-9\x80-\xff@./_'#-])"
    + _PARTICLES
    + _PART
    + rb"(?: "
    + _NICKNAME
    + _PARTICLES
    + _PART
    + rb"){0,9}(?![A-Za-z0-9@_])"
)
WORD: Final = re.compile(_PART)
_MASK_BEGINS: Final = frozenset(first.encode() for first in MASK_BEGINS)


ValueT = TypeVar("ValueT")


class _Once(Generic[ValueT]):
    """A property that is worked out once.

    `functools.cached_property` takes a lock until Python 3.12, which costs more than most of these.
    """

    def __init__(self, work_out: "Callable[[Segment], ValueT]") -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__
        self._name = work_out.__name__

    def __get__(self, segment: "Segment", _: type) -> ValueT:
        """Work it out, and keep it where the next look finds it without this descriptor."""
        value = segment.__dict__[self._name] = self._work_out(segment)
        return value


class Segment:
    """A run of capitalised words that may be a name.

    What it says of itself is worked out once: many cues ask for the same.

    Args:
        text: the text that it is in.
        start: its first byte in `text`.
        end: the byte after its last one.
        words: its words.
        inverted: whether it is a family name, a comma and given names.

    Attributes:
        before: the text before it.
        after: the text after it.
    """

    def __init__(
        self, text: bytes, start: int, end: int, words: tuple[bytes, ...], *, inverted: bool = False
    ) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.words = words
        self.inverted = inverted
        self.before = text[max(0, start - _BEFORE) : start]
        self.after = text[end : end + _AFTER]

    @_Once
    def sign(self) -> bytes:
        """The last byte before it that is neither a blank nor a full stop, as the `:` of a label.

        A look at it is cheaper than a search of `before`.
        """
        return self.before.rstrip(b" \t.")[-1:]

    @_Once
    def last_word(self) -> bytes:
        """The last word before it, in lower case. A look at it is cheaper than at `before`."""
        words = self.before.rstrip(b" (-:,").split()
        last = words[-1].strip(b'.,:;()[]"#') if words else b""
        return last.rpartition(b'"')[2].lower()  # `"body":"Mom (`: a string begins with it

    @_Once
    def line(self) -> bytes:
        """The text before it on the same line."""
        before = self.text[max(0, self.start - _LONGEST_LINE) : self.start]
        # normalising turns an escaped line end into two blanks
        return before.replace(b"  ", b"\n").rpartition(b"\n")[2]

    @_Once
    def long(self) -> bool:
        """Whether it has two words that are longer than an initial."""
        return sum(len(word.rstrip(b".")) > 1 for word in self.words) > 1

    @_Once
    def mixed(self) -> bool:
        """Whether it has lower-case letters too."""
        return not b"".join(self.words).decode("utf-8", "replace").isupper()

    @_Once
    def parts(self) -> tuple[bytes, ...]:
        """Its words that distinguish people, in lower case."""
        return parts(self.words)


def parts(words: Iterable[bytes]) -> tuple[bytes, ...]:
    """The words of a name that distinguish people, in lower case, without initials."""
    return tuple(
        word.rstrip(b".").lower()
        for word in words
        if (len(word) > 2 or word[1:].islower()) and not is_no_name(word.rstrip(b"."))
    )


def is_no_name(word: bytes) -> bool:
    """Whether no name has this word. A mask is no name either."""
    if word.startswith(b"XXX"):
        return True
    if word.endswith(b"."):
        return False  # "K." and "St. Clair" are names; potassium and a street have no full stop
    if word[:1] in _MASK_BEGINS and is_masked(word.decode("utf-8", "replace")):
        return True
    return not_names.is_no_name(word.lower())


def segments(text: bytes) -> Iterator[Segment]:
    """Every segment of `text`, in order. `Okafor, Chidinma` is one segment."""
    waiting: Segment | None = None
    for segment in _plain(text):
        if waiting is not None and _is_inverted(text, waiting, segment):
            yield Segment(
                text, waiting.start, segment.end, waiting.words + segment.words, inverted=True
            )
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = segment
    if waiting is not None:
        yield waiting


def _is_inverted(text: bytes, family: Segment, given: Segment) -> bool:
    """Whether two segments are one name: a family name, a comma and given names.

    Two full names are two people.
    """
    joined = text[family.end : given.start] in (b", ", b",") and len(given.words) < 3
    if not joined or PROVIDER_AFTER.match(family.after):
        return False  # "T. Reyes, LVN"
    if not family.long:
        return True
    if not family.mixed:
        return len(family.words) < 4
    # "Navas Comas, Rosa"; not "Karen Whitfield, Daniel"
    return (
        not given.long
        and len(family.words) < 4
        and family.words[0].lower().decode("utf-8", "replace") not in GIVEN_NAMES
    )


def _plain(text: bytes) -> Iterator[Segment]:
    for run in _RUN.finditer(text):
        words: list[re.Match[bytes]] = []
        for word in WORD.finditer(text, run.start(), run.end()):
            inside = bool(words) and word.end() < run.end()
            if is_no_name(word[0]) and not (inside and word[0] in _CAPITAL_PARTICLES):
                yield from _segment(text, words)
                words = []
            else:
                words.append(word)
        yield from _segment(text, words)


def _segment(text: bytes, words: list[re.Match[bytes]]) -> Iterator[Segment]:
    """Yield the segment that `words` make, unless they are too many or initials only."""
    if words and len(words) <= _MOST_WORDS and max(len(word[0].rstrip(b".")) for word in words) > 1:
        owner = 2 if words[-1][0].endswith(b"'s") else 0  # "Ana's rash"
        last = words[-1][0][: -owner or None]
        yield Segment(
            text,
            words[0].start(),
            words[-1].end() - owner,
            (*(word[0] for word in words[:-1]), last),
        )

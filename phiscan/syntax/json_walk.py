"""Walks JSON text and keeps byte offsets, which no parser gives: redaction and locations need them.

It accepts what it can of broken JSON too, so that a cut-off bundle still shows whose record it is; `json_reader.valid` decides
elsewhere whether the text is valid. Cost: one regular expression match for each key with its scalar value.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from phiscan.finding import quick
from phiscan.syntax.json_lexer import BLANK, BLANKS, COLON, TEXT, WORD
from phiscan.syntax.json_places import Place, decode
from phiscan.text.possessive import by_atomic_group, repeated

_OTHER: Final = r'[^-+\w.,"{}\[\] \t\r\n]++'
_NOTHING: Final = "(?!)"


def token(
    skipped: str = _NOTHING, types: str = _NOTHING, behind_type: str = _NOTHING
) -> re.Pattern[bytes]:
    """The expression of one token. Its groups are named below.

    Args:
        skipped: an expression of members of objects that are passed over with the blanks in front
            of a token, without a match.
        types: an expression of values of a `resourceType` that stands first in its object.
        behind_type: an expression of what is passed over behind such a type.
    """
    # the blanks belong to the match: searching for the next token byte by byte takes three times as
    # long
    passed = repeated(f"{BLANKS}++|{skipped}", "*")
    key = rf'((?P<type>resourceType(?="{COLON}"{types}"))|{TEXT})'
    behind = by_atomic_group(rf"{BLANK}*+(\}})|(?(type){behind_type}|{_NOTHING})", "?")
    first = repeated(rf'{BLANK}*+"{key}"{COLON}"({TEXT})"{behind}', "?")
    value = repeated(rf'"({TEXT})"|({WORD})|([{{\[]){first}', "?")
    member = rf'"({TEXT})"' + repeated(COLON + value, "?")
    closes = (
        r"([}\]]"
        + repeated(rf"{BLANKS}*+[}}\]]", "*")
        + ")"
        + repeated(rf"{BLANKS}*+([{{\[])", "?")
    )
    # INVARIANT (linear time): a token or one of the last three stands behind any blanks, so that no
    # byte is tried twice
    rest = rf'"{TEXT}\\?\Z|{_OTHER}|\Z'
    return re.compile(
        rf"{passed}(?:{member}|([{{\[])|{closes}|({WORD})|{rest})".encode(), re.DOTALL
    )


_KEY, _STRING, _SCALAR, _BRACKET, _FIRST_KEY, _, _FIRST, _ONLY, _OPENS, _CLOSES, _REOPENS, _ITEM = (
    range(1, 13)
)
"""Groups of a token: a key, or a string in an array; the key's value when it is a string, another
scalar, or begins with a bracket; the first member of the object that the bracket opens, when it is
a string, with a mark of the types of `token`; the bracket that closes the object if that member is
the only one. A bracket that opens in an array. Brackets that close, and one that opens behind them.
A scalar in an array that is no string."""
_VALUE: Final = (_STRING, _SCALAR)
_WITH_FIRST: Final = (_FIRST, _ONLY)
_OPEN: Final = (_BRACKET, _OPENS)
_CLOSE: Final = (_CLOSES, _REOPENS)


MAX_DEPTH: Final = 512
"""Containers within containers; deeper documents are reported as not seen whole."""


class TooDeepError(Exception):
    """More than MAX_DEPTH containers within each other."""


class Frame:
    """An open object or array.

    Args:
        place: where it stands: the path of an array names its key once, the objects and arrays in
            it add none.
        start: byte of its bracket.
        parent: the frame around it, None at the top.
        resource: its `resourceType`, as far as it has been met.
    """

    __slots__ = ("is_object", "parent", "place", "resource", "start")

    def __init__(
        self, place: Place, start: int, parent: "Frame | None", is_object: bool = True
    ) -> None:
        self.place = place
        self.start = start
        self.parent = parent
        self.is_object = is_object
        self.resource = ""


class Leaf(NamedTuple):
    """A scalar: its place, its byte range (without quotes), and the frame around it."""

    place: Place
    start: int
    end: int
    frame: Frame

    @property
    def key(self) -> str:
        """The key that it is a value of."""
        return self.place.key

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead to it from the top."""
        return self.place.path


_Opened = tuple[Place, int, bool]
"""Where an object or array stands, its first byte, and whether it is an object."""


def walk(  # noqa: C901, PLR0912, PLR0915 - a call for each token would double its cost
    tokens: Iterable[re.Match[bytes]],
    top: Place,
    leaves: list[Leaf],
    closed: Callable[[Frame], None],
) -> bool:
    """Find what is wanted in a document; whether an object says its `resourceType` more than once,
    so that `behind_type` was a guess.

    Args:
        tokens: of the document, as the expression of `token` finds them.
        top: the place of the document.
        leaves: takes the leaves that are wanted, in document order.
        closed: called with the frame of each object with a `resourceType`, when it closes or the
            document ends.

    Raises:
        TooDeepError: see MAX_DEPTH.
    """
    here = top
    opened: list[_Opened] = [(top, 0, True)]
    made = [Frame(top, 0, None)]
    ambiguous = False
    for match in tokens:
        kind = match.lastindex or 0
        if kind in _VALUE:
            place = here[match[_KEY]]
            if place.is_read:
                frame = made[-1] if len(made) == len(opened) else _made(made, opened)
                if place.wanted:
                    leaves.append(quick(Leaf, (place, *match.span(kind), frame)))
                else:
                    ambiguous |= bool(frame.resource)
                    frame.resource = decode(match[kind])
        elif kind in _WITH_FIRST:
            holder = here[match[_KEY]]
            place = holder[match[_FIRST_KEY]]
            around = made[-1] if len(made) == len(opened) else _made(made, opened)
            frame = Frame(holder, match.start(_BRACKET), around)
            if place.wanted:
                leaves.append(quick(Leaf, (place, *match.span(_FIRST), frame)))
            elif place.is_read:
                frame.resource = decode(match[_FIRST])
            if kind == _FIRST:
                here = holder
                opened.append((holder, frame.start, True))
                made.append(frame)
            elif frame.resource:
                closed(frame)
        elif kind in _CLOSE:
            run = match[_CLOSES]
            count = 1 if len(run) == 1 else run.count(b"}") + run.count(b"]")
            del opened[max(1, len(opened) - count) :]  # what closes too often is passed over
            while len(made) > len(opened):
                frame = made.pop()
                if frame.resource:
                    closed(frame)
            here = opened[-1][0]
            if kind == _REOPENS:
                opened.append((here, match.start(_REOPENS), match[_REOPENS] == b"{"))
        elif kind in _OPEN:
            here = here[match[_KEY]] if kind == _BRACKET else here
            opened.append((here, match.start(kind), match[kind] == b"{"))
        elif here.wanted and (
            kind == _ITEM or (kind == _KEY and match.end() == match.end(_KEY) + 1)
        ):
            # a string that is no key; behind a key whose value is missing stands more
            frame = made[-1] if len(made) == len(opened) else _made(made, opened)
            leaves.append(quick(Leaf, (here, *match.span(kind), frame)))
        if len(opened) > MAX_DEPTH:
            raise TooDeepError
    for frame in reversed(made):
        if frame.resource:
            closed(frame)
    return ambiguous


def _made(made: list[Frame], opened: list[_Opened]) -> Frame:
    """The innermost frame. Most of what is open holds nothing that is wanted: frames are made when
    they are asked for."""
    for place, start, is_object in opened[len(made) :]:
        made.append(Frame(place, start, made[-1], is_object))
    return made[-1]

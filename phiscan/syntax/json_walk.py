"""Walks JSON text with byte offsets, which parsers do not give. Redaction and locations need them.

It also reads what it can of broken JSON, so that a truncated bundle still shows whose record it is.
`phiscan.readers.json.valid` decides whether the text is valid.

Cost: one regular expression match for each key with its scalar value.
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
    """Return the expression of one token. The constants below name its groups.

    Args:
        skipped: an expression for members of objects to skip. They are matched like blanks before a
            token and give no match of their own.
        types: an expression for values of a `resourceType` that is the first member of its object.
        behind_type: an expression for what to skip after such a type.
    """
    # The blanks before a token belong to the match. A search for the next token byte by byte would
    # take three times as long.
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
    # INVARIANT (linear time): after any blanks, a token or one of these three always matches. So no
    # byte is tried twice.
    rest = rf'"{TEXT}\\?\Z|{_OTHER}|\Z'
    return re.compile(
        rf"{passed}(?:{member}|([{{\[])|{closes}|({WORD})|{rest})".encode(), re.DOTALL
    )


_KEY, _STRING, _SCALAR, _BRACKET, _FIRST_KEY, _, _FIRST, _ONLY, _OPENS, _CLOSES, _REOPENS, _ITEM = (
    range(1, 13)
)
"""Regex group numbers of a token.

- _KEY: a key, or a string in an array.
- _STRING, _SCALAR: the value of the key, if it is a string or another scalar.
- _BRACKET: the opening bracket of the value, if it is an object or array.
- _FIRST_KEY, _FIRST: key and value of the first member of that object, if the value is a string.
  The group between them marks a `resourceType` with one of the `types` of `token`.
- _ONLY: the closing bracket of that object, if the first member is the only one.
- _OPENS: an opening bracket in an array or at the top.
- _CLOSES, _REOPENS: closing brackets, and an opening bracket after them.
- _ITEM: a scalar in an array that is not a string.
"""
_VALUE: Final = (_STRING, _SCALAR)
_WITH_FIRST: Final = (_FIRST, _ONLY)
_OPEN: Final = (_BRACKET, _OPENS)
_CLOSE: Final = (_CLOSES, _REOPENS)


MAX_DEPTH: Final = 512
"""The most levels of nested objects and arrays. A deeper document is a gap."""


class TooDeepError(Exception):
    """Objects and arrays are nested deeper than MAX_DEPTH."""


class Frame:
    """An open object or array.

    Args:
        place: its place. The objects and arrays within an array have the place of that array.
        start: the offset of its bracket.
        parent: the enclosing frame, or None at the top.
        is_object: whether it is an object, and not an array.

    Attributes:
        resource: its `resourceType`, or empty while none has been read.
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
    """A scalar: its place, its byte range (without quotes), and the frame that holds it."""

    place: Place
    start: int
    end: int
    frame: Frame

    @property
    def key(self) -> str:
        """The key whose value it is."""
        return self.place.key

    @property
    def path(self) -> tuple[str, ...]:
        """The keys from the top to the scalar."""
        return self.place.path


_Opened = tuple[Place, int, bool]
"""The place of an object or array, the offset of its bracket, and whether it is an object."""


def walk(  # noqa: C901, PLR0912, PLR0915 - a call for each token would double its cost
    tokens: Iterable[re.Match[bytes]],
    top: Place,
    leaves: list[Leaf],
    closed: Callable[[Frame], None],
) -> bool:
    """Collect the wanted scalars of a document.

    Args:
        tokens: the matches of the expression from `token` in the document.
        top: the place of the document.
        leaves: the list to which the wanted leaves are appended, in document order.
        closed: is called with the frame of each object that has a `resourceType`, when the object
            closes or the document ends.

    Returns:
        Whether an object has more than one `resourceType`. Then what `token` skipped because of the
        first one may have to be read.

    Raises:
        TooDeepError: objects and arrays are nested deeper than MAX_DEPTH.
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
            elif holder.names and kind == _ONLY:
                leaves.append(quick(Leaf, (holder, *match.span(_FIRST), around)))
            if kind == _FIRST:
                here = holder
                opened.append((holder, frame.start, True))
                made.append(frame)
            elif frame.resource:
                closed(frame)
        elif kind in _CLOSE:
            run = match[_CLOSES]
            count = 1 if len(run) == 1 else run.count(b"}") + run.count(b"]")
            del opened[max(1, len(opened) - count) :]  # ignore surplus closing brackets
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
            # A string in an array, and not a key: the match of a key without a value goes on after
            # its closing quote.
            frame = made[-1] if len(made) == len(opened) else _made(made, opened)
            leaves.append(quick(Leaf, (here, *match.span(kind), frame)))
        if len(opened) > MAX_DEPTH:
            raise TooDeepError
    for frame in reversed(made):
        if frame.resource:
            closed(frame)
    return ambiguous


def _made(made: list[Frame], opened: list[_Opened]) -> Frame:
    """Return the innermost frame, and make the frames that are missing.

    Most open objects and arrays hold nothing that is wanted, so frames are made only on request.
    """
    for place, start, is_object in opened[len(made) :]:
        made.append(Frame(place, start, made[-1], is_object))
    return made[-1]

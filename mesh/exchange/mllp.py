"""MLLP, the frame of HL7 v2 on TCP, as a state machine without I/O: bytes in, messages out.

Theory of operation. One `Framer` reads one direction of one connection. The shell feeds it what
came, and takes events until there is none. So a message that came later waits in the buffer as raw
bytes until its turn.

    <VT> message <FS> <CR>            VT 0x0B, FS 0x1C, CR 0x0D

    state     VT             FS         CR         LF, TAB,    any other   end of the   overdue
                                                   space       byte        stream
    --------  -------------  ---------  ---------  ----------  ----------  -----------  ----------
    OUTSIDE   -> INSIDE      NotMllp    dropped    dropped     NotMllp     End          -
    INSIDE    kept, flawed   -> CLOSING kept       kept        kept        cut, End     cut -> REST
    CLOSING   M -> INSIDE    flawed     M          flawed      flawed      M, End       M
    REST      kept           -> R_CLOSE kept       kept        kept        End          -
    R_CLOSE   last -> INSIDE kept       last       kept        kept        last, End    last
    RAW       Raw            Raw        Raw        Raw         Raw         End          -

    M      the Message, -> OUTSIDE            cut    the Message as far as it came
    last   the last Rest, -> OUTSIDE          flawed kept, the Message is flawed, -> INSIDE

A message that is longer than the limit is given away cut, and the framer is in REST: what follows
comes as `Rest`, up to the end of the frame. `NotMllp` leads to RAW.

INVARIANT (cuts): the same bytes give the same messages however they are cut. Where a `Rest` or a
`Raw` is cut is the only thing that differs.

What can be told, and what not:

- **The frame is written anew** (`framed`): a receiver gets exactly one VT, the message, FS and CR.
  So this reader may be lenient, and no two readers disagree about where a message ends.
- **FS CR within a message** cannot be told from its end. What follows then is between frames, and
  is no VT: NotMllp. Whatever a receiver takes for a message was judged as one.
- **FS without CR, or VT, within a message**: a receiver may see an end or a start there. The frame
  is `flawed`, and counts as unreadable.
- **FS VT** is the end of a frame without its CR, and the start of the next one. An FS after which
  nothing comes is such an end once the shell says so.
- **Blanks between frames** are dropped: engines write `FS CR LF`, or a line break to keep a
  connection alive. More than 4096 at one place are no keep-alive: NotMllp. Nothing dropped reaches
  the receiver, so nobody can speak through blanks.
- **Charsets**: no byte of a character is VT, FS or CR in ASCII, ISO 8859, ISO 2022, GB 18030,
  Big5, Shift JIS, EUC or UTF-8: their second bytes are at least 0x21. They are in UTF-16 and
  UTF-32, which MLLP does not carry: a message in them is taken apart, and is unreadable.
- **Release 2** acknowledges a block by one of two blocks of one byte, ACK 0x06 or NAK 0x15:
  `Commit`.

Source: HL7 Transport Specification: MLLP, releases 1 and 2.

Memory: the buffer holds the frame that is open, at most the limit, and what was fed at last. Each
byte is looked at once and copied twice, whatever the cuts.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import Final

from mesh.exchange.mllp_events import (
    Commit,
    End,
    FrameEvent,
    Message,
    NotMllp,
    Raw,
    Rest,
    holds_frame_bytes,
)

VT: Final = 0x0B
FS: Final = 0x1C
CR: Final = 0x0D
LIMIT: Final = 8 << 20
"""Bytes of the longest message that is read whole: the scanner's limit of a body."""
BLANKS: Final = 4096
"""The most blanks between two frames."""
# The end of a frame, or a byte behind which nothing has come yet.
# matches b"\x1c\r", b"\x1c\x0b"; not b"\x1ca", b"\x0b"
_FRAME_END: Final = re.compile(rb"\x1c(?:[\r\x0b]|\Z)")
_BLANK: Final = re.compile(rb"[\r\n\t ]*")
_UNKNOWN: Final = -1
_COMMITS: Final = {b"\x06": True, b"\x15": False}


class State(Enum):
    """Where in the stream the framer is."""

    __hash__ = object.__hash__  # one of Enum's own runs in Python, for each event

    OUTSIDE = "outside"
    INSIDE = "inside"
    CLOSING = "closing"
    REST = "rest"
    REST_CLOSING = "rest closing"
    RAW = "raw"
    DONE = "done"


class Framer:
    """Reads one direction of one connection.

    Args:
        limit: bytes of the longest message that is given away whole.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._at = 0  # what stands before it was given away
        self._seen = 0  # what stands between `_at` and it holds no end of a frame
        self._state = State.OUTSIDE
        self._blanks = 0
        self._is_late = False
        self._has_ended = False

    def __repr__(self) -> str:
        return f"Framer({self._state.name}, {self.held} bytes)"

    @property
    def state(self) -> State:
        """The current state."""
        return self._state

    @property
    def held(self) -> int:
        """The number of bytes that were fed and not given away."""
        return len(self._buffer) - self._at

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        if self._at:
            del self._buffer[: self._at]
            self._seen, self._at = self._seen - self._at, 0
        self._buffer += data

    def end(self) -> None:
        """Take the end of the stream. Nothing may be fed after it."""
        self._has_ended = True

    def overdue(self) -> None:
        """Learn that what was waited for did not come in time."""
        self._is_late = True

    def next_event(self) -> FrameEvent | None:
        """Return the next event, or None while bytes are missing for one."""
        event: FrameEvent | None = None
        before = None
        while event is None and before is not self._state:
            before = self._state
            event = _STEPS[before](self)
        self._is_late = False
        return event

    def _outside(self) -> FrameEvent | None:
        most = self._at + BLANKS - self._blanks
        found = _BLANK.match(self._buffer, self._at, most)
        end = found.end() if found else self._at
        self._blanks += end - self._at
        self._move(end)
        if self.held and self._buffer[end] != VT:
            self._state = State.RAW
            return NotMllp()
        if not self.held:
            return self._stopped()
        self._blanks = 0
        self._move(end + 1)
        self._state = State.INSIDE
        return None

    def _inside(self) -> FrameEvent | None:
        """Look for the end of the frame, no further than a message may go."""
        top = self._at + self._limit
        self._state = State.INSIDE
        # with what may follow an end at `top`
        found = _FRAME_END.search(self._buffer, self._seen, top + 2)
        if found is not None and found.start() <= top:
            at = self._seen = found.start()
            after = self._after(at)
            if after > at:
                return self._message(at, after)
            self._state = State.CLOSING
            return None
        if len(self._buffer) > top:
            return self._cut(top)
        self._seen = len(self._buffer)
        return self._cut(self._seen) if self._is_late or self._has_ended else None

    def _rest(self) -> FrameEvent | None:
        self._state = State.REST
        found = _FRAME_END.search(self._buffer, self._seen)
        if found is not None:
            at = self._seen = found.start()
            after = self._after(at)
            if after > at:
                data = self._taken(at)
                self._move(after)
                self._state = State.OUTSIDE
                return Rest(data, is_last=True)
            self._state = State.REST_CLOSING
            return Rest(self._taken(at)) if at > self._at else None
        if not self.held:
            return self._stopped()
        return Rest(self._taken(len(self._buffer)))

    def _raw(self) -> FrameEvent | None:
        return Raw(self._taken(len(self._buffer))) if self.held else self._stopped()

    def _after(self, at: int) -> int:
        """Where the stream goes on behind an end; `_UNKNOWN` when the next byte must say."""
        if at + 1 == len(self._buffer):
            return at + 1 if self._is_late or self._has_ended else _UNKNOWN
        return at + 2 if self._buffer[at + 1] == CR else at + 1

    def _message(self, end: int, after: int) -> FrameEvent:
        content = self._taken(end)
        self._move(after)
        self._state = State.OUTSIDE
        if content in _COMMITS:
            return Commit(_COMMITS[content])
        return Message(content, is_flawed=holds_frame_bytes(content))

    def _cut(self, end: int) -> FrameEvent:
        self._state = State.REST
        content = self._taken(end)
        return Message(content, is_whole=False, is_flawed=holds_frame_bytes(content))

    def _stopped(self) -> FrameEvent | None:
        """The end of the stream, once, when everything was given away."""
        if not self._has_ended:
            return None
        self._has_ended, self._state = False, State.DONE
        return End()

    def _taken(self, end: int) -> bytes:
        data = bytes(memoryview(self._buffer)[self._at : end])
        self._move(end)
        return data

    def _move(self, at: int) -> None:
        self._at = self._seen = at


_STEPS: Final[dict[State, Callable[[Framer], FrameEvent | None]]] = {
    State.OUTSIDE: Framer._outside,
    State.INSIDE: Framer._inside,
    State.CLOSING: Framer._inside,
    State.REST: Framer._rest,
    State.REST_CLOSING: Framer._rest,
    State.RAW: Framer._raw,
    State.DONE: lambda _: None,
}

"""What a `Framer` gives away, and the frame that is written. No repr shows content."""

from dataclasses import dataclass, field
from typing import Final

END: Final = b"\x1c\x0d"
"""What ends a frame."""


@dataclass(frozen=True, slots=True)
class Message:
    """One frame.

    Args:
        content: what stands between the start block and the end block.
        is_whole: False when it is longer than the limit, or its end did not come.
        is_flawed: it holds a byte of a frame, so receivers may differ about what it is.
    """

    content: bytes = field(repr=False)
    is_whole: bool = True
    is_flawed: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """More of a message that was given away cut; with `is_last`, its end."""

    data: bytes = field(repr=False)
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit acknowledgement of MLLP release 2."""

    is_positive: bool

    @property
    def content(self) -> bytes:
        """What stands in its frame."""
        return b"\x06" if self.is_positive else b"\x15"


@dataclass(frozen=True, slots=True)
class NotMllp:
    """What comes is not MLLP. `Raw` follows, with all that was not given away."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of an unknown protocol."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class End:
    """The sender sends nothing more."""


FrameEvent = Message | Rest | Commit | NotMllp | Raw | End


def holds_frame_bytes(content: bytes) -> bool:
    """Whether a message holds a byte that a receiver may take for a part of a frame."""
    return b"\x0b" in content or b"\x1c" in content


def framed(content: bytes) -> bytes:
    """The frame of a message."""
    return b"".join((b"\x0b", content, END))


def begun(content: bytes) -> bytes:
    """The beginning of a frame. The rest of the message follows, and `END`."""
    return b"\x0b" + content

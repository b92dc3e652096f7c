"""What a way around the guard is: bytes on an MLLP connection, with a value and as a clean twin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

SSN: Final = "541-27-8860"
NAME: Final = "Okonkwo-Reyes"
MARKS: Final = tuple(mark.encode() for mark in (SSN, SSN.replace("-", ""), NAME, NAME.upper()))
"""What may be in no byte that the receiver gets."""

VT, FS, CR = b"\x0b", b"\x1c", b"\x0d"
END: Final = FS + CR

DELIVERED: Final = "AA"
NAK: Final = "AR"
CLOSED: Final = "closed"
NOTHING: Final = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What a message says. `dirty` is a patient, `clean` the stock of a ward.

    Args:
        segments: after MSH.
        text: the same in one field.
        token: control id of the message, which names the attempt.
    """

    segments: tuple[str, ...]
    text: str
    token: str = ""

    def message(self, *more: str, head: str = "", type_: str = "ORU^R01^ORU_R01") -> bytes:
        """Return an HL7 message. `more` stands in place of the segments."""
        msh = head or f"MSH|^~\\&|EHR|CLINIC|LAB|LAB|20260311093000||{type_}|{self.token}|P|2.5.1"
        return "\r".join((msh, *(more or self.segments), "")).encode()

    def frame(self, *more: str, type_: str = "ORU^R01^ORU_R01") -> bytes:
        """Return the message in its frame."""
        return framed(self.message(*more, type_=type_))


DIRTY: Final = Value(
    (
        f"PID|1||MRN-5530917^^^CLINIC^MR~{SSN}^^^SSA^SS||{NAME}^Marisol||19611123|F",
        "OBR|1|||718-7^Hemoglobin^LN",
        "DG1|1||E11.9^Type 2 diabetes mellitus^I10",
    ),
    f"Patient: Marisol {NAME}, SSN {SSN}, diagnosis E11.9 type 2 diabetes",
)
CLEAN: Final = Value(
    ("NTE|1||gauze rolls of ten", "NTE|2||shelf A12, count 300"),
    "Article: gauze rolls of ten, shelf A12, count 300 on the third of four racks",
)


def framed(content: bytes) -> bytes:
    """Return a frame of MLLP."""
    return VT + content + END


@dataclass(frozen=True, slots=True)
class Sent:
    """What the client does on one connection.

    Args:
        parts: written one by one.
        pause: seconds between them.
        half_closes: whether it says the end of its bytes after them.
        is_reset: whether it leaves at once, without an orderly end.
        answers: frames to wait for. With 0, it waits for the end of the connection, for a while.
    """

    parts: Sequence[bytes]
    pause: float = 0.0
    half_closes: bool = False
    answers: int = 1
    is_reset: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way around the guard, and how it ends.

    Args:
        name: its id.
        hope: what the attacker hopes for.
        make: says what is sent.
        dirty: how the message with the value ends for its sender: the last MSA-1, `closed`, empty
            for nothing, or `*` where that depends on how fast others are. It never arrives.
        clean: how its twin ends.
        arrives: whether its twin arrives; None where that depends on how fast others are.
        is_slow: whether it is tried in the slow lane only.
    """

    name: str
    hope: str
    make: Callable[[Value], Sent]
    dirty: str = NAK
    clean: str = DELIVERED
    arrives: bool | None = True
    is_slow: bool = False


def one(
    name: str, hope: str, write: Callable[[Value], bytes], dirty: str = NAK, clean: str = DELIVERED
) -> Way:
    """A way that writes everything at once."""
    sent: Callable[[Value], Sent] = lambda value: Sent((write(value),))  # noqa: E731
    return Way(name, hope, sent, dirty, clean, arrives=clean == DELIVERED)


def unread(name: str, hope: str, write: Callable[[Value], bytes], end: str = NAK) -> Way:
    """A way that no guard can read, so its twin does not arrive either."""
    return one(name, hope, write, end, end)

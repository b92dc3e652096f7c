"""What must hold for any bytes on a connection of HL7 over MLLP, however they are cut."""

from dataclasses import dataclass
from itertools import pairwise

from hl7_samples import ack, adt, siu
from tcp_shell import REQUEST, RESPONSE, Shell, by_words, facts_of, nothing_passes

from mesh.exchange.mllp_events import framed
from mesh.exchange.tcp_events import Judge, Judged
from mesh.message.facts import Protocol
from mesh.policy.decision import Reason

SEEDS = (
    framed(adt("1")) + framed(siu("2")),
    framed(adt(more="|||||||DENY")) + framed(siu("2")),
    b"\r\n".join((framed(adt(more="|||||||MASK")), framed(b"\x06"), framed(ack("1")))),
    framed(b"BHS|^~\\&|A\r" + adt("1") + siu("2") + b"BTS|2\r"),
    b"\x0b" + adt() + b"\x1c" + framed(siu()),
    framed(adt() + b"\x1cx\x0b"),
    b"\x16\x03\x01\x02\x00\x01",
    b"\x0bMSH#*~\\&#A#B#C#D#E##ADT*A01#7#P#2.3\r\x1c\r",
)
_LIMIT = 200
_MOST_CUTS = 8


class BrokenError(Exception):
    """An invariant does not hold. The text says which."""


@dataclass(frozen=True, slots=True)
class Case:
    """The bytes of one direction, and where they are cut."""

    stream: bytes
    cuts: tuple[int, ...] = ()


def case_of(data: bytes) -> Case:
    """Any bytes as a case: the number of cuts, the cuts, the stream."""
    number = data[0] % _MOST_CUTS if data else 0
    cuts = tuple(int.from_bytes(data[at : at + 2], "big") for at in range(1, 1 + 2 * number, 2))
    return Case(data[1 + 2 * number :], cuts)


def bytes_of(case: Case) -> bytes:
    """The bytes of which `case_of` makes the case."""
    cuts = b"".join(cut.to_bytes(2, "big") for cut in case.cuts)
    return bytes((len(case.cuts),)) + cuts + case.stream


def check(case: Case) -> None:
    """Raise BrokenError when an invariant does not hold."""
    for limit in (_LIMIT, 1 << 20):
        whole, cut, bytewise = (
            _sent(case.stream, ends, limit)
            for ends in ((), case.cuts, tuple(range(len(case.stream))))
        )
        if not _said(whole) == _said(cut) == _said(bytewise):
            raise BrokenError("a cut changes the outcome")
        if whole.closed is not None and whole.closed.reason is Reason.INTERNAL_ERROR:
            raise BrokenError("an exception inside")
        if limit > len(case.stream) and any(w in whole.went[REQUEST] for w in (b"DENY", b"MASK")):
            raise BrokenError("a message passes that may not")


def _said(shell: Shell) -> tuple[object, ...]:
    return shell.went, shell.closed, shell.types, shell.ended


def _sent(stream: bytes, cuts: tuple[int, ...], limit: int) -> Shell:
    shell = Shell(_only_mllp, limit)
    shell.response(framed(siu("S")))  # so that there is something that a commit can answer
    ends = (0, *sorted(min(each, len(stream)) for each in cuts), len(stream))
    for a, b in pairwise(ends):
        if shell.closed is None:
            shell.request(stream[a:b])
            if shell.exchange.held > limit + len(stream):
                raise BrokenError("more is held than came")
    if shell.closed is None:
        shell.request(b"", end=True)
    left = list(shell.exchange.abandoned())
    if left and shell.closed is None:
        raise BrokenError("a message was not asked about")
    if shell.exchange.held:
        raise BrokenError("something is held at the end")
    if b"\x0b" in shell.went[RESPONSE].replace(b"\x0bMSH", b"").replace(b"\x0b\x15", b""):
        raise BrokenError("an answer is no message")
    return shell


def _only_mllp(judge: Judge) -> Judged:
    is_tcp = facts_of(judge.events).protocol is Protocol.TCP
    return nothing_passes(judge) if is_tcp else by_words(judge)

"""The messages that went on over one connection, so that answers can be matched with them.

A client chooses its control ids. INVARIANT (no borrowed type): while a message waits for its
answer, another one with its id and another type makes the type of both unknown. Otherwise the
answer to a query could pass by the rule of a harmless message that came behind it.

Servers write an id back as they have read it: its first component, without blanks, in capitals, as
a number. So ids that differ in nothing else are one.

Memory: the headers of the newest 64 ids; of ids that waited for an answer before them, a number and
the type, the newest 4096.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from mesh.message.hl7_header import V2Header
from phiscan.formats.hl7v2.delimiters import V2Delimiters

MOST: Final = 64
"""Ids that are remembered: as many as a client may send before it reads an answer."""
MOST_WAITING: Final = 4096
_BLANKS: Final = b" \t\"'\x00"


class Sent(NamedTuple):
    """A message that went on.

    Args:
        header: its MSH, which is small; of the newest one with its id.
        message_type: as rules were asked about it; empty where messages of several types have its
            id.
        waiting: how many messages with this id have no answer yet.
    """

    header: V2Header
    message_type: str
    waiting: int = 1


class SentMessages:
    """The newest messages that went on in one direction, by their control id."""

    def __init__(self) -> None:
        self._sent: OrderedDict[bytes, Sent] = OrderedDict()
        self._waiting: OrderedDict[int, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sent)

    def __repr__(self) -> str:
        return f"SentMessages({len(self)})"

    def add(self, header: V2Header, message_type: str) -> None:
        """Remember a message. One without a control id cannot be answered."""
        if not header.control_id:
            return
        key = _key(header.control_id, header.delimiters)
        before = self._sent.get(key)
        waiting = before.waiting if before is not None else 0
        earlier = before.message_type if before and waiting else self._waiting.get(hash(key))
        if earlier not in {None, message_type}:
            message_type = ""
        self._sent[key] = Sent(header, message_type, waiting + 1)
        self._sent.move_to_end(key)
        if len(self._sent) > MOST:
            self._forget()

    def find(self, control_id: bytes | None, delimiters: V2Delimiters) -> Sent | None:
        """The message that an answer with this MSA-2 answers. None when nobody knows.

        It stays: in the enhanced mode a message has two answers.
        """
        return self._sent.get(_key(control_id, delimiters)) if control_id else None

    def answered(self, control_id: bytes, delimiters: V2Delimiters) -> None:
        """Take it that a message has its answer, and no accept acknowledgement (`CA`) alone."""
        key = _key(control_id, delimiters)
        sent = self._sent.get(key)
        if sent is not None:
            self._sent[key] = sent._replace(waiting=max(0, sent.waiting - 1))
        else:
            self._waiting.pop(hash(key), None)

    def _forget(self) -> None:
        key, oldest = self._sent.popitem(last=False)
        if not oldest.waiting:
            return
        self._waiting[hash(key)] = oldest.message_type
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)


def _key(control_id: bytes, marks: V2Delimiters) -> bytes:
    """What servers may make of an id: where two have one key, their answers may have one MSA-2."""
    first = control_id
    for mark in (marks.component, marks.repetition, marks.subcomponent, marks.escape):
        first = first.partition(mark)[0]
    return first.strip(_BLANKS).lstrip(b"0").upper()

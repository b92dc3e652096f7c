"""The messages that went on over one connection, so that answers can be matched with them."""

from collections import OrderedDict
from typing import Final, NamedTuple

from mesh.message.hl7_header import V2Header

MOST: Final = 64
"""Messages that are remembered: as many as a client may send before it reads an answer."""


class Sent(NamedTuple):
    """A message that went on.

    Args:
        header: its MSH, which is small.
        message_type: as rules were asked about it.
    """

    header: V2Header
    message_type: str


class SentMessages:
    """The newest messages that went on in one direction, by their control id."""

    def __init__(self) -> None:
        self._sent: OrderedDict[bytes, Sent] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sent)

    def __repr__(self) -> str:
        return f"SentMessages({len(self)})"

    def add(self, header: V2Header, message_type: str) -> None:
        """Remember a message. One without a control id cannot be answered."""
        if not header.control_id:
            return
        self._sent[header.control_id] = Sent(header, message_type)
        self._sent.move_to_end(header.control_id)
        if len(self._sent) > MOST:
            self._sent.popitem(last=False)

    def find(self, control_id: bytes | None) -> Sent | None:
        """The message that an answer with this MSA-2 answers. None when nobody knows.

        It stays: in the enhanced mode a message has two answers.
        """
        return self._sent.get(control_id) if control_id else None

"""The answer of a `TcpStream` to bytes of a connection, without Envoy's types."""

from dataclasses import dataclass, field

from mesh.message.facts import Direction


@dataclass(frozen=True, slots=True)
class TcpAnswer:
    """Bytes that the proxy sends on in place of those that it has given away.

    Args:
        end: nothing more goes this way.
        closes: the proxy closes the connection, on both sides, and sends nothing of this answer.
    """

    direction: Direction
    data: bytes = field(default=b"", repr=False)
    end: bool = False
    closes: bool = False

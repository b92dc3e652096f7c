"""What enters and leaves a `TcpStream`: bytes of a connection, and the answer to them.

These are plain values, without Envoy's types. Their reprs show no content.
"""

from dataclasses import dataclass, field

from mesh.message.facts import Direction


@dataclass(frozen=True, slots=True)
class TcpData:
    """Bytes that the proxy has given away. It waits for exactly one answer.

    Args:
        direction: REQUEST is from the client to the server.
        end: its sender sends nothing more.
    """

    direction: Direction
    data: bytes = field(repr=False)
    end: bool = False


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

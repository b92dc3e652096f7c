"""One canary on the wire: plain HTTP/1.1, which the probe's own sidecar encrypts.

A redirect is not followed, and a request is not sent again.
"""

import http.client
import socket
from dataclasses import dataclass
from typing import Final

from mesh.posture.canary.nonce import HEADER, PATH, Purpose, Signed
from mesh.posture.canary.outcome import Answer, Silence
from mesh.posture.canary.plan import Target
from mesh.posture.canary.record import MEDIA, record_of

ECHO_HEADER: Final = "canary-echo"
"""Asks an echo for an answer with the record of this nonce. The guard leaves it where it is."""
_SECONDS: Final = 10.0
_MOST: Final = 64 * 1024
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Way:
    """How canaries leave.

    Args:
        through: host and port that each connection goes to, in place of the target's own; for a
            probe whose sidecar does not capture its connections. None to connect to the target.
        seconds: until an answer must be there.
    """

    through: tuple[str, int] | None = None
    seconds: float = _SECONDS


def send(target: Target, signed: Signed, way: Way) -> Answer | Silence:
    """Send one canary, and return what came back. Never raises for what a peer does."""
    host, port = way.through or (target.host, target.port)
    connection = http.client.HTTPConnection(host, port, timeout=way.seconds)
    try:
        connection.connect()
    except OSError:
        return Silence.NOTHING
    try:
        _request(connection, target, signed)
        # by itself: after `Connection: close` the answer owns the socket
        with connection.getresponse() as answer:
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, _body(answer))
    except TimeoutError:
        return Silence.NOTHING
    except (http.client.RemoteDisconnected, ConnectionError):
        return Silence.CLOSED
    except (OSError, http.client.HTTPException, ValueError):
        return Silence.NOTHING
    finally:
        connection.close()


def _body(answer: http.client.HTTPResponse) -> bytes:
    """The begin of a body. One that breaks off is empty: its status has been said all the same."""
    try:
        return answer.read(_MOST)
    except (OSError, http.client.HTTPException, ValueError):
        return b""


def _request(connection: http.client.HTTPConnection, target: Target, signed: Signed) -> None:
    host = target.host if target.port == http.client.HTTP_PORT else target.address
    # head and body are two writes: the second must not wait for an acknowledgement
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if signed.nonce.purpose is not Purpose.REQUEST:
        connection.request("GET", PATH, headers={"host": host, ECHO_HEADER: signed.text})
        return
    headers = {"host": host, "content-type": MEDIA, HEADER: signed.text}
    connection.request("POST", PATH, record_of(signed.text), headers)

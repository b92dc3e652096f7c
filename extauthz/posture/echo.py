"""The echo of a probe's namespace: it answers with the record of the nonce that it is asked for.

The guard at the echo's sidecar must refuse that answer, or mask it. The echo answers only to nonces
that one of its keys has signed, so nobody can make it say anything else.
"""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from extauthz.posture.canary_client import ECHO_HEADER
from mesh.posture.canary.nonce import HEADER, PATH, Keys, Purpose, read
from mesh.posture.canary.record import MEDIA, record_of


def server(host: str, port: int, keys: Keys) -> ThreadingHTTPServer:
    """Return the echo's server, which listens. Raises OSError."""

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 10

        def do_GET(self) -> None:
            """Answer a record, or 404."""
            asked = read(self.headers.get(ECHO_HEADER, ""), keys, time.time())
            known = asked is not None and asked.nonce.purpose is not Purpose.REQUEST
            if self.path != PATH or asked is None or not known:
                self._answer(404, b"", {})
                return
            self._answer(200, record_of(asked.text), {HEADER: asked.text, "content-type": MEDIA})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Print nothing."""

    return ThreadingHTTPServer((host, port), Echo)

"""A web server of answers, for tests of the readers that ask one."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


@contextlib.contextmanager
def serving(
    answer: Callable[[str, dict[str, str]], Answer],
    posted: Callable[[str, dict[str, str], bytes], Answer] = lambda *_: (405, {}, b""),
) -> Iterator[str]:
    """Serve on a port of its own, and give the address.

    Args:
        answer: takes the path with its query and the headers in lower case.
        posted: the same for POST, with the body.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._send(*answer(self.path, self._headers()))

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*posted(self.path, self._headers(), body))

        def _headers(self):
            return {name.lower(): value for name, value in self.headers.items()}

        def _send(self, status, further, body):
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | further).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the name that is called

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A Kubernetes API server on a real socket, for lists and watches of one kind of object.

It follows https://kubernetes.io/docs/reference/using-api/api-concepts/: pages, resource versions,
watch events as JSON lines, bookmarks, 410 Gone, and the end of a watch.
"""

import json
import queue
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

END = object()
"""Put this into `events` to end the open watch."""


class ApiServer:
    """Serves `items` and records the requests.

    The next requests fail with the statuses in `fail`. The open watch sends what is put in
    `events`.
    """

    def __init__(self, items=(), *, page=500, tls=None):
        self.items = {(i["metadata"]["namespace"], i["metadata"]["name"]): i for i in items}
        self.page = page
        self.version = 10
        self.requests = []
        self.fail = []
        self.events = queue.Queue()
        self.watched = threading.Semaphore(0)
        self.closing = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.api = self
        self._server.daemon_threads = True
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'http' if tls is None else 'https'}://localhost:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Stop the server, and end the open watch."""
        self.closing = True
        self.events.put(END)
        self._server.shutdown()
        self._server.server_close()

    def send(self, kind, item, version=None):
        """Change the collection, and send the change to the open watch."""
        self.version += 1
        item = {
            **item,
            "metadata": {
                **item.get("metadata", {}),
                "resourceVersion": str(version or self.version),
            },
        }
        key = item["metadata"].get("namespace"), item["metadata"].get("name")
        if kind in {"ADDED", "MODIFIED"}:
            self.items[key] = item
        elif kind == "DELETED":
            self.items.pop(key, None)
        self.events.put({"type": kind, "object": item})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        api = self.server.api
        api.requests.append((parts.path, query, self.headers.get("authorization")))
        if api.fail:
            self._answer(api.fail.pop(0), {"kind": "Status"}, {"connection": "close"})
        elif "watch" in query:
            self._watch(api)
        else:
            self._list(api, int(query.get("continue", 0)))

    def _list(self, api, begin):
        items = list(api.items.values())
        metadata = {"resourceVersion": str(api.version)}
        if len(items) > begin + api.page:
            metadata["continue"] = str(begin + api.page)
        self._answer(200, {"items": items[begin : begin + api.page], "metadata": metadata})

    def _watch(self, api):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        api.watched.release()
        while (event := api.events.get()) is not END:
            line = event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"
            self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))
        if api.closing:
            api.events.put(END)  # for the next open watch
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status, value, further=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, said in dict(further).items():
            self.send_header(name, said)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Log nothing."""


def policy_object(namespace, name, spec):
    """A policy object with the `metadata` that Kubernetes adds."""
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"{namespace}-{name}",
        "resourceVersion": "5",
        "labels": {"a": "b"},
    }
    return {
        "apiVersion": "phiguard.dev/v1alpha1",
        "kind": "SegmentationPolicy",
        "metadata": metadata,
        "spec": spec,
    }

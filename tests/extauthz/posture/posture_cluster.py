"""A Kubernetes API server on a real socket that serves many kinds, for lists and watches.

`kubernetes_server` serves one kind. This one has discovery, versions and refusals by path.
"""

import json
import queue
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from extauthz.posture.kinds import KINDS

END = object()
"""Put this into a queue of `events` to end its open watch."""


class Api:
    """Serves objects by the paths of their kinds.

    Attributes:
        refused: status by path, for lists, watches and single objects.
        once: the same, for the next request alone.
        answers: whole answers by path.
        groups: that are installed.
        versions: of a group that has others than those that are known, with their resources.
        events: what the open watch of a path sends.
        watched: paths in the order in which watches began.
    """

    def __init__(self, objects):
        self.objects = list(objects)
        self.refused, self.once, self.answers, self.versions = {}, {}, {}, {}
        self.groups = frozenset(kind.group for kind in KINDS)
        self.events = defaultdict(queue.Queue)
        self.watched = queue.Queue()
        self.paths = []
        self.version = 10
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.api = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Stop, and end every watch."""
        for each in list(self.events.values()):
            each.put(END)
        self._server.shutdown()
        self._server.server_close()

    def send(self, type_of, item, path):
        """Change an object, and tell the watch of its kind."""
        self.version += 1
        metadata = {**item["metadata"], "resourceVersion": str(self.version)}
        item = {**item, "metadata": metadata}
        key = item["kind"], metadata.get("namespace"), metadata["name"]
        self.objects = [o for o in self.objects if _key(o) != key]
        if type_of != "DELETED":
            self.objects.append(item)
        self.events[path].put({"type": type_of, "object": item})

    def answer(self, path):
        """The status and the body of one answer."""
        self.paths.append(path)
        if path in self.once:
            return self.once.pop(path), {}
        if path in self.refused:
            return self.refused[path], {}
        return self.answers[path] if path in self.answers else self._found(path)

    def _found(self, path):
        parts = path.strip("/").split("/")
        group = parts[1] if parts[0] == "apis" else ""
        if parts[-2] == "configmaps":
            return self._config_map(parts[-1])
        if group in self.versions:
            return self._other(parts, self.versions[group])
        if group not in self.groups:
            return 404, {}
        return (200, {"versions": []}) if len(parts) == 2 else self._list(path, group)

    def _other(self, parts, versions):
        if len(parts) == 2:
            return 200, {"versions": [{"groupVersion": f"{parts[1]}/{v}"} for v in versions]}
        if len(parts) == 3 and parts[2] in versions:
            return 200, {"resources": [{"name": name} for name in versions[parts[2]]]}
        return 404, {}

    def _config_map(self, name):
        maps = [o for o in self.objects if o["kind"] == "ConfigMap"]
        found = [o for o in maps if o["metadata"]["name"] == name]
        return (200, found[0]) if found else (404, {})

    def _list(self, path, group):
        kinds = [kind for kind in KINDS if path in kind.paths]
        if not kinds:
            return 404, {}
        items = [
            {key: value for key, value in o.items() if key not in ("kind", "apiVersion")}
            for o in self.objects
            if o["kind"] == kinds[0].name and o["apiVersion"].rpartition("/")[0] == group
        ]
        return 200, {"items": items, "metadata": {"resourceVersion": str(self.version)}}


def _key(item):
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace"), metadata["name"]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        if "watch" in parse_qs(parts.query):
            self._watch(parts.path)
            return
        status, value = self.server.api.answer(parts.path)
        self._answer(status, value)

    def _watch(self, path):
        api = self.server.api
        if path in api.refused:
            self._answer(api.refused[path], {})
            return
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        api.watched.put(path)
        while (event := api.events[path].get()) is not END:
            line = json.dumps(event).encode() + b"\n"
            self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Log nothing."""

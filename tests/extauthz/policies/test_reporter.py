"""One replica writes what became of the objects, and no failure of the API harms anybody."""

import json
import threading
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from extauthz.policies import leases, reporter
from extauthz.policies.kubernetes_api import Api
from extauthz.policies.leases import Place
from extauthz.policies.reporter import StatusReporter
from extauthz.policies.revision import Texts
from extauthz.policies.store import PolicyStore

POLICIES = "/apis/phiguard.dev/v1alpha1/namespaces"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/guards/leases"
WRITER = f"{LEASES}/phiguard-policy-status"
BROKEN = {"rules": [{"name": "maria", "from": [{}], "to": [{}]}]}


class Cluster:
    """A server that keeps objects by their paths, with versions, as an API server does."""

    def __init__(self):
        self.objects, self.version, self.fail, self.calls = {}, 0, [], []
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"cluster": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.api = Api(f"http://127.0.0.1:{self.server.server_address[1]}")

    def store(self, path, item):
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = item
        return item

    def answer(self, method, path, body):
        self.calls.append((method, path))
        return (self.fail.pop(0), {}) if self.fail else getattr(self, method.lower())(path, body)

    def get(self, path, _):
        if path == LEASES:
            listed = [o for p, o in self.objects.items() if "phiguard-replica-" in p]
            return 200, {"items": listed}
        return (200, self.objects[path]) if path in self.objects else (404, {})

    def post(self, path, body):
        path = f"{path}/{body['metadata']['name']}"
        return (409, {}) if path in self.objects else (201, self.store(path, body))

    def delete(self, path, _):
        return (200, self.objects.pop(path)) if path in self.objects else (404, {})

    def patch(self, path, body):
        path = path.removesuffix("/status")
        if path not in self.objects:
            return 404, {}
        return 200, self.store(path, self.objects[path] | {"status": body["status"]})

    def put(self, path, body):
        known = self.objects.get(path, {"metadata": {}})["metadata"].get("resourceVersion")
        if known != body["metadata"].get("resourceVersion"):
            return 409, {}
        return 200, self.store(path, body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self):
        size = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        with self.cluster.lock:
            status, made = self.cluster.answer(self.command, urlsplit(self.path).path, body)
            text = json.dumps(made).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Log nothing."""


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler._any)


@pytest.fixture
def cluster():
    made = Cluster()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def item(name, spec, generation=1):
    namespace, own = name.split("/")
    return {
        "apiVersion": "phiguard.dev/v1alpha1",
        "kind": "SegmentationPolicy",
        "metadata": {
            "name": own,
            "namespace": namespace,
            "uid": f"uid-{own}",
            "generation": generation,
        },
        "spec": spec,
    }


def path_of(name):
    namespace, own = name.split("/")
    return f"{POLICIES}/{namespace}/segmentationpolicies/{own}"


def store_of(cluster, **specs):
    """A store of these objects, which the cluster has too."""
    texts, versions = {}, {}
    for key, spec in specs.items():
        name = key.replace("_", "/")
        made = item(name, spec)
        cluster.store(path_of(name), made)
        scope = {} if name.startswith("mesh/") else {"namespace": name.split("/")[0]}
        part = {**made, "metadata": {"name": made["metadata"]["name"], **scope}}
        texts[name], versions[name] = json.dumps(part, indent=2), f"uid-{name}/1"
    owners = {n: n.partition("/")[0] for n in texts if not n.startswith("mesh/")}

    class Source:
        def read(self):
            return Texts(texts, {}, owners, versions)

    return PolicyStore(Source(), lambda: date(2026, 6, 1), lambda _: object(), required=False)


def replica(cluster, store, pod="a", complain=lambda _: None):
    return StatusReporter(Place(cluster.api, "guards", pod), store, complain)


def status(cluster, name):
    found = cluster.objects[path_of(name)].get("status", {})
    return {c["type"]: (c["status"], c["reason"]) for c in found.get("conditions", ())}


def events(cluster):
    return sorted(
        (o["involvedObject"]["name"], o["type"], o["reason"])
        for p, o in cluster.objects.items()
        if "/events/" in p
    )


def test_status_and_events_are_written_without_a_word_of_the_policy(cluster):
    store = store_of(cluster, mesh_wide={}, clinic_own=BROKEN)
    replica(cluster, store)._turn(0.0)
    assert status(cluster, "mesh/wide") == {
        "Accepted": ("True", "Valid"),
        "InForce": ("True", "InForce"),
    }
    assert status(cluster, "clinic/own") == {
        "Accepted": ("False", "Invalid"),
        "InForce": ("False", "Closed"),
    }
    assert events(cluster) == [
        ("own", "Warning", "Closed"),
        ("own", "Warning", "Invalid"),
        ("wide", "Normal", "InForce"),
        ("wide", "Normal", "Valid"),
    ]
    written = [o["status"] for p, o in cluster.objects.items() if p.startswith(POLICIES)]
    told = [o for p, o in cluster.objects.items() if "/events/" in p]
    assert "maria" not in json.dumps([written, told])
    assert cluster.objects[path_of("mesh/wide")]["status"]["replicas"] == "1/1"


def test_what_is_written_is_not_written_again(cluster):
    one = replica(cluster, store_of(cluster, mesh_wide={}))
    one._turn(0.0)
    cluster.calls.clear()
    one._turn(1.0)
    assert [method for method, _ in cluster.calls] == ["GET"]  # the leases of the replicas
    two = replica(cluster, one._policies)
    two._memory.is_writer = True
    two._memory.renewed = 0.0
    two._memory.digest = one._policies.current.policy.digest
    cluster.calls.clear()
    two._turn(1.0)
    assert "PATCH" not in [method for method, _ in cluster.calls]


def test_one_of_two_writes_and_the_other_after_it_is_silent(cluster):
    store = store_of(cluster, mesh_wide={})
    one, two = replica(cluster, store, "a"), replica(cluster, store, "b")
    one._turn(0.0)
    two._turn(0.0)
    assert (one._memory.is_writer, two._memory.is_writer) == (True, False)
    one._turn(11.0)
    assert cluster.objects[path_of("mesh/wide")]["status"]["replicas"] == "2/2"
    two._turn(11.0)
    two._turn(11.0 + leases.SECONDS - 1)
    assert not two._memory.is_writer
    two._turn(12.0 + leases.SECONDS * 2)
    assert two._memory.is_writer
    assert cluster.objects[WRITER]["spec"]["holderIdentity"] == "b"
    one._turn(12.0 + leases.SECONDS * 2)
    assert not one._memory.is_writer


def test_a_replica_that_is_gone_is_forgotten(cluster):
    store = store_of(cluster, mesh_wide={})
    one, two = replica(cluster, store, "a"), replica(cluster, store, "b")
    two._turn(0.0)
    two._memory.is_writer = False
    del cluster.objects[WRITER]
    one._turn(0.0)
    one._turn(100.0)
    assert cluster.objects[path_of("mesh/wide")]["status"]["replicas"] == "1/1"
    assert f"{LEASES}/phiguard-replica-b" in cluster.objects
    one._turn(500.0)
    assert f"{LEASES}/phiguard-replica-b" not in cluster.objects
    assert f"{LEASES}/phiguard-replica-a" in cluster.objects


def test_a_replica_with_another_policy_is_counted_as_such(cluster):
    other = store_of(cluster, mesh_wide={"mode": "monitor"})
    store = store_of(cluster, mesh_wide={})
    replica(cluster, other, "b")._turn(0.0)
    del cluster.objects[WRITER]
    replica(cluster, store, "a")._turn(0.0)
    assert cluster.objects[path_of("mesh/wide")]["status"]["replicas"] == "1/2"


def test_an_object_that_has_changed_meanwhile_is_left_to_the_next_judgement(cluster):
    store = store_of(cluster, mesh_wide={})
    cluster.objects[path_of("mesh/wide")]["metadata"]["generation"] = 2
    replica(cluster, store)._turn(0.0)
    assert status(cluster, "mesh/wide") == {}


def test_one_object_that_cannot_be_written_does_not_keep_the_others(cluster):
    store = store_of(cluster, mesh_first={}, mesh_second={})
    del cluster.objects[path_of("mesh/first")]
    replica(cluster, store)._turn(0.0)
    assert status(cluster, "mesh/second")["InForce"] == ("True", "InForce")


def test_so_many_in_one_turn_and_the_rest_in_the_next(cluster, monkeypatch):
    monkeypatch.setattr(reporter, "_MOST_WRITES", 2)
    store = store_of(cluster, mesh_a={}, mesh_b={}, mesh_c={})
    one = replica(cluster, store)
    for _ in range(2):
        done = sum(bool(status(cluster, f"mesh/{name}")) for name in "abc")
        one._turn(0.0)
    assert done == 2
    assert sum(bool(status(cluster, f"mesh/{name}")) for name in "abc") == 3


@contextmanager
def running(one):
    one.start()
    yield
    one.close()
    one._thread.join(10)


@pytest.mark.parametrize(
    ("failures", "why"),
    [
        ([403] * 3, "grant the role phiguard-policy-status"),
        ([429, 500], "status 429"),
        ([200], "KeyError"),
    ],
)
def test_a_failure_is_said_once_and_tried_again(cluster, monkeypatch, failures, why):
    monkeypatch.setattr(reporter, "_TURN_SECONDS", 0.01)
    store, said, written = store_of(cluster, mesh_wide={}), [], threading.Event()
    cluster.fail += failures
    with running(replica(cluster, store, complain=said.append)):
        while not status(cluster, "mesh/wide"):
            written.wait(0.01)
    assert why in said[0]
    assert len(said) == len(set(failures))


def test_an_unexpected_failure_is_said_without_its_text(cluster, monkeypatch):
    monkeypatch.setattr(reporter, "_TURN_SECONDS", 0.01)
    said, heard = [], threading.Event()

    class Broken:
        @property
        def current(self):
            raise ValueError("secret")

    def complain(why):
        said.append(why)
        heard.set()

    with running(replica(cluster, Broken(), complain=complain)):
        assert heard.wait(10)
    assert said == ["ValueError"]

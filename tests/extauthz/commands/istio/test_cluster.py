import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import yaml
from clean_mesh import clean_mesh
from kubernetes_server import ApiServer

from extauthz.commands.errors import UsageError
from extauthz.commands.istio import cluster
from extauthz.demo.certificates import Authority
from extauthz.demo.topology import GUARD
from mesh.istio.check import check

OBJECTS = [d for text in clean_mesh().values() for d in yaml.safe_load_all(text) if d]


class Api:
    """Lists objects by the last part of a path, as an API server does; `answers` come first."""

    def __init__(self, objects):
        self.objects = objects
        self.answers = []
        self.paths = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.api = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path):
        self.paths.append(path)
        if self.answers:
            return self.answers.pop(0)
        parts = path.strip("/").split("/")
        if parts[-2] == "configmaps":
            found = [
                o
                for o in self.objects
                if o["kind"] == "ConfigMap" and o["metadata"]["name"] == parts[-1]
            ]
            return (200, found[0]) if found else (404, {})
        kinds = {k.plural: k.name for k in cluster._KINDS if path in k.paths}
        items = [
            {key: value for key, value in o.items() if key not in ("kind", "apiVersion")}
            for o in self.objects
            if o["kind"] == kinds[parts[-1]] and path.startswith(_base(o["apiVersion"]))
        ]
        return 200, {"items": items, "metadata": {"resourceVersion": "1"}}


def _base(version):
    return f"/apis/{version.partition('/')[0]}/" if "/" in version else f"/api/{version}/"


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        status, value = self.server.api.answer(parts.path)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Log nothing."""


@pytest.fixture
def api():
    with Api(OBJECTS) as running:
        yield running


def read(api, path="kubernetes://"):
    return cluster.read(path, None, api.url, {})


def test_a_cluster_in_which_everything_is_right_is_clean(api):
    found, missing = read(api)
    assert [str(problem) for problem in check(found, "phiguard")] == []
    assert missing == ("ConfigMap istio-system/istio-sidecar-injector is not there",)


def test_what_a_server_lists_is_known_to_be_all(api):
    api.objects = [o for o in OBJECTS if o["kind"] != "PeerAuthentication"]
    found, _ = read(api)
    assert "mtls-never-set" in [problem.rule.name for problem in check(found, "phiguard")]


def test_a_problem_names_the_cluster_in_the_place_of_a_file(api):
    api.objects = [o for o in OBJECTS if o["metadata"]["name"] != "opentelemetry-collector"]
    api.objects.append(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "PeerAuthentication",
            "metadata": {"name": "x", "namespace": "clinic"},
            "spec": {"selector": {"matchLabels": {"app": "ehr"}}, "mtls": {"mode": "DISABLE"}},
        }
    )
    found, _ = read(api, "kubernetes://istio-system")
    (line,) = [str(problem) for problem in check(found, "phiguard")]
    assert line.startswith("kubernetes://istio-system: hole: PeerAuthentication clinic/x: ")


def test_a_kind_that_is_not_installed_has_no_objects(api):
    api.answers = [(404, {})] * sum(len(kind.paths) for kind in cluster._KINDS)
    found, _ = read(api)
    assert [document.kind for document in found.documents] == ["MeshConfig"]


def test_configurations_of_revisions_are_asked_for(api):
    hook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "istio-sidecar-injector-canary", "labels": {"istio.io/rev": "canary"}},
    }
    api.objects = [*OBJECTS, hook]
    read(api)
    assert "/api/v1/namespaces/istio-system/configmaps/istio-canary" in api.paths


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, {}, "status 401: the API server does not know the token"),
        (403, {}, r"forbids to list namespaces; `phiguard istio check --role \|"),
        (429, {}, "status 429: the API server is busy"),
        (500, {}, "status 500"),
        (200, b"garbage", "does not have the documented form"),
        (200, b"[]", "is not a JSON object"),
        (200, {"items": 5, "metadata": {}}, "does not have the documented form"),
        (200, {"items": ["x"], "metadata": {"resourceVersion": "1"}}, "documented form"),
    ],
)
def test_a_server_that_refuses_or_answers_garbage_is_one_line(api, status, body, message):
    api.answers = [(status, body)]
    with pytest.raises(UsageError, match=message) as caught:
        read(api)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_too_old_is_begun_again_once(api):
    api.answers = [(410, {})]
    read(api)
    api.answers = [(410, {}), (410, {})]
    with pytest.raises(UsageError, match="changes faster than it can be read"):
        read(api)


def test_a_forbidden_configuration_is_said(api):
    api.answers = [(200, {"items": [], "metadata": {"resourceVersion": "1"}})] * len(
        cluster._KINDS
    ) + [(403, {})]
    _, missing = read(api)
    assert missing[0] == (
        "ConfigMap istio-system/istio is forbidden; "
        "bind the Role of `--role`, with `--revision` for each revision"
    )


def injector(revision, name="istio-sidecar-injector"):
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": f"{name}-{revision}", "labels": {"istio.io/rev": revision}},
        "webhooks": [],
    }


@pytest.mark.parametrize(
    ("revisions", "names"),
    [
        (["default"], ["istio", "istio-sidecar-injector"]),
        (["1-31"], ["istio-1-31", "istio-sidecar-injector-1-31"]),
        (
            ["default", "1-31"],
            ["istio", "istio-sidecar-injector", "istio-1-31", "istio-sidecar-injector-1-31"],
        ),
    ],
)
def test_the_configuration_of_each_revision_is_read_and_no_other(api, revisions, names):
    kept = [o for o in OBJECTS if o["kind"] != "MutatingWebhookConfiguration"]
    api.objects = [*kept, *map(injector, revisions), injector("prod", "istio-revision-tag")]
    read(api)
    asked = [path.rpartition("/")[2] for path in api.paths if "/configmaps/" in path]
    assert asked == names
    _, role = yaml.safe_load_all(cluster.role(revisions=revisions))
    assert set(names) <= set(role["rules"][0]["resourceNames"])


def test_a_role_is_of_the_root_namespace():
    _, role = yaml.safe_load_all(cluster.role("mesh"))
    assert role["metadata"]["namespace"] == "mesh"


def test_without_a_way_to_the_cluster_the_error_names_both(tmp_path):
    with pytest.raises(UsageError, match="give --kubeconfig FILE, or --kubernetes-api"):
        cluster.read("kubernetes://", None, "", {"HOME": str(tmp_path)})
    with pytest.raises(UsageError, match="not on this machine"):
        cluster.read("kubernetes://", None, "https://elsewhere", {})


def test_a_kubeconfig_is_taken_from_the_environment_and_its_token_is_sent(tmp_path):
    tls = Authority.create().issue(GUARD, tmp_path / "tls", dns="localhost")
    roots = base64.b64encode(tls.authority.read_bytes()).decode()
    with ApiServer([], tls=tls) as server:
        named = {"server": server.url, "certificate-authority-data": roots}
        config = {
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": named}],
            "users": [{"name": "u", "user": {"token": "secret"}}],
            "current-context": "c",
        }
        (tmp_path / "config").write_text(yaml.safe_dump(config))
        cluster.read("kubernetes://", None, "", {"KUBECONFIG": str(tmp_path / "config")})
    assert {bearer for *_, bearer in server.requests} == {"Bearer secret"}


def test_a_token_that_is_replaced_in_its_file_is_read_again(tmp_path):
    token = tmp_path / "token"
    token.write_text("first")
    config = {
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "clusters": [{"name": "k", "cluster": {"server": "https://api:6443"}}],
        "users": [{"name": "u", "user": {"tokenFile": "token"}}],
        "current-context": "c",
    }
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    with cluster.reached(tmp_path / "config", "", {}) as found:
        assert found.token == token
    assert token.read_text() == "first"


def test_the_role_lists_what_is_listed_and_no_secret():
    cluster_role, role = yaml.safe_load_all(cluster.role())
    allowed = {
        (group, resource)
        for rule in cluster_role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert allowed == {(kind.group, kind.plural) for kind in cluster._KINDS}
    assert {verb for rule in cluster_role["rules"] for verb in rule["verbs"]} == {"list"}
    assert "secrets" not in cluster.role()
    (rule,) = role["rules"]
    assert rule["resourceNames"] == ["istio", "istio-sidecar-injector"]

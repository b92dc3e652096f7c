"""A real Kubernetes API server with its etcd, on this machine: kube-apiserver alone, no kubelet.

Nothing runs pods, and no controller acts: a namespace that is deleted stays, and nothing collects
what an object owned. Objects, schemas, admission, roles, tokens and watches are the real ones.
"""

import base64
import contextlib
import http.client
import json
import os
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from extauthz.demo.certificates import Authority
from extauthz.demo.processes import Processes
from extauthz.demo.topology import LOOPBACK, Workload, free_ports

TOOLS: Final = Path(__file__).parents[2] / ".tools"
_ADMIN: Final = "admin-of-the-test"  # a static token, of this machine only
_HOST: Final = "localhost"
_ROOTS: Final = "ca.crt"
_ACCOUNTS_KEY: Final = "accounts.key"
_TOKENS: Final = "tokens.csv"
_START_SECONDS: Final = 120.0
_CALL_SECONDS: Final = 30.0
_MANAGER: Final = "test"
_JSON: Final = "application/json"
_APPLY: Final = "application/apply-patch+yaml"


class NotHereError(Exception):
    """What the test needs is not on this machine. The text says what, and how to get it."""


@contextlib.contextmanager
def needed() -> Iterator[None]:
    """Skip the test where the block raises NotHereError, with its text as the reason."""
    try:
        yield
    except NotHereError as error:
        pytest.skip(str(error))


class RefusedError(Exception):
    """The API server refused a call. The text is its message."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {answer.get('message', '')}")
        self.status = status
        self.answer = answer


@dataclass
class Server:
    """A running API server.

    Args:
        folder: its files; `ca.crt` are the roots of its certificate.
        port: on 127.0.0.1.
        processes: the server and its etcd.
    """

    folder: Path
    port: int
    etcd: int
    processes: Processes
    _plurals: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://{_HOST}:{self.port}"

    @property
    def ca(self) -> Path:
        """The roots of its certificate."""
        return self.folder / _ROOTS

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = _ADMIN,
        content: str = _JSON,
    ) -> Any:
        """Make one call as the admin, or as whom the token names. Raises RefusedError."""
        connection = http.client.HTTPSConnection(
            _HOST,
            self.port,
            timeout=_CALL_SECONDS,
            context=ssl.create_default_context(cafile=str(self.ca)),
        )
        with contextlib.closing(connection):
            headers = {"authorization": f"Bearer {token}", "content-type": content}
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, headers)
            response = connection.getresponse()
            data = response.read()
        answer = json.loads(data) if data.startswith(b"{") else {"message": data.decode()}
        if response.status >= http.client.BAD_REQUEST:
            raise RefusedError(response.status, answer)
        return answer

    def apply(self, item: Mapping[str, Any], *, token: str = _ADMIN, dry_run: bool = False) -> Any:
        """Apply an object, as `kubectl apply --server-side` does. Raises RefusedError."""
        query = f"?fieldManager={_MANAGER}&force=true&fieldValidation=Strict"
        if dry_run:
            query += "&dryRun=All"
        return self.call("PATCH", self.path(item) + query, item, token=token, content=_APPLY)

    def delete(self, item: Mapping[str, Any]) -> None:
        """Delete an object. Raises RefusedError."""
        self.call("DELETE", self.path(item))

    def get(self, item: Mapping[str, Any]) -> Any:
        """Return an object as it is now. Raises RefusedError."""
        return self.call("GET", self.path(item))

    def path(self, item: Mapping[str, Any]) -> str:
        """Return the path of an object."""
        version, metadata = str(item["apiVersion"]), item["metadata"]
        base = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        plural, is_namespaced = self._plural(base, str(item["kind"]))
        scope = f"/namespaces/{metadata.get('namespace', 'default')}" if is_namespaced else ""
        return f"{base}{scope}/{plural}/{metadata['name']}"

    def namespace(self, name: str, **labels: str) -> None:
        """Create a namespace."""
        metadata = {"name": name, "labels": labels}
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    def define(self, crd: Mapping[str, Any]) -> None:
        """Apply a CustomResourceDefinition, and wait until its kind is served."""
        self.apply(crd)
        self.processes.wait_until(lambda: self._is_established(crd), str(crd["metadata"]["name"]))

    def token(self, namespace: str, account: str) -> str:
        """Return a new token of a service account, as the kubelet would ask for it."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        return str(self.call("POST", path, request)["status"]["token"])

    def start(self) -> None:
        """Start the server, and wait until it is ready. Its etcd runs."""
        folder = self.folder
        self.processes.start(
            "kube-apiserver",
            [
                _tool("kube-apiserver"),
                f"--etcd-servers=http://{LOOPBACK}:{self.etcd}",
                f"--bind-address={LOOPBACK}",
                f"--secure-port={self.port}",
                f"--tls-cert-file={folder / 'tls' / 'cert-chain.pem'}",
                f"--tls-private-key-file={folder / 'tls' / 'key.pem'}",
                f"--service-account-key-file={folder / _ACCOUNTS_KEY}",
                f"--service-account-signing-key-file={folder / _ACCOUNTS_KEY}",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--token-auth-file={folder / _TOKENS}",
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
                # needs the controller that makes each namespace's account
                "--disable-admission-plugins=ServiceAccount",
                "--watch-cache=true",
            ],
        )
        self.processes.wait_until(self._is_ready, "the API server", seconds=_START_SECONDS)

    def stop(self) -> None:
        """End the server. Its etcd and what it holds stay."""
        self.processes.stop("kube-apiserver")

    def _plural(self, base: str, kind: str) -> tuple[str, bool]:
        if (base, kind) not in self._plurals:
            for found in self.call("GET", base)["resources"]:
                if "/" not in found["name"]:
                    self._plurals[base, found["kind"]] = found["name"], found["namespaced"]
        return self._plurals[base, kind]

    def _is_established(self, crd: Mapping[str, Any]) -> bool:
        conditions = self.get(crd).get("status", {}).get("conditions") or ()
        is_known = any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
        group, names = crd["spec"]["group"], crd["spec"]["names"]
        version = crd["spec"]["versions"][0]["name"]
        with contextlib.suppress(RefusedError, KeyError):
            self._plural(f"/apis/{group}/{version}", names["kind"])
            self.call("GET", f"/apis/{group}/{version}/{names['plural']}")
            return is_known
        return False

    def _is_ready(self) -> bool:
        try:
            self.call("GET", "/readyz")
        except (OSError, RefusedError, http.client.HTTPException):
            return False
        return True


@contextlib.contextmanager
def api_server(folder: Path) -> Iterator[Server]:
    """Start etcd and an API server with their files in a folder.

    Raises:
        NotHereError: one of them is not on this machine.
    """
    etcd = _tool("etcd")
    _write_files(folder)
    with free_ports(3) as (port, client, peer), Processes(folder) as processes:
        here = f"http://{LOOPBACK}"
        processes.start(
            "etcd",
            [
                etcd,
                f"--data-dir={folder / 'etcd'}",
                f"--listen-client-urls={here}:{client}",
                f"--advertise-client-urls={here}:{client}",
                f"--listen-peer-urls={here}:{peer}",
                f"--initial-advertise-peer-urls={here}:{peer}",
                f"--initial-cluster=default={here}:{peer}",
                "--unsafe-no-fsync",
            ],
        )
        server = Server(folder, port, client, processes)
        server.start()
        yield server


def kubeconfig(server: Server, token: str = _ADMIN, name: str = "kubeconfig") -> Path:
    """Write a kubeconfig for Helm and kubectl into the server's folder, and return where it is."""
    roots = base64.b64encode(server.ca.read_bytes()).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "test",
                "cluster": {"server": server.url, "certificate-authority-data": roots},
            }
        ],
        "users": [{"name": "test", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }
    path = server.folder / name
    path.write_text(json.dumps(config))
    path.chmod(0o600)
    return path


def _tool(name: str) -> Path:
    tool = TOOLS / name
    if not os.access(tool, os.X_OK):
        raise NotHereError(f"not run: no {name} (make kube-tools)")
    return tool


def _write_files(folder: Path) -> None:
    account = Workload("kube-system", "kube-apiserver")
    files = Authority.create().issue(account, folder / "tls", dns=_HOST)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (folder / _ACCOUNTS_KEY).write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    (folder / _TOKENS).write_text(f'{_ADMIN},admin,1,"system:masters"\n')
    files.authority.rename(folder / _ROOTS)


def wait_until(condition: Any, what: str, seconds: float = 30.0) -> None:
    """Wait until a condition holds that another process makes true."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)

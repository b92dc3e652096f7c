"""`phiguard istio check kubernetes://` on a real API server, by a role that only lists.

Where `istioctl` is there too, it is asked about each mistake that it is said to find.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from seeded_mistakes import SEEDS, Seed, name, texts

from e2e.cluster.api_server import RefusedError, Server, api_server, kubeconfig, needed
from extauthz.cli import main
from extauthz.commands.istio import cluster
from mesh.istio.check import RULES
from mesh.policy_file.custom_resource import custom_resource_definition

pytestmark = pytest.mark.slow

TOOLS: Final = Path(__file__).parents[2] / ".tools"
ISTIO: Final = TOOLS / "istio-crds.yaml"
ISTIOCTL: Final = TOOLS / "istioctl"
GATEWAY_API: Final = TOOLS / "gateway-crds.yaml"
SPACE: Final = "auditors"
NAMESPACES: Final = ("istio-system", "phiguard-system", "clinic", "observability", "public", "edge")
NAMESPACES_MORE: Final = ("mesh-policies", "tools", "phigaurd-system")
CODES: Final = {rule.name: rule.istioctl for rule in RULES if rule.istioctl}
FILES_ONLY: Final = {
    "mesh-excludes-ports": "Helm values; a cluster has them in the injector's ConfigMap",
    "segmentation-claims-unverified": "a policy in a ConfigMap, which the role does not read",
    "segmentation-trust-domain": "a policy in a ConfigMap, which the role does not read",
}
# one of each rule
FIRST: Final = [
    seed
    for rule, seed in {seed["rule"]: seed for seed in reversed(SEEDS)}.items()
    if rule not in FILES_ONLY
]
Item = dict[str, Any]


class Cluster:
    """An API server with the clean mesh in it, which mistakes are put into and taken out of."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._clean = _objects({})
        for item in self._clean.values():
            server.apply(item)

    def put(self, seed: Seed) -> None:
        """Make the cluster what the seed describes. Raises RefusedError."""
        wanted = _objects(seed)
        for key in self._clean.keys() - wanted.keys():
            self.server.delete(self._clean[key])
        for key, item in wanted.items():
            if item != self._clean.get(key):
                self._replace(item)

    def clear(self, seed: Seed) -> None:
        """Make it clean again."""
        wanted = _objects(seed)
        for key in wanted.keys() - self._clean.keys():
            self._delete(wanted[key])
        for key, item in self._clean.items():
            if item != wanted.get(key):
                self._replace(item)

    def _replace(self, item: Item) -> None:
        if item["kind"] != "Namespace":
            self._delete(item)
        self.server.apply(item)

    def _delete(self, item: Item) -> None:
        try:
            self.server.delete(item)
        except RefusedError as refused:
            if refused.status != 404:
                raise


def _objects(variant: Seed) -> dict[tuple[str, str, str, str], Item]:
    found = {}
    for text in texts(variant).values():
        for item in yaml.safe_load_all(text):
            if item and "apiVersion" in item and item["kind"] != "CustomResourceDefinition":
                metadata = item["metadata"]
                key = item["apiVersion"], item["kind"], metadata.get("namespace", "")
                found[(*key, metadata["name"])] = item
    return found


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not ISTIO.exists():
        pytest.skip("not run: no Istio kinds (make kube-tools)")
    with needed(), api_server(tmp_path_factory.mktemp("checked")) as server:
        for each in yaml.safe_load_all(ISTIO.read_text()):
            server.define(each)
        server.define(custom_resource_definition())
        if GATEWAY_API.exists():
            for each in yaml.safe_load_all(GATEWAY_API.read_text()):
                if each and each["kind"] == "CustomResourceDefinition":
                    server.define(each)
        for space in (*NAMESPACES, *NAMESPACES_MORE, SPACE):
            server.namespace(space)
        yield Cluster(server)


@pytest.fixture(scope="module")
def login(mesh: Cluster) -> Path:
    """A kubeconfig of an account that may do what `--role` prints, and nothing else."""
    server = mesh.server
    account = {"kind": "ServiceAccount", "name": "auditor", "namespace": SPACE}
    server.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "auditor", "namespace": SPACE},
        }
    )
    for role in yaml.safe_load_all(cluster.role()):
        server.apply(role)
        server.apply(_binding(role, account))
    return kubeconfig(server, server.token(SPACE, "auditor"))


def _account(name: str) -> Item:
    metadata = {"name": name, "namespace": SPACE}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def _binding(role: Mapping[str, Any], account: Item) -> Item:
    group, _, _ = role["apiVersion"].partition("/")
    return {
        "apiVersion": role["apiVersion"],
        "kind": f"{role['kind']}Binding",
        "metadata": role["metadata"],
        "roleRef": {"apiGroup": group, "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [account],
    }


def checked(login: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = main(["istio", "check", "kubernetes://", "--kubeconfig", str(login), "--format", "json"])
    out, err = capsys.readouterr()
    return code, [each["rule"] for each in json.loads(out)["problems"]] if out else [err]


def test_a_cluster_in_which_everything_is_right_is_clean(
    login: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(login, capsys) == (0, [])


def test_an_account_without_the_role_is_told_which_one(
    mesh: Cluster, login: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    server = mesh.server
    server.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "nobody", "namespace": SPACE},
        }
    )
    text = login.read_text()
    nobody = tmp_path / "nobody"
    nobody.write_text(kubeconfig(server, server.token(SPACE, "nobody")).read_text())
    login.write_text(text)  # `kubeconfig` writes one file
    code, (line,) = checked(nobody, capsys)
    assert code == 2
    assert "forbids to list namespaces; `phiguard istio check --role | kubectl apply -f -`" in line
    nobody.write_text(text.replace(json.loads(text)["users"][0]["user"]["token"], "made-up"))
    code, (line,) = checked(nobody, capsys)
    assert (code, "does not know the token" in line) == (2, True)


@pytest.mark.parametrize("seed", FIRST, ids=name)
def test_a_mistake_in_a_cluster_is_found(
    seed: Seed, mesh: Cluster, login: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        mesh.put(seed)
        _, rules = checked(login, capsys)
    except RefusedError as refused:
        pytest.skip(f"the API server itself refuses it: {refused}")
    finally:
        mesh.clear(seed)
    assert seed["rule"] in rules


@pytest.mark.parametrize("seed", [each for each in FIRST if each["rule"] in CODES], ids=name)
def test_istioctl_finds_what_it_is_said_to_find(seed: Seed, mesh: Cluster) -> None:
    if not ISTIOCTL.exists():
        pytest.skip("not run: no istioctl (make istioctl)")
    config = kubeconfig(mesh.server)
    command = [str(ISTIOCTL), "analyze", "-A", "-o", "json", "--kubeconfig", str(config)]
    try:
        mesh.put(seed)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except RefusedError as refused:
        pytest.skip(f"the API server itself refuses it: {refused}")
    finally:
        mesh.clear(seed)
    assert CODES[seed["rule"]] in {message["code"] for message in json.loads(done.stdout)}

"""What is stored of the gateways is what a real istiod gives for the same objects.

Envoy prints it: what istiod sent, as JSON. A test that fails leaves both files of today in its
folder.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster.api_server import needed
from e2e.cluster.istiod import Release, istiod
from e2e.cluster.mesh import EGRESS, INGRESS, PODS, shell
from e2e.cluster.proxies import Proxy, managers
from e2e.cluster.running import HELM, MESH_CONFIG, Setup, server_with_kinds, start_proxies

pytestmark = pytest.mark.slow

STORED: Final = Path(__file__).parents[1] / "gateways" / "istiod"
LISTENER: Final = "0.0.0.0_8443"
GUARD: Final = "outbound|9000||phiguard.phiguard-system.svc.cluster.local"
BEHIND: Final = {
    INGRESS: "outbound|8080||billing.finance.svc.cluster.local",
    EGRESS: "outbound|80||api.partner.example",
}
VALUES: Final = {
    "image": f"registry.example/phiguard@sha256:{'0123' * 16}",
    "mesh": {"methodsInSpans": True},
    "collector": {"namespace": "observability", "service": "otel-collector"},
    "guardedGateways": [
        f"{each.namespace}/istio={PODS[each].labels['istio']}" for each in (INGRESS, EGRESS)
    ],
}


@pytest.fixture(scope="module")
def gateways(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Proxy]]:
    folder, setup = tmp_path_factory.mktemp("gateways"), Setup(Release("1.30"), "1.30")
    with ExitStack() as stack:
        with needed():
            setup.require(envoy)
            objects = (STORED / "resources.yaml").read_text()
            server = server_with_kinds(stack, folder, setup.release, objects)
        running = stack.enter_context(istiod(server, HELM, MESH_CONFIG, setup.release))
        admin = shell(server, folder / "admin", setup.release)
        (admin.folder / "values.yaml").write_text(yaml.safe_dump(VALUES))
        admin("helm get values istiod -n istio-system -o yaml > istiod.yaml")
        admin("phiguard istio mesh-patch --values values.yaml istiod.yaml > patched.yaml")
        admin("helm upgrade istiod charts/istio-discovery -n istio-system -f patched.yaml")
        admin("kubectl apply -f istio-config/guard/10-namespace.yaml")
        for step, gateways in (("install", []), ("upgrade", VALUES["guardedGateways"])):
            values = {**VALUES, "guardedGateways": gateways}
            (admin.folder / "values.yaml").write_text(yaml.safe_dump(values))
            admin(f"helm {step} phiguard istio-config/chart -n phiguard-system -f values.yaml")
        pods = {each: PODS[each] for each in (INGRESS, EGRESS)}
        started = start_proxies(stack, server, setup.source(running, envoy, folder), pods)
        yield {each.namespace.removeprefix("istio-"): started[each] for each in pods}


def resources(proxy: Proxy) -> dict[str, Any]:
    """What is stored of a gateway."""
    listener = proxy.listeners()[LISTENER]
    ((_, manager),) = managers(listener)
    name = manager["rds"]["route_config_name"]
    (routes,) = [
        each["route_config"]
        for each in proxy.dump("dynamic_route_configs")
        if each["route_config"]["name"] == name
    ]
    clusters = proxy.clusters()
    return {
        "listener": listener,
        "routes": routes,
        "service": clusters[BEHIND[proxy.pod.workload]],
        "guard": clusters[GUARD],
    }


@pytest.mark.parametrize("gateway", ["ingress", "egress"])
def test_what_is_stored_is_what_istiod_gives(
    gateway: str, gateways: dict[str, Proxy], tmp_path: Path
) -> None:
    found = resources(gateways[gateway])
    today = tmp_path / f"{gateway}.json"
    today.write_text(json.dumps(found, indent=1) + "\n")
    assert gateways[gateway].refused() == []
    assert found == json.loads((STORED / f"{gateway}.json").read_text()), today

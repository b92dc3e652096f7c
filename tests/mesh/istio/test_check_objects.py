import copy

import pytest
import yaml

from mesh.istio import check_objects, guarded, mesh_wide
from mesh.istio.install import guard
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def snapshot(*objects):
    return read({"f.yaml": yaml.safe_dump_all(objects)})


def policy_problems(**changes):
    policy = copy.deepcopy(guarded.inbound_requests())
    policy["spec"].update(changes)
    return [
        problem.message for problem in check_objects.check_policies(snapshot(policy), "phiguard")
    ]


def mtls_problems(*objects):
    return [problem.message for problem in check_objects.check_mtls(snapshot(*objects))]


def service_problems(port):
    service = copy.deepcopy(guard.service(INSTALLATION))
    service["spec"]["ports"] = [port]
    given = snapshot(service, mesh_wide.mesh_config(INSTALLATION))
    return [problem.message for problem in check_objects.check_services(given)]


def peer_authentication(namespace, **spec):
    return {
        "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": namespace},
        "spec": spec,
    }


def test_a_policy_that_matches_everything_is_clean():
    assert policy_problems() == []


@pytest.mark.parametrize("rules", [[], None])
def test_a_custom_policy_without_rules_never_fires_and_is_found(rules):
    assert policy_problems(rules=rules) == ["CUSTOM without rules never fires"]


def test_a_custom_policy_about_paths_is_found():
    (found,) = policy_problems(rules=[{"to": [{"operation": {"paths": ["/claims"]}}]}])
    assert "leave requests out" in found


def test_a_policy_of_another_provider_is_ignored():
    assert policy_problems(provider={"name": "oauth"}, rules=[]) == []


def test_dry_run_on_custom_is_found():
    policy = copy.deepcopy(guarded.inbound_requests())
    policy["metadata"]["annotations"] = {"istio.io/dry-run": "true"}
    (found,) = check_objects.check_policies(snapshot(policy), "phiguard")
    assert "dry-run" in found.message


def test_strict_everywhere_is_clean():
    assert (
        mtls_problems(mesh_wide.strict_mtls("istio-system"), mesh_wide.strict_mtls("clinic")) == []
    )


@pytest.mark.parametrize("mode", ["PERMISSIVE", "DISABLE"])
def test_a_namespace_that_loosens_a_strict_mesh_is_found(mode):
    loose = peer_authentication("clinic", mtls={"mode": mode})
    (found,) = mtls_problems(mesh_wide.strict_mtls("istio-system"), loose)
    assert f"mutual TLS is {mode}" in found


def test_an_unset_mode_is_strict_only_under_a_strict_mesh():
    unset = peer_authentication("clinic")
    assert mtls_problems(mesh_wide.strict_mtls("istio-system"), unset) == []
    assert len(mtls_problems(unset)) == 1


def test_a_port_that_is_let_off_is_found():
    spec = {
        "mtls": {"mode": "STRICT"},
        "portLevelMtls": {8080: {"mode": "PERMISSIVE"}, 8081: {"mode": "UNSET"}},
    }
    (found,) = mtls_problems(peer_authentication("clinic", **spec))
    assert "PERMISSIVE on port 8080" in found


def test_a_selector_in_the_root_namespace_is_found():
    spec = {"mtls": {"mode": "STRICT"}, "selector": {"matchLabels": {"app": "x"}}}
    (found,) = mtls_problems(peer_authentication("istio-system", **spec))
    assert "ignored" in found


@pytest.mark.parametrize(
    "port",
    [
        {"name": "grpc", "port": 9000},
        {"name": "grpc-check", "port": 9000},
        {"name": "check", "port": 9000, "appProtocol": "grpc"},
        {"name": "tcp", "port": 9001},  # not the port that the provider calls
    ],
)
def test_a_port_that_speaks_http2_is_clean(port):
    assert service_problems(port) == []


@pytest.mark.parametrize(
    "port",
    [
        {"name": "check", "port": 9000},
        {"port": 9000},
        {"name": "grpc-web", "port": 9000},
        {"name": "grpc", "port": 9000, "appProtocol": "tcp"},  # appProtocol wins over the name
    ],
)
def test_a_guard_port_that_is_not_grpc_is_found(port):
    (found,) = service_problems(port)
    assert "not named grpc" in found


def test_a_guard_that_only_an_envoy_filter_calls_is_judged_too():
    service = copy.deepcopy(guard.service(INSTALLATION))
    service["spec"]["ports"] = [{"name": "tcp", "port": 9000}]
    given = snapshot(service, guarded.outbound_requests(INSTALLATION))
    assert len(list(check_objects.check_services(given))) == 1

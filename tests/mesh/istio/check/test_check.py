import pytest

from mesh.istio.check import check, unseen
from mesh.istio.installation import Installation
from mesh.istio.manifest import to_yaml
from mesh.istio.mesh_wide import mesh_config
from mesh.istio.render import files
from mesh.istio.snapshot import read
from mesh.istio.values import (
    Autoscaling,
    Ledger,
    MeshChoice,
    PolicyChoice,
    PolicySource,
    Values,
    WorkloadKind,
)

INSTALLATION = Installation("phiguard-system", "phiguard:1")
RENDERED = {**files(INSTALLATION), "mesh.yaml": to_yaml([mesh_config(INSTALLATION)])}


def test_what_render_writes_is_clean_and_complete():
    snapshot = read(RENDERED)
    assert check(snapshot, "phiguard") == ()
    assert unseen(snapshot) == ()


@pytest.mark.parametrize(
    "values",
    [
        Values(guarded_namespaces=("clinic", "lab")),
        Values(guarded_gateways=("istio-egress/istio=egressgateway",)),
        Values(autoscaling=Autoscaling(enabled=True)),
        Values(workload=WorkloadKind.DAEMON_SET, ledger=Ledger(host_path="/var/lib/phiguard")),
        Values(mesh=MeshChoice(strict_mtls=True, root_namespace="mesh", trust_domain="a.example")),
        Values(policy=PolicyChoice(source=PolicySource.KUBERNETES)),
    ],
)
def test_each_variant_of_an_installation_is_clean(values):
    installation = Installation("guard", "phiguard:1", values)
    config = to_yaml([mesh_config(installation)])
    domain = f"  trustDomain: {values.mesh.trust_domain}\n"
    root = f"  rootNamespace: {values.mesh.root_namespace}\n"
    texts = {**files(installation), "mesh.yaml": config + domain + root}
    assert [str(problem) for problem in check(read(texts), "phiguard")] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("mesh.yaml", "failOpen: false", "failOpen: true", "failOpen true"),
        ("namespace/31-inbound-requests.yaml", "rules:\n  - {}", "rules: []", "never fires"),
        (
            "namespace/32-inbound-responses.yaml",
            "failure_mode_allow: false",
            "failure_mode_allow: true",
            "failure_mode_allow",
        ),
        ("namespace/30-mtls.yaml", "STRICT", "PERMISSIVE", "mutual TLS is PERMISSIVE"),
        ("guard/14-guard.yaml", "appProtocol: grpc", "appProtocol: tcp", "not named grpc"),
        ("mesh/21-telemetry.yaml", "http.url:", "http.method:", "spans carry http.url"),
    ],
)
def test_every_check_is_asked(file, old, new, message):
    texts = dict(RENDERED)
    if file == "mesh/21-telemetry.yaml":  # the short tag of the provider would cover it
        texts["mesh.yaml"] = texts["mesh.yaml"].replace("maxTagLength: 1", "maxTagLength: 256")
    texts[file] = texts[file].replace(old, new)
    lines = [str(problem) for problem in check(read(texts), "phiguard")]
    assert any(line.startswith(f"{file}:") and message in line for line in lines)


def test_a_kind_that_was_not_given_is_named_and_not_judged():
    assert "PeerAuthentication" in unseen(read({"f.yaml": RENDERED["mesh.yaml"]}))


def test_a_problem_is_one_line_with_place_fault_and_fix():
    telemetry = RENDERED["mesh/21-telemetry.yaml"]
    texts = {"f.yaml": RENDERED["mesh.yaml"].replace("timeout: 2s", ""), "t": telemetry}
    (problem,) = check(read(texts), "phiguard")
    assert str(problem) == (
        "f.yaml:7: refusal: MeshConfig: meshConfig.extensionProviders[0].envoyExtAuthzGrpc.timeout: "
        "provider `phiguard` sets no timeout: Envoy waits 600 s for an answer, and each request "
        "with it; set timeout: 2s (provider-no-timeout)"
    )

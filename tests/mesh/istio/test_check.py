import pytest

from mesh.istio.check import check, unseen
from mesh.istio.installation import Installation
from mesh.istio.manifest import to_yaml
from mesh.istio.mesh_wide import mesh_config
from mesh.istio.render import files
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")
RENDERED = {**files(INSTALLATION), "mesh.yaml": to_yaml([mesh_config(INSTALLATION)])}


def test_what_render_writes_is_clean_and_complete():
    snapshot = read(RENDERED)
    assert check(snapshot, "phiguard") == ()
    assert unseen(snapshot) == ()


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
    assert any(line.startswith(f"{file}: ") and message in line for line in lines)


def test_a_kind_that_was_not_given_is_named_and_not_judged():
    assert "PeerAuthentication" in unseen(read({"f.yaml": RENDERED["mesh.yaml"]}))


def test_a_problem_is_one_line_with_place_fault_and_fix():
    telemetry = RENDERED["mesh/21-telemetry.yaml"]
    texts = {"f.yaml": RENDERED["mesh.yaml"].replace("timeout: 2s", ""), "t": telemetry}
    (problem,) = check(read(texts), "phiguard")
    assert str(problem) == (
        "f.yaml: MeshConfig: provider `phiguard` sets no timeout: Envoy waits 600 s; set "
        "timeout: 2s"
    )

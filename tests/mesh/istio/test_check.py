import pytest

from mesh.istio.check import check, unseen
from mesh.istio.installation import Installation
from mesh.istio.render import files
from mesh.istio.snapshot import read

RENDERED = files(Installation("phiguard-system", "phiguard:1"))


def test_what_render_writes_is_clean_and_complete():
    snapshot = read(RENDERED)
    assert check(snapshot, "phiguard") == ()
    assert unseen(snapshot) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("20-mesh-config.yaml", "failOpen: false", "failOpen: true", "failOpen true"),
        ("31-inbound-requests.yaml", "rules:\n  - {}", "rules: []", "never fires"),
        (
            "32-inbound-responses.yaml",
            "failure_mode_allow: false",
            "failure_mode_allow: true",
            "failure_mode_allow",
        ),
        ("30-namespace-mtls.yaml", "STRICT", "PERMISSIVE", "mutual TLS is PERMISSIVE"),
        ("13-guard.yaml", "appProtocol: grpc", "appProtocol: tcp", "not named grpc"),
        ("21-telemetry.yaml", "http.url:", "http.method:", "spans carry http.url"),
    ],
)
def test_every_check_is_asked(file, old, new, message):
    texts = dict(RENDERED)
    if file == "21-telemetry.yaml":  # the short tag of the provider would cover it
        texts["20-mesh-config.yaml"] = texts["20-mesh-config.yaml"].replace(
            "maxTagLength: 1", "maxTagLength: 256"
        )
    texts[file] = texts[file].replace(old, new)
    lines = [str(problem) for problem in check(read(texts), "phiguard")]
    assert any(line.startswith(f"{file}: ") and message in line for line in lines)


def test_a_kind_that_was_not_given_is_named_and_not_judged():
    assert "PeerAuthentication" in unseen(read({"f.yaml": RENDERED["20-mesh-config.yaml"]}))


def test_a_problem_is_one_line_with_place_fault_and_fix():
    telemetry = RENDERED["21-telemetry.yaml"]
    texts = {"f.yaml": RENDERED["20-mesh-config.yaml"].replace("timeout: 2s", ""), "t": telemetry}
    (problem,) = check(read(texts), "phiguard")
    assert str(problem) == (
        "f.yaml: MeshConfig: provider `phiguard` sets no timeout: Envoy waits 600 s; set "
        "timeout: 2s"
    )

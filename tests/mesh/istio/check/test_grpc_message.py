import pytest
import yaml

from mesh.istio import guarded, mesh_wide
from mesh.istio.check.grpc_message import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")
TRACED = mesh_wide.telemetry(INSTALLATION)
REQUESTS = guarded.outbound_requests(INSTALLATION)


def problems(*objects):
    return [
        str(found)
        for found in check(Mesh(read({"f.yaml": yaml.safe_dump_all(objects)}), "phiguard"))
    ]


@pytest.fixture(params=["inbound_responses", "inbound_streams", "outbound_streams"])
def reading(request):
    return getattr(guarded, request.param)(INSTALLATION)


def without(envoy_filter):
    patches = envoy_filter["spec"]["configPatches"]
    kept = [
        p for p in patches if p["patch"].get("value", {}).get("name") != "phiguard.grpc_message"
    ]
    return {**envoy_filter, "spec": {**envoy_filter["spec"], "configPatches": kept}}


def test_what_render_writes_is_clean(reading):
    assert problems(TRACED, reading, REQUESTS) == []


def test_a_filter_that_leaves_the_message_in_place_is_found(reading):
    (found,) = problems(TRACED, without(reading), REQUESTS)
    assert f"EnvoyFilter {reading['metadata']['name']}: " in found
    assert "spans carry grpc.message" in found


def test_a_filter_that_puts_less_aside_is_found(reading):
    text = yaml.safe_dump(reading).replace("%TRAILER(grpc-message)%", "%TRAILER(other)%")
    (found,) = problems(TRACED, yaml.safe_load(text))
    assert "spans carry grpc.message" in found


@pytest.mark.parametrize("traced", [TRACED, mesh_wide.mesh_config(INSTALLATION)])
def test_a_traced_mesh_whose_answers_nobody_reads_is_found(traced):
    (found,) = problems(traced, REQUESTS)
    assert "no filter reads the trailers of answers" in found


def test_without_spans_there_is_nothing_to_leak(reading):
    silent = {
        "kind": "Telemetry",
        "metadata": {"name": "t", "namespace": "clinic"},
        "spec": {"tracing": [{"disableSpanReporting": True}]},
    }
    assert problems(silent, without(reading)) == []
    assert problems(silent, REQUESTS) == []


def test_without_a_filter_in_the_snapshot_nothing_is_known():
    assert problems(TRACED) == []

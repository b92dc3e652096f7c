import pytest
import yaml

from mesh.istio import guarded, mesh_wide
from mesh.istio.check_span_names import check
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")
TRACED = mesh_wide.telemetry()


def problems(*objects):
    return [str(found) for found in check(read({"f.yaml": yaml.safe_dump_all(objects)}))]


def without(envoy_filter):
    spec = envoy_filter["spec"]
    kept = [patch for patch in spec["configPatches"] if patch["applyTo"] != "NETWORK_FILTER"]
    return {**envoy_filter, "spec": {**spec, "configPatches": kept}}


@pytest.fixture(params=[guarded.inbound_responses, guarded.inbound_streams])
def inbound(request):
    return request.param(INSTALLATION)


def test_what_render_writes_is_clean(inbound):
    outbound = guarded.outbound_requests(INSTALLATION), guarded.outbound_streams(INSTALLATION)
    assert problems(TRACED, inbound, *outbound) == []


def test_an_inbound_filter_that_keeps_the_name_is_found(inbound):
    (found,) = problems(TRACED, without(inbound))
    assert "a client names the span of its callee by x-envoy-decorator-operation" in found


def test_a_patch_that_removes_another_header_is_none(inbound):
    text = yaml.safe_dump(inbound).replace("x-envoy-decorator-operation", "x-other")
    assert len(problems(TRACED, yaml.safe_load(text))) == 1


def test_without_spans_nothing_is_found(inbound):
    assert problems(without(inbound)) == []

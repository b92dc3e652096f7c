import pytest
import yaml

from mesh.istio import guarded, mesh_wide
from mesh.istio.check.span_headers import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")
TRACED = mesh_wide.telemetry(INSTALLATION)
INBOUND = guarded.inbound_responses, guarded.inbound_streams
OUTBOUND = guarded.outbound_requests, guarded.outbound_streams


def problems(*objects):
    return [
        str(found)
        for found in check(Mesh(read({"f.yaml": yaml.safe_dump_all(objects)}), "phiguard"))
    ]


def without(envoy_filter):
    spec = envoy_filter["spec"]
    kept = [patch for patch in spec["configPatches"] if patch["applyTo"] != "NETWORK_FILTER"]
    return {**envoy_filter, "spec": {**spec, "configPatches": kept}}


@pytest.fixture(params=INBOUND)
def inbound(request):
    return request.param(INSTALLATION)


@pytest.fixture(params=OUTBOUND)
def outbound(request):
    return request.param(INSTALLATION)


def test_what_render_writes_is_clean(inbound, outbound):
    assert problems(TRACED, inbound, outbound) == []


def test_an_inbound_filter_that_keeps_the_headers_is_found(inbound, outbound):
    (found,) = problems(TRACED, without(inbound), outbound)
    assert "SIDECAR_INBOUND: it leaves x-envoy" in found
    assert "x-envoy-decorator-operation and tracestate" in found


def test_an_outbound_filter_that_keeps_the_state_is_found(inbound, outbound):
    (found,) = problems(TRACED, inbound, without(outbound))
    assert "SIDECAR_OUTBOUND: it leaves tracestate in requests" in found


def test_a_gateway_that_keeps_the_headers_is_found(inbound, outbound):
    gateway = guarded.gateway(INSTALLATION, "istio", "egressgateway")
    assert problems(TRACED, inbound, outbound, gateway) == []
    (found,) = problems(TRACED, inbound, outbound, without(gateway))
    assert "GATEWAY: it leaves x-envoy-decorator-operation and tracestate in requests" in found


@pytest.mark.parametrize("header", ["x-envoy-decorator-operation", "tracestate"])
def test_a_patch_that_removes_another_header_is_none(inbound, outbound, header):
    text = yaml.safe_dump(inbound).replace(header, "x-other")
    (found,) = problems(TRACED, yaml.safe_load(text), outbound)
    assert f"it leaves {header} in requests" in found


def test_listeners_that_no_filter_touches_are_found(inbound, outbound):
    (found,) = problems(TRACED, inbound)
    assert "no filter of SIDECAR_OUTBOUND asks the guard" in found
    assert "apply 33-outbound-requests.yaml" in found
    (found,) = problems(TRACED, outbound)
    assert "apply 32-inbound-responses.yaml" in found


def test_without_spans_nothing_is_found(inbound):
    assert problems(without(inbound)) == []


def test_without_filters_nothing_is_known():
    assert problems(TRACED) == []

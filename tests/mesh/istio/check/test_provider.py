import copy

import pytest
import yaml

from mesh.istio.check.provider import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.mesh_wide import mesh_config
from mesh.istio.snapshot import read


def problems(config):
    return [
        str(problem)
        for problem in check(Mesh(read({"f.yaml": yaml.safe_dump(config)}), "phiguard"))
    ]


@pytest.fixture
def config():
    return copy.deepcopy(mesh_config(Installation("phiguard-system", "phiguard:1")))


@pytest.fixture
def grpc(config):
    return config["meshConfig"]["extensionProviders"][0]["envoyExtAuthzGrpc"]


def test_what_render_writes_is_clean(config):
    assert problems(config) == []


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("failOpen", True, "failOpen true"),
        ("fail_open", True, "failOpen true"),
        ("failOpen", "true", "failOpen true"),
        ("clearRouteCache", True, "clearRouteCache"),
        ("includeRequestBodyInCheck", {}, "sends no body"),
    ],
)
def test_a_loose_provider_is_found(config, grpc, key, value, message):
    grpc[key] = value
    (found,) = problems(config)
    assert message in found


def test_a_provider_without_a_timeout_is_found(config, grpc):
    del grpc["timeout"]
    (found,) = problems(config)
    assert "600 s" in found


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("allowPartialMessage", True, "allowPartialMessage true"),
        ("packAsBytes", False, "packAsBytes false"),
        ("maxRequestBytes", 0, "maxRequestBytes"),
    ],
)
def test_a_body_that_reaches_the_guard_altered_is_found(config, grpc, key, value, message):
    grpc["includeRequestBodyInCheck"][key] = value
    (found,) = problems(config)
    assert message in found


@pytest.mark.parametrize("other", ["phi", "phiguard-lax"])
def test_a_provider_that_is_a_prefix_of_another_is_found(config, other):
    config["meshConfig"]["extensionProviders"].append(
        {"name": other, "envoyExtAuthzGrpc": {"service": "x"}}
    )
    (found,) = problems(config)
    assert "is a prefix of" in found


def test_a_tracing_provider_may_share_a_prefix_because_policies_never_name_it(config):
    config["meshConfig"]["extensionProviders"].append(
        {"name": "phiguard-otel", "opentelemetry": {"service": "x"}}
    )
    assert problems(config) == []


def test_a_mesh_without_the_provider_is_found():
    (found,) = problems({"meshConfig": {"accessLogFile": "/dev/stdout"}})
    assert "no ext_authz provider `phiguard`" in found


def test_an_http_provider_is_found(config):
    config["meshConfig"]["extensionProviders"][0] = {
        "name": "phiguard",
        "envoyExtAuthzHttp": {"service": "x"},
    }
    (found,) = problems(config)
    assert "provider `phiguard` speaks HTTP" in found

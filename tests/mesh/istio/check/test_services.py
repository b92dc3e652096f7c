import copy

import pytest
import yaml

from mesh.istio import guarded, mesh_wide
from mesh.istio.check.services import check
from mesh.istio.check.view import Mesh
from mesh.istio.install import guard
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def problems(*objects):
    given = read({"f.yaml": yaml.safe_dump_all(objects)})
    return [str(problem) for problem in check(Mesh(given, "phiguard"))]


def service_problems(port):
    service = copy.deepcopy(guard.service(INSTALLATION))
    service["spec"]["ports"] = [port]
    return problems(service, mesh_wide.mesh_config(INSTALLATION))


@pytest.mark.parametrize(
    "port",
    [
        {"name": "grpc", "port": 9000},
        {"name": "grpc-check", "port": 9000},
        {"name": "check", "port": 9000, "appProtocol": "grpc"},
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
    assert len(problems(service, guarded.outbound_requests(INSTALLATION))) == 1

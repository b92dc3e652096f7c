import pytest
import yaml

from mesh.istio import mesh_wide
from mesh.istio.check.mtls import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def problems(*objects):
    given = read({"f.yaml": yaml.safe_dump_all(objects)})
    return [str(problem) for problem in check(Mesh(given, "phiguard"))]


def peer_authentication(namespace, **spec):
    return {
        "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": namespace},
        "spec": spec,
    }


def test_strict_everywhere_is_clean():
    assert problems(mesh_wide.strict_mtls("istio-system"), mesh_wide.strict_mtls("clinic")) == []


@pytest.mark.parametrize("mode", ["PERMISSIVE", "DISABLE"])
def test_a_namespace_that_loosens_a_strict_mesh_is_found(mode):
    loose = peer_authentication("clinic", mtls={"mode": mode})
    (found,) = problems(mesh_wide.strict_mtls("istio-system"), loose)
    assert f"mutual TLS is {mode}" in found


def test_an_unset_mode_is_strict_only_under_a_strict_mesh():
    unset = peer_authentication("clinic")
    assert problems(mesh_wide.strict_mtls("istio-system"), unset) == []
    assert len(problems(unset)) == 1


def test_a_port_that_is_let_off_is_found():
    spec = {
        "mtls": {"mode": "STRICT"},
        "selector": {"matchLabels": {"app": "ehr"}},
        "portLevelMtls": {8080: {"mode": "PERMISSIVE"}, 8081: {"mode": "UNSET"}},
    }
    (found,) = problems(peer_authentication("clinic", **spec))
    assert "PERMISSIVE on port 8080" in found


def test_a_selector_in_the_root_namespace_is_found():
    spec = {"mtls": {"mode": "STRICT"}, "selector": {"matchLabels": {"app": "x"}}}
    (found,) = problems(peer_authentication("istio-system", **spec))
    assert "ignored" in found

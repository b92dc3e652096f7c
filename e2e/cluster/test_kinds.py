"""Every object is admitted by the kinds of each version of Istio, with no field that it lacks.

An older server drops a field that it does not know, and a filter would do less than is meant.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster.api_server import TOOLS, RefusedError, Server, api_server, needed

pytestmark = pytest.mark.slow

SHIPPED: Final = Path(__file__).parents[2] / "istio-config"
FOLDERS: Final = ("mesh", "namespace", "gateway", "mllp")
VERSIONS: Final = ("1.28", "1.29", "1.30", "1.31")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with needed(), api_server(tmp_path_factory.mktemp("kinds")) as running:
        for each in ("clinic", "istio-system"):
            running.namespace(each)
        yield running


@pytest.fixture(scope="module", params=VERSIONS)
def kinds(request: pytest.FixtureRequest, server: Server) -> Server:
    """The server with the kinds of one version, in place of those of another."""
    file = TOOLS / f"istio-crds-{request.param}.yaml"
    if not file.exists():
        pytest.skip(f"not run: no kinds of Istio {request.param} (make kube-tools)")
    for each in yaml.safe_load_all(file.read_text()):
        server.define(each)
    return server


def shipped() -> list[dict[str, Any]]:
    files = [file for name in FOLDERS for file in sorted((SHIPPED / name).glob("*.yaml"))]
    found = [each for file in files for each in yaml.safe_load_all(file.read_text()) if each]
    return [each for each in found if ".istio.io/" in each["apiVersion"]]


def test_every_object_is_admitted(kinds: Server) -> None:
    objects = shipped()
    assert len(objects) > 8
    for each in objects:
        metadata = {"namespace": "clinic", **each["metadata"]}
        kinds.apply({**each, "metadata": metadata}, dry_run=True)


def test_a_field_that_a_version_lacks_is_seen(kinds: Server) -> None:
    (policy, *_) = [each for each in shipped() if each["kind"] == "AuthorizationPolicy"]
    metadata = {"namespace": "clinic", **policy["metadata"]}
    spec = {**policy["spec"], "providers": []}
    with pytest.raises(RefusedError, match="providers"):
        kinds.apply({**policy, "metadata": metadata, "spec": spec}, dry_run=True)

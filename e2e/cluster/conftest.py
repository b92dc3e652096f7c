"""One API server for all tests here. Where it cannot be started, they say that they did not run."""

from collections.abc import Iterator

import pytest

from e2e.cluster.api_server import Server, api_server, needed
from mesh.policy_file.custom_resource import custom_resource_definition


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with needed(), api_server(tmp_path_factory.mktemp("cluster")) as running:
        running.define(custom_resource_definition())
        yield running

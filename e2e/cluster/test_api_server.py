"""The API server of these tests is a real one: it keeps objects, checks tokens and roles."""

import http.client

import pytest

from e2e.cluster.api_server import RefusedError, Server

pytestmark = pytest.mark.slow

POLICY = {"apiVersion": "phiguard.dev/v1alpha1", "kind": "SegmentationPolicy"}


def test_it_keeps_objects_over_a_restart(server: Server) -> None:
    server.namespace("kept")
    item = {**POLICY, "metadata": {"name": "a", "namespace": "kept"}, "spec": {"rules": []}}
    made = server.apply(item)
    server.stop()
    server.start()
    assert server.get(item)["metadata"]["uid"] == made["metadata"]["uid"]


def test_a_token_is_worth_what_its_account_may_do(server: Server) -> None:
    server.namespace("some")
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    server.apply({**account, "metadata": {"name": "nobody", "namespace": "some"}})
    with pytest.raises(RefusedError) as refused:
        server.call("GET", "/api/v1/pods", token=server.token("some", "nobody"))
    assert refused.value.status == http.client.FORBIDDEN
    with pytest.raises(RefusedError) as unknown:
        server.call("GET", "/api/v1/pods", token="made-up")  # noqa: S106 - no secret
    assert unknown.value.status == http.client.UNAUTHORIZED

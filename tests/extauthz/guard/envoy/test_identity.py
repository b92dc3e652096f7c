"""Principals are remembered, and nothing else is."""

import pytest
from running_guard import EHR

from extauthz.guard.envoy import identity


@pytest.fixture(autouse=True)
def nothing_known():
    identity._known.clear()


def test_a_principal_is_remembered():
    assert identity.principal(f"spiffe://{EHR}") == EHR
    assert identity._known == {f"spiffe://{EHR}": EHR}
    assert identity.principal(f"spiffe://{EHR}") == EHR


@pytest.mark.parametrize("text", ["", EHR, "spiffe://cluster.local/x", "CN=Ana Ruiz"])
def test_a_text_that_names_no_workload_is_not_kept(text):
    assert identity.principal(text) == ""
    assert identity._known == {}


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(identity, "_MOST_KNOWN", 3)
    for number in range(10):
        uri = f"spiffe://cluster.local/ns/a/sa/b{number}"
        assert identity.principal(uri) == uri.removeprefix("spiffe://")
        assert len(identity._known) <= 3

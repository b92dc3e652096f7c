"""Objects that are followed: what changed, by whom; what cannot be followed is not listed."""

import time

import pytest
from posture_cluster import END, Api
from posture_folder import HOLE, objects

from extauthz.policies.kubernetes_api import Api as Address
from extauthz.posture import collection as collections
from extauthz.posture.kinds import KINDS
from extauthz.posture.watcher import Change, ClusterWatcher

FOLLOWED = [k for k in KINDS if k.name in ("Pod", "Service", "MutatingWebhookConfiguration")]
SERVICES = "/api/v1/services"
FIELDS = [
    {"manager": "kubectl-create", "time": "2026-11-30T13:00:00Z"},
    {"manager": "kubectl-edit", "time": "2026-11-30T14:00:00Z", "operation": "Update"},
]


@pytest.fixture
def api():
    with Api(objects()) as running:
        yield running


@pytest.fixture
def watcher(api):
    found = ClusterWatcher(Address(api.url), "istio-system", FOLLOWED)
    found.start(20)
    for _ in FOLLOWED:
        api.watched.get(timeout=20)
    yield found
    found.close()


def changed(watcher, type_of):
    """Wait for a change of a type."""
    while True:
        found = watcher.changes.get(timeout=20)
        if found.type == type_of:
            return found


def listed(watcher):
    return collections.objects_of(watcher.collection())[0].listed


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_all_objects_are_known_at_the_start(watcher):
    found = watcher.collection()
    snapshot, _ = collections.objects_of(found)
    assert snapshot.listed == {kind.name for kind in FOLLOWED}
    assert len(snapshot.kind("Pod")) == 4
    assert [each.in_force for each in snapshot.kind("MeshConfig")] == [True]
    assert found.problems == ()
    assert watcher.changes.empty()


def test_a_change_says_what_and_by_whom(api, watcher):
    metadata = {**HOLE["metadata"], "managedFields": FIELDS}
    api.send("ADDED", {**HOLE, "metadata": metadata}, SERVICES)
    found = changed(watcher, "ADDED")
    assert found == Change(
        "ADDED", "Service clinic/reports", "clinic", "kubectl-edit", "2026-11-30T14:00:00Z"
    )
    assert found.line == "ADDED Service clinic/reports by kubectl-edit at 2026-11-30T14:00:00Z"
    assert HOLE["metadata"]["name"] in str(watcher.collection().listings)
    api.send("DELETED", {**HOLE, "metadata": metadata}, SERVICES)
    assert changed(watcher, "DELETED").manager == ""
    assert HOLE["metadata"]["name"] not in str(watcher.collection().listings)


@pytest.mark.parametrize("status", [403, 500])
def test_a_kind_that_is_refused_meanwhile_is_not_listed_until_it_is_again(api, watcher, status):
    api.refused = {SERVICES: status}
    api.events[SERVICES].put(END)
    lost = changed(watcher, "LOST")
    assert (lost.name, f"status {status}" in lost.why) == ("services", True)
    assert "Service" not in listed(watcher)
    assert "Pod" in listed(watcher)
    seen, _ = collections.objects_of(watcher.collection())
    assert seen.kind("Service")
    assert [each for each in watcher.collection().problems if each.startswith("services: ")]
    api.objects.append({**HOLE, "metadata": {**HOLE["metadata"], "resourceVersion": "99"}})
    api.refused = {}
    assert changed(watcher, "BACK").name == "services"
    assert changed(watcher, "ADDED").name == "Service clinic/reports"
    assert "Service" in listed(watcher)


def test_changes_that_are_no_longer_known_are_listed_again(api, watcher):
    api.events[SERVICES].put({"type": "ERROR", "object": {"code": 410}})
    assert "no longer known" in changed(watcher, "LOST").why
    assert changed(watcher, "BACK").name == "services"
    until(lambda: "Service" in listed(watcher))


@pytest.mark.parametrize("event", [{"type": "ADDED"}, {"type": "ADDED", "object": {}}, 5])
def test_an_event_of_another_form_loses_the_kind(api, watcher, event):
    api.events[SERVICES].put(event)
    lost = changed(watcher, "LOST")
    assert (lost.name, lost.why.startswith("a response of the API")) == ("services", True)
    changed(watcher, "BACK")


def test_a_watch_that_ends_goes_on(api, watcher):
    before = {each.kind.name: each.at for each in watcher.collection().listings}
    api.events[SERVICES].put(END)
    assert api.watched.get(timeout=20) == SERVICES
    after = {each.kind.name: each.at for each in watcher.collection().listings}
    assert after["Service"] > before["Service"]
    assert "Service" in listed(watcher)
    assert watcher.changes.empty()


def test_a_kind_that_is_not_installed_is_listed_and_empty(api):
    api.groups = frozenset({"", "admissionregistration.k8s.io"})
    kinds = [k for k in KINDS if k.name in ("Pod", "EnvoyFilter", "MutatingWebhookConfiguration")]
    found = ClusterWatcher(Address(api.url), "istio-system", kinds)
    found.start(20)
    assert "EnvoyFilter" in listed(found)
    found.close()


def test_a_server_that_is_not_there_leaves_nothing_listed():
    found = ClusterWatcher(Address("http://127.0.0.1:1"), "istio-system", FOLLOWED)
    found.start(20)
    assert found.collection().listings == ()
    names = {each.partition(":")[0] for each in found.collection().problems}
    assert names >= {kind.resource for kind in FOLLOWED}
    found.close()


def test_a_new_mesh_configuration_is_a_change(api, watcher):
    (config,) = (o for o in api.objects if o["kind"] == "ConfigMap" and "mesh" in o["data"])
    metadata = {**config["metadata"], "resourceVersion": "77"}
    api.objects = [o for o in api.objects if o is not config]
    api.objects.append({**config, "metadata": metadata, "data": {"mesh": "trustDomain: other"}})
    assert changed(watcher, "MODIFIED").name == "ConfigMap istio-system/istio"

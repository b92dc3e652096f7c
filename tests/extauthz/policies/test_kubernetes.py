"""Policy objects come from a real HTTP server and become the snapshot in force."""

import re
import threading
from datetime import date

import pytest
from kubernetes_server import END, ApiServer, policy_object

from extauthz.policies import kubernetes as kubernetes_policies
from extauthz.policies.files import PolicyUnreadableError
from extauthz.policies.kubernetes import KubernetesPolicies
from extauthz.policies.kubernetes_api import Api
from extauthz.policies.last_good import MemoryFile
from extauthz.policies.revision import parse
from extauthz.policies.store import PolicyStore
from mesh.policy.decision import Mode
from mesh.policy_file.problems import PolicyError

WIDE = policy_object(
    "mesh",
    "wide",
    {"mode": "enforce", "rules": [{"name": "a", "from": [{"namespaces": ["clinic"]}], "to": [{}]}]},
)
OWN = {
    "rules": [{"name": "in", "from": [{"namespaces": ["lab"]}], "to": [{"namespaces": ["clinic"]}]}]
}
TEAM = policy_object("clinic", "own", OWN)
BROKEN = policy_object(
    "clinic", "bad", {"rules": [{"name": "out", "from": [{}], "to": [{"namespaces": ["finance"]}]}]}
)
LAB = {
    "rules": [{"name": "in", "from": [{"namespaces": ["clinic"]}], "to": [{"namespaces": ["lab"]}]}]
}
DAY = date(2026, 6, 1)
CHART = r"""
apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: charts}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: H, pattern: 'CH-\d{6}', match: [CH-123456]}
"""


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch):
    monkeypatch.setattr(kubernetes_policies, "_CALM_SECONDS", 0.0)
    monkeypatch.setattr(kubernetes_policies, "_MAX_SECONDS", 0.01)


@pytest.fixture
def followed():
    """Follow a server's objects until the test ends."""
    begun = []

    def follow(server, detectors=(), root="mesh"):
        objects = KubernetesPolicies(Api(server.url), root, detectors)
        begun.append(objects)
        objects.start(10)
        return objects

    yield follow
    for objects in begun:
        objects.close()


def store_of(objects):
    return PolicyStore(objects, lambda: DAY, lambda _: object(), required=False)


def until(condition):
    """Wait at most ten seconds for a condition that another thread makes true."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return True
        pause.wait(0.01)
    return False


def names(store):
    return [rule.name for rule in store.current.policy.rules] if store.current.policy else None


def changed(store):
    """Refresh, as the worker's upkeep does, until the snapshot changes."""
    return until(lambda: refreshed(store))


def refreshed(store):
    try:
        return store.refresh()
    except PolicyUnreadableError:
        return False


def test_every_object_is_a_part_and_those_of_the_root_namespace_are_of_the_whole_mesh(followed):
    with ApiServer([WIDE, TEAM]) as server:
        store = store_of(followed(server))
        assert names(store) == ["clinic/in", "a"]
        assert store.current.policy.name == "wide"


def test_what_kubernetes_adds_to_an_object_does_not_change_the_digest(followed):
    with ApiServer([WIDE]) as server:
        one = followed(server).read()
        server.items[("mesh", "wide")]["metadata"] |= {
            "uid": "other",
            "managedFields": [],
            "resourceVersion": "9",
        }
        assert followed(server).read() == one


def test_a_change_is_a_new_revision_and_a_deletion_is_one_too(followed):
    with ApiServer([WIDE]) as server:
        store = store_of(followed(server))
        server.send("ADDED", TEAM)
        assert changed(store)
        assert names(store) == ["clinic/in", "a"]
        server.send("MODIFIED", policy_object("clinic", "own", {"rules": []}))
        assert changed(store)
        assert names(store) == ["a"]
        server.send("DELETED", TEAM)
        assert until(lambda: len(store._source.read().policies) == 1)


def test_a_broken_object_sets_its_namespace_aside_whole(followed):
    with ApiServer([WIDE, TEAM, policy_object("lab", "own", {"rules": []})]) as server:
        store = store_of(followed(server))
        before = store.current
        server.send("MODIFIED", policy_object("clinic", "own", {"rules": []}))
        server.send("ADDED", BROKEN)
        server.send("MODIFIED", policy_object("lab", "own", LAB))
        assert until(lambda: store.refresh() and "lab/in" in names(store) and store.current.aside)
        assert names(store) == ["clinic/in", "lab/in", "a"]
        assert store.current.texts.policies["clinic/own"] == before.texts.policies["clinic/own"]
        (aside,) = store.current.aside
        assert (aside.namespace, aside.closed, store.refused) == ("clinic", False, True)
        assert re.fullmatch(
            r"namespace clinic is as it was: clinic/bad:\d+:\d+: error: "
            r"rule `out` reaches beyond namespace `clinic` .*",
            str(aside),
        )
        assert store.refresh() is False
        server.send("DELETED", BROKEN)
        assert changed(store)
        assert (names(store), store.current.aside, store.refused) == (["lab/in", "a"], (), False)


def test_a_broken_object_of_the_root_namespace_refuses_the_revision(followed):
    with ApiServer([WIDE, TEAM]) as server:
        store = store_of(followed(server))
        before = store.current
        server.send("MODIFIED", policy_object("clinic", "own", {"rules": []}))
        server.send("ADDED", policy_object("mesh", "bad", {"ruls": []}))
        with pytest.raises(PolicyError, match=r"mesh/bad:\d+:\d+: error: unknown key `ruls`"):
            until(lambda: bool(refreshed(store)) and False)
        assert (store.refused, store.judged.is_refused) == (True, True)
        assert "mesh/bad" in {problem.file for problem in store.judged.problems}
        server.send("DELETED", policy_object("mesh", "bad", {}))
        assert until(lambda: not (refreshed(store) or store.refused))
        assert store.current.texts != before.texts


def test_a_guard_that_starts_with_a_broken_namespace_closes_it(followed):
    with ApiServer([WIDE, TEAM, BROKEN]) as server:
        store = store_of(followed(server))
        assert (names(store), store.refused) == (["a"], True)
        assert store.current.policy.closed == {"clinic": Mode.ENFORCE}
        # what scanner processes are given makes the same policy
        assert parse(store.current.texts, today=store.current.today).policy == store.current.policy
        server.send("MODIFIED", WIDE | {"spec": {"mode": "enforce"}})
        assert changed(store)
        assert store.current.policy.closed == {"clinic": Mode.ENFORCE}
        server.send("DELETED", BROKEN)
        assert changed(store)
        assert (names(store), store.refused) == (["clinic/in"], False)


def test_a_restart_while_a_namespace_is_broken_keeps_what_it_had(followed, tmp_path):
    def started(server):
        memory = MemoryFile(tmp_path / "kept")
        return PolicyStore(
            followed(server), lambda: DAY, lambda _: object(), required=False, memory=memory
        )

    with ApiServer([WIDE, TEAM]) as server:
        store = started(server)
        server.send("ADDED", BROKEN)
        assert changed(store)
        again = started(server)
        assert again.current.policy == store.current.policy
        assert [(each.namespace, each.closed) for each in again.current.aside] == [
            ("clinic", False)
        ]
        # the object was good in between, for all that the next guard knows
        changed_since = BROKEN | {"metadata": BROKEN["metadata"] | {"generation": 7}}
        server.items["clinic", "bad"] = changed_since
        assert started(server).current.policy.closed == {"clinic": Mode.ENFORCE}
        assert started(server).current.policy.closed == {"clinic": Mode.ENFORCE}


def test_without_an_answer_there_is_no_policy_until_there_is_one(followed):
    with ApiServer([WIDE]) as server:
        server.fail += [500] * 3
        store = store_of(followed(server))
        assert (store.current.policy, store.refused) == (None, True)
        assert changed(store)
        assert names(store) == ["a"]


def test_no_object_is_no_policy(followed):
    with ApiServer() as server:
        objects = followed(server)
        with pytest.raises(
            PolicyUnreadableError,
            match="found no SegmentationPolicy object; apply one to namespace `mesh`",
        ):
            objects.read()


def test_more_than_can_be_read_in_a_while_is_refused(followed, monkeypatch):
    monkeypatch.setattr(kubernetes_policies, "_MAX_BYTES", 500)
    with ApiServer([WIDE]) as server:
        store = store_of(followed(server))
        server.send("ADDED", TEAM)
        with pytest.raises(PolicyUnreadableError, match="more than 500 bytes; limit them"):
            until(store.refresh)
        assert names(store) == ["a"]


@pytest.mark.parametrize("status", [401, 403, 410, 429, 503])
def test_an_api_that_goes_away_leaves_the_policy_in_force_and_is_reported(followed, status):
    """410 answers the list too. As long as that lasts, the objects are unknown."""
    with ApiServer([WIDE]) as server:
        store = store_of(followed(server))
        before = store.current
        server.watched.acquire()
        server.fail += [status] * 2000
        server.events.put(END)
        assert until(lambda: _is_reported(store, status))
        assert (store.current, store.refused) == (before, True)
        server.fail.clear()
        assert until(lambda: not (refreshed(store) or store.refused))
        assert store.current is before


@pytest.mark.parametrize(
    "line",
    [
        b"<html>\n",
        b"[]\n",
        b'{"type": "MODIFIED", "object": {"metadata": {"resourceVersion": "11"}}}\n',
        b'{"type": "MODIFIED"}\n',
        b"\xff\n",
    ],
)
def test_garbage_leaves_the_policy_in_force_and_the_objects_are_listed_again(followed, line):
    with ApiServer([WIDE]) as server:
        store = store_of(followed(server))
        server.watched.acquire()
        server.items["clinic", "own"] = TEAM  # the watch does not report this change
        server.events.put(line)
        assert changed(store)
        assert names(store) == ["clinic/in", "a"]


def _is_reported(store, status):
    try:
        store.refresh()
    except PolicyUnreadableError as error:
        return "kubernetes://mesh: " in str(error) and f"status {status}" in str(error)
    return False


@pytest.mark.parametrize("way", ["status", "event"])
def test_a_version_that_is_too_old_is_listed_again_and_no_problem(followed, way):
    with ApiServer([WIDE]) as server:
        store = store_of(followed(server))
        server.watched.acquire()
        server.items[("clinic", "own")] = TEAM  # the watch does not report this change
        if way == "status":
            server.fail.append(410)
            server.events.put(END)
        else:
            server.events.put({"type": "ERROR", "object": {"kind": "Status", "code": 410}})
        assert changed(store)
        assert (names(store), store.refused) == (["clinic/in", "a"], False)


def test_a_watch_goes_on_from_the_last_bookmark(followed):
    with ApiServer([WIDE]) as server:
        followed(server)
        server.events.put({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "500"}}})
        server.events.put(END)
        server.watched.acquire()
        server.watched.acquire()
    versions = [query["resourceVersion"] for _, query, _ in server.requests if "watch" in query]
    assert versions[:2] == ["10", "500"]


def test_detectors_come_from_files_and_objects_may_name_what_they_declare(followed, tmp_path):
    rule = {**OWN["rules"][0], "phi": {"request": {"allow": ["CLINIC_CHART"]}}}
    with ApiServer([policy_object("clinic", "own", {"rules": [rule]})]) as server:
        (tmp_path / "charts.yaml").write_text(CHART)
        store = store_of(followed(server, [tmp_path / "charts.yaml"]))
        assert "CLINIC_CHART" in store.current.policy.rules[0].request.allow


@pytest.mark.parametrize(
    "text",
    ["a: b\nkind: DetectorSet", "tab\there", "\u00e9\U0001f600", "\u2028\x7f\x85", "yes", "1e3"],
)
def test_a_text_of_an_object_arrives_as_it_is(followed, text):
    rule = {**OWN["rules"][0], "name": f"r {text}"}
    with ApiServer([policy_object("clinic", "own", {"rules": [rule]})]) as server:
        store = store_of(followed(server))
        assert names(store) == [f"clinic/r {text}"]


@pytest.mark.parametrize("token", [b"secret\n-word", b"\xff"])
def test_a_token_that_cannot_be_sent_is_reported_without_it_and_asked_again(tmp_path, token):
    (tmp_path / "token").write_bytes(token)
    with ApiServer([WIDE]) as server:
        objects = KubernetesPolicies(Api(server.url, tmp_path / "token"), "mesh")
        objects.start(10)
        store = store_of(objects)
        with pytest.raises(PolicyUnreadableError, match="Error in a call of the API") as raised:
            store.refresh()
        assert "secret" not in str(raised.value)
        (tmp_path / "token").write_bytes(b"good")
        assert changed(store)
        objects.close()

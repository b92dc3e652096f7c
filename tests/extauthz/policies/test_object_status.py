"""The status of an object says what the guard made of it."""

import json
from contextlib import suppress
from datetime import date

import pytest

from extauthz.policies.object_status import Replicas, changes, statuses, with_times
from extauthz.policies.revision import Texts
from extauthz.policies.store import PolicyStore
from mesh.policy_file.problems import PolicyError

OPENS = {"rules": [{"name": "in", "from": [{}], "to": [{"namespaces": ["clinic"]}]}]}
BROKEN = {"rules": [{"name": "maria", "from": [{}], "to": [{}]}]}
ALL = Replicas(2, 3)


class Objects:
    """A source whose objects change."""

    def __init__(self, **specs):
        self.texts, self.versions = {}, {}
        for name, spec in specs.items():
            self.put(name.replace("_", "/"), spec)

    def put(self, name, spec):
        namespace, own = name.split("/")
        scope = {} if namespace == "mesh" else {"namespace": namespace}
        item = {
            "apiVersion": "phiguard.dev/v1alpha1",
            "kind": "SegmentationPolicy",
            "metadata": {"name": own, **scope},
            "spec": spec,
        }
        generation = int(self.versions.get(name, "u/0").rpartition("/")[2]) + 1
        self.texts[name], self.versions[name] = json.dumps(item, indent=2), f"u/{generation}"

    def read(self):
        owners = {n: n.partition("/")[0] for n in self.texts if not n.startswith("mesh/")}
        return Texts(dict(self.texts), {}, owners, dict(self.versions))


def opened(objects):
    return PolicyStore(objects, lambda: date(2026, 6, 1), lambda _: object(), required=False)


def refreshed(store):
    with suppress(PolicyError):
        store.refresh()


def found(store):
    return {
        name: {each["type"]: (each["status"], each["reason"]) for each in status["conditions"]}
        for name, status in statuses(store.judged, store.current, ALL).items()
    }


IN_FORCE = {"Accepted": ("True", "Valid"), "InForce": ("True", "InForce")}


def test_what_decides_is_in_force_and_says_with_which_policy():
    store = opened(Objects(mesh_wide={}, clinic_own=OPENS))
    assert found(store) == {"mesh/wide": IN_FORCE, "clinic/own": IN_FORCE}
    status = statuses(store.judged, store.current, ALL)["clinic/own"]
    assert status["digest"] == store.current.policy.digest
    assert (status["replicas"], status["observedGeneration"], status["problems"]) == ("2/3", 1, [])


def test_a_broken_object_is_not_accepted_and_its_neighbour_is_not_in_force():
    objects = Objects(mesh_wide={}, clinic_own=OPENS, lab_own={"rules": []})
    store = opened(objects)
    objects.put("clinic/own", BROKEN)
    objects.put("clinic/new", {"rules": []})
    refreshed(store)
    assert found(store) == {
        "mesh/wide": IN_FORCE,
        "lab/own": IN_FORCE,
        "clinic/own": {"Accepted": ("False", "Invalid"), "InForce": ("False", "SetAside")},
        "clinic/new": {"Accepted": ("True", "Valid"), "InForce": ("False", "SetAside")},
    }
    status = statuses(store.judged, store.current, ALL)["clinic/own"]
    assert status["observedGeneration"] == 2
    assert status["problems"] == [
        {
            "severity": "error",
            "path": "spec.rules[0]",
            "message": "rule `...` reaches beyond namespace `...`",
            "hint": "name only destinations of `...`, or write the rule in a file without "
            "`metadata.namespace`",
        }
    ]
    assert "maria" not in json.dumps(status)


def test_an_object_of_a_closed_namespace_says_so():
    store = opened(Objects(mesh_wide={}, clinic_own=BROKEN))
    assert found(store)["clinic/own"]["InForce"] == ("False", "Closed")


def test_a_broken_object_of_the_root_namespace_refuses_the_others():
    objects = Objects(mesh_wide={}, clinic_own=OPENS)
    store = opened(objects)
    objects.put("mesh/bad", {"ruls": []})
    objects.put("clinic/new", {"rules": []})
    refreshed(store)
    assert found(store) == {
        "mesh/wide": IN_FORCE,
        "clinic/own": IN_FORCE,
        "mesh/bad": {"Accepted": ("False", "Invalid"), "InForce": ("False", "Refused")},
        "clinic/new": {"Accepted": ("True", "Valid"), "InForce": ("False", "Refused")},
    }


def test_without_a_policy_nothing_is_in_force():
    store = opened(Objects(mesh_wide={"ruls": []}))
    refreshed(store)
    assert found(store)["mesh/wide"] == {
        "Accepted": ("False", "Invalid"),
        "InForce": ("False", "NoPolicy"),
    }
    assert "digest" not in statuses(store.judged, store.current, ALL)["mesh/wide"]


def test_the_newest_generation_with_the_same_text_is_observed():
    objects = Objects(mesh_wide={})
    store = opened(objects)
    objects.versions["mesh/wide"] = "another/7"
    refreshed(store)
    assert statuses(store.judged, store.current, ALL)["mesh/wide"]["observedGeneration"] == 7


def conditions(**states):
    return {
        "conditions": [
            {"type": kind, "status": status, "reason": reason}
            for kind, (status, reason) in states.items()
        ]
    }


@pytest.mark.parametrize(
    ("before", "time"),
    [
        ({}, "now"),
        (conditions(InForce=("False", "Closed")), "now"),
        (
            {
                "conditions": [
                    {"type": "InForce", "status": "True", "lastTransitionTime": "yesterday"}
                ]
            },
            "yesterday",
        ),
    ],
)
def test_a_condition_keeps_its_time_until_its_status_changes(before, time):
    made = with_times(conditions(InForce=("True", "InForce")), before, "now")
    assert [each["lastTransitionTime"] for each in made["conditions"]] == [time]


def test_an_event_is_worth_a_change_of_status_or_reason():
    after = conditions(Accepted=("True", "Valid"), InForce=("False", "SetAside"))
    before = conditions(Accepted=("True", "Valid"), InForce=("False", "Closed"))
    assert [each["reason"] for each in changes(after, before)] == ["SetAside"]
    assert len(changes(after, {})) == 2
    assert changes(after, after) == []

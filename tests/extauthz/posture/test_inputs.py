"""What an audit is asked: what cannot be read is a doubt, never a silence."""

import json
from dataclasses import replace

import pytest
from living_mesh import NOW
from posture_folder import write

from extauthz.posture import folder
from extauthz.posture.collection import Dump, Ledgers
from extauthz.posture.inputs import inputs_of, pod_of
from mesh.message.facts import Vantage
from mesh.posture.canary.history import line_of
from mesh.posture.canary.nonce import Purpose
from mesh.posture.canary.outcome import Outcome, Result
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Stance
from mesh.posture.observed import Sighting
from mesh.posture.sync import NOT_GIVEN, NOT_KNOWN
from mesh.posture.verdict import Freshness

EHR = "cluster.local/ns/clinic/sa/ehr"
CELL = Cell(WorkloadName("clinic", "Deployment", "ehr"), Vantage.INBOUND, 8080, PeerClass.MESH)
OWN = "phiguard-7d9c-0"
POD = ("clinic", "ehr-7d9c-0")


def dump(pod="ehr-7d9c-0.clinic"):
    node = {"id": f"sidecar~10.0.0.1~{pod}~clinic.svc.cluster.local"}
    kind = "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump"
    return json.dumps({"configs": [{"@type": kind, "bootstrap": {"node": node}}]}).encode()


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    return folder.read(write(tmp_path_factory.mktemp("posture") / "given"))


def asked(given, **changes):
    return inputs_of(replace(given, **changes), Freshness(), "phiguard")


def dumps(data, name="clinic.ehr-7d9c-0.json"):
    return (Dump(f"proxies/{name}", data, NOW),)


def test_a_dump_is_the_configuration_of_its_pod(given):
    inputs, _ = asked(given, dumps=dumps(dump()))
    assert [(each.namespace, each.pod, each.at) for each in inputs.proxies] == [(*POD, NOW)]
    assert inputs.unreadable == {}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"configs": [{"@ty', "is not JSON, or was cut off at byte"),
        (b"", "is not JSON"),
        (b"[]", "is no config dump"),
        (b"{}", "no `configs`"),
        (b"[" * 100_000, "is not JSON"),
        (dump("lab-1.clinic"), "is the dump of another pod, clinic/lab-1"),
    ],
)
def test_a_dump_that_cannot_be_read_is_said_of_its_pod(given, data, why):
    inputs, problems = asked(given, dumps=dumps(data))
    assert inputs.proxies == []
    assert why in inputs.unreadable[POD]
    assert [each for each in problems if why in each]


def test_whose_dump_a_file_is(given):
    assert pod_of("proxies/clinic.ehr.v1-7d9c.json") == ("clinic", "ehr.v1-7d9c")
    assert pod_of("proxies/dump.json") is None
    assert [each.pod for each in asked(given, dumps=dumps(dump(), "dump.json"))[0].proxies] == [
        POD[1]
    ]


@pytest.mark.parametrize(
    ("pages", "doubt"),
    [
        ([], NOT_GIVEN),
        ([b"[]"], NOT_KNOWN),
        ([b"[", b"[]"], NOT_GIVEN),
        ([b'[{"proxy": "ehr-7d9c-0.clinic", "listener_sent": "a"}]'], "istiod has sent listener"),
        ([b'[{"proxy": "ehr-7d9c-0.clinic", "listener_sent": "a", "listener_acked": "a"}]'], ""),
    ],
)
def test_what_istiod_does_not_confirm_is_a_doubt(given, pages, doubt):
    sync = tuple(Dump("istiod/x.json", page, NOW) for page in pages)
    inputs, problems = asked(given, dumps=dumps(dump()), sync=sync)
    assert inputs.doubts.get(POD, "").startswith(doubt)
    assert bool(inputs.doubts) is bool(doubt)
    assert (b"[" in pages) is any(each.startswith("istiod: ") for each in problems)


def seen(given, replicas, problems=(), guards=("phiguard-0", "phiguard-1")):
    pods = [
        {
            "metadata": {
                "name": name, "namespace": "phiguard-system",
                "labels": {"app.kubernetes.io/name": "phiguard"},
            },
            "status": {"phase": "Running"},
        }
        for name in guards
    ]  # fmt: skip
    listings = tuple(
        replace(each, items=[*each.items, *pods]) if each.kind.name == "Pod" else each
        for each in given.listings
    )
    sightings = (Sighting(EHR, Vantage.INBOUND, "phiguard-0", 1, NOW - 5, mutual=NOW - 5),)
    # the clean mesh has a pod of the guard too
    ledgers = Ledgers(sightings, frozenset([*replicas, OWN]), tuple(problems), NOW)
    inputs, said = asked(given, listings=listings, ledgers=ledgers)
    return inputs.heartbeats.evidence(CELL, EHR, False), said


def test_the_ledgers_of_all_guards_show_what_they_saw(given):
    found, _ = seen(given, ["phiguard-0", "phiguard-1", "an-old-one"])
    assert found.stance is Stance.JUDGED


def test_where_the_ledger_of_a_guard_is_missing_nothing_is_shown(given):
    found, _ = seen(given, ["phiguard-0"])
    assert (found.stance, found.code) == (Stance.UNKNOWN, "ledger-missing")
    assert found.text == "the ledger of the guard's pod phiguard-1 was not given"


def test_a_ledger_that_does_not_verify_is_named(given):
    found, problems = seen(given, ["phiguard-0", "phiguard-1"], ["x.jsonl:2: changed"])
    assert found.stance is Stance.UNKNOWN
    assert "x.jsonl:2: changed" in problems


def test_without_a_ledger_nobody_says_what_was_seen(given):
    assert asked(given)[0].heartbeats is None


def test_the_record_of_canaries_is_read_and_a_broken_line_is_a_problem(given):
    reached = Outcome(str(CELL), NOW, "ehr:80", "", Purpose.REQUEST, Result.REACHED)
    line = f"{line_of(reached)}\n".encode()
    inputs, problems = asked(given, canaries=Dump("canaries.jsonl", line, NOW))
    assert inputs.canaries.evidence(CELL, opted_in=True).stance is Stance.DOWN
    assert not [each for each in problems if "canaries" in each]
    inputs, problems = asked(given, canaries=Dump("canaries.jsonl", b"{\n" + line, NOW))
    assert inputs.canaries.evidence(CELL, opted_in=True).stance is Stance.DOWN
    assert [each for each in problems if each.startswith("canaries.jsonl, line 1: no JSON")]
    assert asked(given, canaries=None)[0].canaries is None

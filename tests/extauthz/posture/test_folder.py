"""What a posture folder says, and which of its files make a kind listed."""

import json
import os

import pytest
from living_mesh import NOW
from posture_folder import lists, objects, put, write

from extauthz.posture import collection as collections
from extauthz.posture import folder
from extauthz.posture.folder import FolderError
from mesh.posture.declared import NEEDED


@pytest.fixture
def made(tmp_path):
    return write(tmp_path / "given")


def listed(path):
    found, problems = collections.objects_of(folder.read(path))
    return found.listed, problems


def test_a_folder_with_all_lists_is_known_whole(made):
    found = folder.read(made)
    snapshot, problems = collections.objects_of(found)
    assert snapshot.listed >= set(NEEDED)
    assert (found.problems, problems) == (
        (),
        ("ConfigMap istio-sidecar-injector of Istio was not given",),
    )
    assert (found.at, collections.objects_at(found)) == (NOW, NOW)
    assert len(snapshot.kind("Pod")) == 4
    assert [each.in_force for each in snapshot.kind("MeshConfig")] == [True]


@pytest.mark.parametrize("name", list(lists()))
def test_a_kind_whose_file_is_gone_is_not_listed(made, name):
    before, _ = listed(made)
    (made / "objects" / f"{name}.json").unlink()
    after, _ = listed(made)
    assert after < before


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('{"kind": "List", "items": [{"metadata": {"na', "is not JSON, or was cut off at byte"),
        ("", "is empty; the command that made it failed"),
        ("[1, 2]", "is not a list of objects"),
        ("[" * 5000, "is not JSON"),
        ({"kind": "List", "items": 5}, "is not a list of pods"),
        ({"kind": "List", "items": [{"kind": "Pod"}]}, "is not a list of pods"),
        ({"kind": "Pod", "metadata": {"name": "one"}}, "is not a list of pods"),
        ({"kind": "ServiceList", "items": []}, "is not a list of pods"),
        ({"kind": "PodList", "items": [], "metadata": {"continue": "x"}}, "is one page of a list"),
        (
            {"kind": "List", "items": [{"kind": "Service", "metadata": {"name": "a"}}]},
            "holds objects of other kinds too (Service)",
        ),
    ],
)  # fmt: skip
def test_what_is_no_whole_list_makes_nothing_listed(made, value, why):
    put(made, "pods", value)
    found = folder.read(made)
    snapshot, odd = collections.objects_of(found)
    assert "Pod" not in snapshot.listed
    assert "Service" in snapshot.listed
    assert [each for each in (*found.problems, *odd) if why in each]
    assert all(each.isprintable() for each in (*found.problems, *odd))


def test_two_lists_of_one_kind_are_none(made):
    put(made, "deployments", {"kind": "List", "items": []})
    assert "Deployment" not in listed(made)[0]


def test_an_object_that_is_there_twice_and_differs_makes_its_kind_doubtful(made):
    (other,) = [o for o in objects() if o["kind"] == "Service"][:1]
    text = json.dumps({**other, "spec": {"selector": {"app": "another"}}})
    (made / "objects" / "more.json").write_text(text)
    kinds, problems = listed(made)
    assert "Service" not in kinds
    assert [each for each in problems if "says something else" in each]


def test_a_plural_of_two_groups_names_neither(made):
    (made / "objects" / "gateways.networking.istio.io.json").rename(made / "objects/gateways.json")
    assert "Gateway" not in listed(made)[0]


@pytest.mark.parametrize("by", ["collector", "kubectl"])
def test_a_kind_that_is_not_installed_is_known(made, by):
    name = "gateways.gateway.networking.k8s.io"
    (made / "objects" / f"{name}.json").unlink()
    assert "Gateway" not in listed(made)[0]
    if by == "collector":
        (made / "collected.json").write_text(
            json.dumps({"at": "2026-11-30T14:00:00Z", "absent": [name]})
        )
    else:
        there = "\n".join(each for each in (*lists(), "nodes") if each != name)
        (made / "objects" / "kinds.txt").write_text(there)
    assert "Gateway" in listed(made)[0]


def test_a_list_of_kinds_that_is_none_says_nothing(made):
    (made / "objects" / "pods.json").unlink()
    (made / "objects" / "kinds.txt").write_text("error: you must be logged in\n")
    kinds, _ = listed(made)
    assert "Pod" not in kinds
    assert "kinds.txt: is not the output of" in " ".join(folder.read(made).problems)


def test_without_a_time_nobody_says_when(tmp_path):
    found = folder.read(write(tmp_path / "given", at=""))
    assert (found.at, collections.objects_at(found)) == (None, None)
    assert "collected.json: is not there" in found.problems[0]


def test_a_time_without_an_offset_is_none(made):
    (made / "collected.json").write_text('{"at": "2026-11-30T14:00:00"}')
    assert folder.read(made).at is None


def test_a_file_has_its_own_time(made):
    (made / "collected.json").write_text(
        json.dumps(
            {"at": "2026-11-30T14:00:00Z", "times": {"objects/pods.json": "2026-11-30T13:00:00Z"}}
        )
    )
    found = folder.read(made)
    assert collections.objects_at(found) == found.at - 3600


def test_what_the_collector_was_refused_is_a_problem(made):
    (made / "collected.json").write_text(
        json.dumps({"at": "2026-11-30T14:00:00Z", "refused": {"pods": "status 403"}})
    )
    assert "pods: status 403" in folder.read(made).problems


def test_a_revision_whose_configuration_is_not_there_takes_the_others_word(made):
    hooks = [
        {"metadata": {"name": f"istio-sidecar-injector-{r}", "labels": {"istio.io/rev": r}}}
        for r in ("default", "canary")
    ]
    put(
        made,
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        {"kind": "List", "items": hooks},
    )
    snapshot, problems = collections.objects_of(folder.read(made))
    assert [each.in_force for each in snapshot.kind("MeshConfig")] == [False]
    assert "ConfigMap istio-canary of Istio was not given" in problems


def test_dumps_and_pages_are_taken_as_they_are(made):
    for name in ("proxies/clinic.ehr-1.json", "istiod/a.json", "istiod/b.json", "canaries.jsonl"):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text("{}")
    found = folder.read(made)
    assert [each.source for each in found.dumps] == ["proxies/clinic.ehr-1.json"]
    assert [each.source for each in found.sync] == ["istiod/a.json", "istiod/b.json"]
    assert found.canaries.data == b"{}"
    assert {each.at for each in (*found.dumps, *found.sync)} == {NOW}


def test_a_file_that_cannot_be_read_is_a_problem_and_the_rest_goes_on(made):
    (made / "objects" / "pods.json").unlink()
    (made / "objects" / "pods.json").symlink_to("/nowhere")
    (made / "objects" / "note.txt").write_text("hello")
    (made / "objects" / "bad.yaml").write_bytes(b"\xff\xfe\x00kind: [")
    problems = folder.read(made).problems
    for part in ("pods.json: no such file", "note.txt: is of no kind", "bad.yaml: is not UTF-8"):
        assert part in " ".join(problems)


def test_what_is_no_folder_is_said(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(FolderError):
            folder.read(path)


def test_a_pipe_or_a_folder_in_the_place_of_a_file_is_not_waited_for(made):
    for name in ("pods", "services"):
        (made / "objects" / f"{name}.json").unlink()
    os.mkfifo(made / "objects" / "pods.json")
    (made / "objects" / "services.json").mkdir()
    os.mkfifo(made / "sightings.jsonl")
    found = folder.read(made)
    assert found.ledgers is None
    said = [each for each in found.problems if each.endswith("is no file")]
    assert [each.partition(":")[0] for each in said] == [
        "objects/pods.json", "objects/services.json", "sightings.jsonl",
    ]  # fmt: skip
    assert not {"Pod", "Service"} & collections.objects_of(found)[0].listed

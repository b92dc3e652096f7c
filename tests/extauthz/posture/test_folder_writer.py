"""A folder that was written says what was collected, and no secret of a container."""

from dataclasses import replace

import pytest
from posture_folder import objects, write

from extauthz.posture import collection as collections
from extauthz.posture import folder, folder_writer
from extauthz.posture.collection import Dump
from extauthz.posture.folder_writer import WriteError
from extauthz.posture.lean import lean

SECRET = "hunter2-of-the-test"


@pytest.fixture
def found(tmp_path):
    return folder.read(write(tmp_path / "given"))


def test_what_was_written_is_read_again(found, tmp_path):
    dump = Dump("proxies/clinic.ehr-1.json", b"{}", 5.0)
    whole = replace(found, dumps=(dump,), sync=(Dump("x", b"[]", 6.0),), problems=("pods: no",))
    folder_writer.write(whole, tmp_path / "kept")
    again = folder.read(tmp_path / "kept")
    assert (again.dumps, again.problems, again.at) == ((dump,), ("pods: no",), found.at)
    assert [(each.data, each.at) for each in again.sync] == [(b"[]", 6.0)]
    before, after = collections.objects_of(found)[0], collections.objects_of(again)[0]
    assert before.listed == after.listed
    assert sorted(d.title for d in before.documents) == sorted(d.title for d in after.documents)
    assert (tmp_path / "kept").stat().st_mode & 0o77 == 0


def test_a_part_stays_a_part(found, tmp_path):
    parts = tuple(replace(each, whole=False) for each in found.listings)
    folder_writer.write(replace(found, listings=parts), tmp_path / "kept")
    assert collections.objects_of(folder.read(tmp_path / "kept"))[0].listed == frozenset()


def test_a_folder_with_something_in_it_is_left_alone(found, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine").write_text("x")
    with pytest.raises(WriteError, match="is not empty"):
        folder_writer.write(found, tmp_path / "kept")
    assert [each.name for each in (tmp_path / "kept").iterdir()] == ["mine"]


def test_a_write_that_fails_leaves_nothing(found, tmp_path):
    with pytest.raises(WriteError, match="name a folder that can be made"):
        folder_writer.write(found, tmp_path / "none" / "kept")
    broken = replace(found, dumps=(Dump("proxies/..", b"", None),))
    with pytest.raises(WriteError):
        folder_writer.write(broken, tmp_path / "kept")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["given"]


def test_no_environment_or_argument_of_a_workload_is_written():
    container = {
        "name": "app",
        "env": [{"name": "DB", "value": SECRET}],
        "args": [f"--password={SECRET}"],
        "command": ["run", SECRET],
        "ports": [{"containerPort": 80}],
    }
    note = {"kubectl.kubernetes.io/last-applied-configuration": SECRET, "a": "b"}
    pod = {
        "metadata": {"name": "x", "annotations": note},
        "spec": {"containers": [container], "initContainers": [container]},
    }
    job = {"spec": {"template": pod}, "metadata": {"name": "y"}}
    for each in (pod, job):
        assert SECRET not in str(lean(each)["spec"])
    assert lean(pod)["spec"]["containers"] == [{"name": "app", "ports": [{"containerPort": 80}]}]
    assert lean(pod)["metadata"]["annotations"] == {"a": "b"}
    assert SECRET in str(pod)


def test_what_an_audit_reads_of_istio_and_the_guard_stays():
    for kept in (
        {"name": "istio-init", "args": ["-o", "443"], "env": [{"name": "A", "value": "b"}]},
        {"name": "guard", "args": ["serve", "--tls-ca", "x"]},
    ):
        assert lean({"spec": {"containers": [kept]}})["spec"]["containers"] == [kept]
    assert all(lean(each)["kind"] == each["kind"] for each in objects())

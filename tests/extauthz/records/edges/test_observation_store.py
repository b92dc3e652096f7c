import stat
import threading
from datetime import date
from pathlib import Path

import pytest
from counted_edges import BILLING, EHR, count

from extauthz.records.edges import observation_store
from extauthz.records.edges.observation_store import (
    LIMIT,
    NO_EDGES,
    ObservationStore,
    ObservationStoreError,
    read,
    read_file,
)
from mesh.observed.jsonl import EdgesError, line_of
from mesh.policy_file.load import parse

DAY = date(2026, 11, 23)
RULED = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: p}
spec:
  rules:
  - name: gizmos
    from: [{}]
    to: [{operation: {paths: ["/gizmos/*"]}}]
    phi: {request: {redact: [PERSON_NAME]}}
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "edges"


@pytest.fixture
def opened(folder):
    stores = []

    def make(worker=0, **options):
        stores.append(ObservationStore(folder, worker, lambda: DAY, **options))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


def test_messages_of_one_edge_and_route_are_counted_together(opened, folder):
    store = opened()
    count(store, "/claims/7731?q=ana", "PERSON_NAME", "DIAGNOSIS")
    count(store, "/claims/ana-ruiz", "PERSON_NAME")
    store.save()
    (seen,) = read([folder]).observations
    assert (seen.sighting.source, seen.sighting.destination, seen.sighting.route) == (
        EHR,
        BILLING,
        "/claims/{id}",
    )
    assert (seen.count, seen.first, seen.last) == (2, DAY, DAY)
    assert (dict(seen.content.identifiers), dict(seen.content.health)) == (
        {"PERSON_NAME": 2},
        {"DIAGNOSIS": 1},
    )


def test_nobody_else_may_read_the_folder_and_its_files(opened, folder):
    store = opened()
    count(store)
    store.save()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    assert modes == {"edges": 0o700, "edges-0.jsonl": 0o600, "edges-0.lock": 0o600}


def test_nothing_is_written_that_has_not_changed(opened, folder):
    store = opened()
    store.save()
    assert not (folder / "edges-0.jsonl").exists()
    count(store)
    store.save()
    before = (folder / "edges-0.jsonl").stat().st_ino
    store.save()
    assert (folder / "edges-0.jsonl").stat().st_ino == before


def test_a_restart_goes_on_counting(opened, folder):
    first = opened()
    count(first, "/claims", "PERSON_NAME")
    first.close()
    second = opened()
    count(second, "/claims", "PERSON_NAME")
    second.close()
    (seen,) = read([folder]).observations
    assert (seen.count, dict(seen.content.identifiers)) == (2, {"PERSON_NAME": 2})


def test_workers_have_files_of_their_own_and_readers_merge_them(opened, folder):
    for worker in (0, 1):
        store = opened(worker)
        count(store)
        store.save()
    assert [each.count for each in read([folder]).observations] == [2]
    file = folder / "edges-1.jsonl"
    assert [each.count for each in read([folder, file, file]).observations] == [2]
    assert read([file, folder / "edges-0.jsonl"]) == read([folder])


def test_a_folder_that_another_process_counts_in_is_refused(opened, folder):
    opened()
    with pytest.raises(ObservationStoreError, match="another process counts the edges of worker 0"):
        ObservationStore(folder, 0, lambda: DAY)


def test_beyond_its_limit_a_store_counts_messages_only_and_says_so(opened, folder):
    store = opened(limit=2)
    for path in ("/claims", "/labs", "/orders", "/orders", "/claims"):
        count(store, path)
    store.save()
    edges = read([folder])
    assert (len(edges.observations), edges.left_out, edges.limit) == (2, 2, 2)
    assert sum(each.count for each in edges.observations) == 3
    store.close()
    assert opened(limit=2).left_out == 2
    assert LIMIT == 10_000


def test_a_file_that_cannot_be_gone_on_with_is_set_aside_with_its_line(opened, folder):
    folder.mkdir()
    for number in (1, 2):
        (folder / "edges-0.jsonl").write_text("Ana Ruiz\n")
        store = opened()
        assert store.problem.startswith(
            f"{folder}/edges-0.jsonl:1: not a line of an observation store"
        )
        assert (folder / f"edges-0.unusable-{number}").read_text() == "Ana Ruiz\n"
        store.close()
    assert NO_EDGES.problem == opened().problem == ""


def test_a_crash_in_the_middle_of_a_write_leaves_the_old_file(opened, folder, monkeypatch):
    store = opened()
    count(store)
    store.save()
    count(store)

    def die(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", die)
        with pytest.raises(
            ObservationStoreError,
            match=r"edges cannot be written \(No space left on device\); make room on the disk",
        ):
            store.save()
    assert [each.count for each in read([folder]).observations] == [1]
    store.save()
    assert [each.count for each in read([folder]).observations] == [2]


def test_what_is_counted_while_a_file_is_written_is_whole(opened, folder):
    store = opened()
    stop = threading.Event()

    def save():
        while not stop.is_set():
            store.save()

    writer = threading.Thread(target=save)
    writer.start()
    for _ in range(300):
        count(store, "/claims", "PERSON_NAME", "DIAGNOSIS")
        assert not (folder / "edges-0.jsonl").exists() or read_file(folder / "edges-0.jsonl")
    stop.set()
    writer.join()
    store.save()
    (seen,) = read([folder]).observations
    assert (seen.count, seen.content.identifiers["PERSON_NAME"]) == (300, 300)


def test_a_message_that_is_counted_while_a_file_is_written_is_in_the_next(
    opened, folder, monkeypatch
):
    store = opened()
    count(store)
    replace = Path.replace

    def count_and_replace(path, target):
        monkeypatch.setattr(Path, "replace", replace)
        count(store)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", count_and_replace)
    store.save()
    assert [each.count for each in read([folder]).observations] == [1]
    store.save()
    assert [each.count for each in read([folder]).observations] == [2]


def test_a_message_that_is_counted_while_its_line_is_made_is_in_the_next(
    opened, folder, monkeypatch
):
    store = opened()
    count(store)

    def count_and_make(observation):
        monkeypatch.setattr(observation_store, "line_of", line_of)
        count(store)
        return line_of(observation)

    monkeypatch.setattr(observation_store, "line_of", count_and_make)
    store.save()
    store.save()
    assert [each.count for each in read([folder]).observations] == [2]


def test_a_file_that_is_written_while_a_message_is_counted_loses_no_message(folder):
    """The writer must wait until the message is counted.

    Else it marks the store as written when the message is half counted, and nothing writes the
    rest.
    """
    writers = []

    def today():
        writers.append(threading.Thread(target=store.save))
        writers[-1].start()
        writers[-1].join(0.1)  # a writer that does not wait ends within this time
        return DAY

    store = ObservationStore(folder, 0, today)
    count(store)
    for writer in writers:
        writer.join()
    store.close()
    assert [each.count for each in read([folder]).observations] == [1]


def test_words_of_the_policy_in_force_are_routes_and_masked_identifiers_are_recorded(
    opened, folder
):
    store = opened()
    ruled = parse(RULED, file="p.yaml")
    count(store, "/gizmos/7", "PERSON_NAME", policy=ruled)
    count(store, "/gizmos/7", policy=None)
    # A forged check: `mallory` claims to be another caller.
    count(store, "/gizmos/7", caller=BILLING.replace("billing", "mallory"), policy=ruled)
    store.save()
    seen = {each.sighting.route: each for each in read([folder]).observations}
    assert dict(seen["/gizmos/{id}"].content.masked) == {"PERSON_NAME": 1}
    assert seen.keys() == {"/gizmos/{id}", "/{id}/{id}"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ObservationStoreError, match="file/edges: the edges cannot be opened"):
        ObservationStore(tmp_path / "file" / "edges", 0, lambda: DAY)


def test_what_is_no_store_is_named(tmp_path):
    with pytest.raises(
        EdgesError,
        match=r"holds no edges-.*; give a folder that .* wrote after a message was judged",
    ):
        read([tmp_path])
    with pytest.raises(EdgesError, match="missing: no such file or directory; give files"):
        read([tmp_path / "missing"])
    (tmp_path / "x").write_bytes(b"\xff\n")
    with pytest.raises(EdgesError, match="x:1: not a line of an observation store"):
        read([tmp_path / "x"])


def test_a_folder_that_cannot_be_read_says_why(tmp_path, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(EdgesError, match="permission denied; give files or folders that"):
        read([tmp_path])

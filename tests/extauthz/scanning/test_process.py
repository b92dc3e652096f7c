"""The other end of a connection: which revision judges, and a failure that says nothing."""

import multiprocessing
import pickle
import socket

import pytest
from scanned_policy import POLICY, snapshot_of

from extauthz.detection.engines import Detection
from extauthz.scanning import process
from extauthz.scanning.frames import HEADER
from extauthz.scanning.job import Job
from extauthz.scanning.process import KEPT, Loaded, Snapshots
from extauthz.scanning.timed_exchange import Before, Budget
from mesh.exchange.events import Body, Head
from mesh.message.facts import Facts

HEAD = Head(
    Facts(source="cluster.local/ns/a/sa/a", destination="cluster.local/ns/b/sa/b", mtls=True)
)


def _order(number, engine, *, with_engine=True):
    policy = POLICY.replace("name: clinic", f"name: clinic-{number}")
    made = snapshot_of(policy, engine)
    compiled = engine.serialized() if with_engine else b""
    return Loaded(number, made.texts, made.today, Detection(), compiled)


def _judged_by(snapshots, key):
    job = Job((HEAD, Body(b"words", end=True)), Budget(1 << 20, 20.0), Before(), with_places=True)
    return snapshots.judge(key, job).outcome.decision.policy


def test_the_revision_that_was_loaded_first_is_forgotten_whatever_its_number(engine_in_use):
    assert KEPT == 2
    snapshots = Snapshots()
    for number in (2, 1, 3):  # a new process loads the one in force, then one of an open stream
        snapshots.load(_order(number, engine_in_use))

    assert _judged_by(snapshots, 1) != _judged_by(snapshots, 3)
    with pytest.raises(KeyError):
        _judged_by(snapshots, 2)


def test_a_revision_without_patterns_has_the_engine_that_was_loaded_last(engine_in_use):
    snapshots = Snapshots()
    for number in (2, 1):
        snapshots.load(_order(number, engine_in_use))
    last = snapshots._loaded[1].engine
    snapshots.load(_order(3, engine_in_use, with_engine=False))

    assert snapshots._loaded[3].engine is last


def test_a_failure_ends_the_process_without_a_word(capfd):
    ours, theirs = socket.socketpair()
    started = multiprocessing.get_context("spawn").Process(target=process.main, args=(theirs,))
    started.start()
    theirs.close()
    content = pickle.dumps(("536-22-8790", "no job"))
    ours.sendall(HEADER.pack(len(content)) + content)
    started.join(60)

    assert started.exitcode == 1
    assert ours.recv(1) == b""
    ours.close()
    assert capfd.readouterr() == ("", "")

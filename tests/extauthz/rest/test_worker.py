"""A worker in this process: it tells what it reads, and ends when nobody listens."""

import multiprocessing
import os
import signal
import threading

import pytest

from atrest.manners import Manners
from atrest.source import Budget
from atrest.spec import parse
from atrest.unit import Unit, UnitKind
from extauthz.detection import engines
from extauthz.detection.engine_cache import default_folder
from extauthz.rest import worker
from extauthz.rest.task import Task
from extauthz.rest.worker import Beat, Beats, Detectors, serve


def test_beats_are_sent_twice_a_second_and_lose_nothing(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    sent = []
    beats = Beats(sent.append)
    for _ in range(30):
        now[0] += 0.1
        beats(2, 10)
    beats.flush()
    beats.flush()
    assert len(sent) == 6
    assert sum(b.rows for b in sent) == 60
    assert sum(b.bytes for b in sent) == 300


@pytest.mark.usefixtures("engine")
def test_it_performs_tasks_until_the_connection_closes(tmp_path, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # only a main thread may
    (tmp_path / "a.txt").write_text("Patient: Ana Ruiz, MRN: 7730145")
    ours, theirs = multiprocessing.Pipe()
    choice = engines.Detection(cache=default_folder(os.environ))
    thread = threading.Thread(target=serve, args=(theirs, Detectors(choice)))
    thread.start()
    unit = Unit(f"file://{tmp_path}", "a.txt", UnitKind.FILE)
    ours.send(Task(parse(str(tmp_path)), unit, Budget(), Manners()))
    found = [ours.recv()]
    while isinstance(found[-1], Beat):
        found.append(ours.recv())
    assert found[-1].profile.documents == 1
    assert sum(b.bytes for b in found[:-1]) == 31
    ours.close()
    thread.join(10)
    assert not thread.is_alive()

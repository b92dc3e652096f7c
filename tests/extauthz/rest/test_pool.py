"""The pool: real processes, one of which is killed and one of which hangs."""

import contextlib
import os
import signal

import pytest

from atrest.manners import Manners
from atrest.readers.disk import Mounts
from atrest.readers.files import Files
from atrest.source import Budget
from atrest.spec import parse
from atrest.unit import Unit
from extauthz.detection import engines
from extauthz.detection.engine_cache import default_folder
from extauthz.rest import pool as pools
from extauthz.rest.pool import Pool
from extauthz.rest.schedule import Feed, Schedule
from extauthz.rest.task import Task
from extauthz.rest.worker import Detectors

PHI = '{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'


@pytest.fixture
def pool(engine):
    with contextlib.ExitStack() as stack:

        def make(size):
            choice = engines.Detection(cache=default_folder(os.environ))
            found = Pool(size, Detectors(choice))
            stack.callback(found.close)
            return found

        yield make


@pytest.fixture
def files(tmp_path):
    for number in range(12):
        (tmp_path / f"{number:02}.json").write_text(PHI)
    return tmp_path


def schedule(folder):
    units = [u for u in Files(folder, Mounts.here(), Manners()).list() if isinstance(u, Unit)]
    made = (Task(parse(str(folder)), unit, Budget(), Manners()) for unit in units)
    return Schedule([Feed("s", made)])


def test_every_unit_has_one_outcome(pool, files):
    beats = []
    found = list(pool(2).run(schedule(files), beats.append))
    assert sorted(o.unit.name for o in found) == [f"{n:02}.json" for n in range(12)]
    assert {o.profile.verdict.value for o in found} == {"phi"}
    assert sum(beat.bytes for beat in beats) == 12 * len(PHI)


def test_a_worker_that_is_killed_costs_its_unit_and_is_replaced(pool, files):
    workers = pool(2)
    found = []
    for outcome in workers.run(schedule(files), lambda beat: None):
        found.append(outcome)
        if len(found) == 2:
            victim = next(w for w in workers._workers if w.task is not None)
            os.kill(victim.process.pid, signal.SIGKILL)
    assert sorted(o.unit.name for o in found) == [f"{n:02}.json" for n in range(12)]
    lost = [o for o in found if o.profile.unread]
    assert [dict(o.profile.unread) for o in lost] == [{"WORKER_LOST": 1}]
    assert all(w.process.is_alive() for w in workers._workers)


@pytest.mark.slow
def test_a_worker_that_stands_still_is_replaced(pool, files, monkeypatch):
    monkeypatch.setattr(pools, "_HANGS_AFTER", 2.0)
    workers = pool(1)
    found = []
    for outcome in workers.run(schedule(files), lambda beat: None):
        found.append(outcome)
        if len(found) == 1:
            os.kill(workers._workers[0].process.pid, signal.SIGSTOP)
    assert len(found) == 12
    assert sum(bool(o.profile.unread) for o in found) == 1


def test_nothing_to_do_is_nothing(pool, tmp_path):
    workers = pool(2)
    assert list(workers.run(schedule(tmp_path), lambda beat: None)) == []
    assert workers._workers == []

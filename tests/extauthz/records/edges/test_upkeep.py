import pytest

from extauthz.records.edges.observation_store import ObservationStoreError
from extauthz.records.edges.upkeep import SECONDS, EdgeUpkeep
from extauthz.records.logs import LogEvent


class Edges:
    """A store whose disk fails on demand."""

    problem = ""

    def __init__(self):
        self.fails, self.left_out, self.saved = False, 0, 0

    def count(self, *_):
        raise AssertionError("nothing is counted here")

    def save(self):
        if self.fails:
            raise ObservationStoreError("edges: the edges cannot be written (the disk is full)")
        self.saved += 1

    close = save


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def said(monkeypatch):
    events = []
    monkeypatch.setattr("extauthz.records.logs.emit", lambda event, *_, **__: events.append(event))
    return events


@pytest.fixture
def edges():
    return Edges()


@pytest.fixture
def tend(edges, run):
    clock = Clock()
    upkeep = EdgeUpkeep(edges, clock)

    def later(seconds=SECONDS):
        clock.now += seconds
        run(upkeep.tend())

    later.upkeep = upkeep
    return later


def test_edges_are_written_every_few_seconds_and_at_the_end(edges, tend, said):
    tend(SECONDS / 2)
    assert edges.saved == 0
    tend(SECONDS / 2)
    tend(1)
    assert edges.saved == 1
    tend.upkeep.close()
    assert (edges.saved, said) == (2, [])


def test_a_disk_that_fails_is_reported_once_and_again_when_it_is_back(edges, tend, said):
    edges.fails = True
    tend()
    tend()
    edges.fails = False
    tend()
    tend()
    assert said == [LogEvent.EDGES_FAILED, LogEvent.EDGES_WRITTEN]


def test_a_failure_at_the_end_is_reported(edges, tend, said):
    edges.fails = True
    tend.upkeep.close()
    assert said == [LogEvent.EDGES_FAILED]


def test_a_full_store_is_reported_once(edges, tend, said):
    edges.left_out = 1
    tend()
    tend()
    tend.upkeep.close()
    assert said == [LogEvent.EDGES_FULL]

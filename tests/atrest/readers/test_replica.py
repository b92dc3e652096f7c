"""A replica that is behind is waited for, and left alone when it stays behind."""

import pytest

from atrest.readers.replica import Lag
from atrest.source import ReadError, Reason


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def lag_of(*answers, limit=60):
    """A replica that answers one after another, and then always the last."""
    clock, said = Clock(), list(answers)

    def ask():
        return said.pop(0) if len(said) > 1 else said[0]

    return Lag(limit, ask, clock, clock.sleep), clock


def test_a_read_waits_until_the_replica_has_caught_up():
    lag, clock = lag_of(90, 70, 60)
    lag.wait()
    assert clock.now == 102


def test_a_read_does_not_wait_for_ever():
    lag, clock = lag_of(90)
    with pytest.raises(ReadError) as caught:
        lag.wait()
    assert caught.value.reason is Reason.LAGGING
    assert caught.value.detail == "the replica is more than 60 s behind"
    assert clock.now == 160


@pytest.mark.parametrize(("answers", "limit"), [([None], 60), ([1e9], 0)])
def test_who_does_not_say_or_has_no_limit_is_read(answers, limit):
    lag, clock = lag_of(*answers, limit=limit)
    lag.wait()
    clock.now += 60
    lag.check()
    assert clock.now == 160


def test_a_replica_that_falls_behind_during_a_read_is_left_alone():
    lag, clock = lag_of(0, 61)
    lag.wait()
    clock.now += 5
    with pytest.raises(ReadError, match="LAGGING"):
        lag.check()


def test_one_look_that_shows_a_quiet_hour_ends_no_read():
    lag, clock = lag_of(0, 3600, 0)
    lag.wait()
    clock.now += 5
    lag.check()
    assert clock.now == 106


def test_nobody_is_asked_more_often_than_each_five_seconds():
    lag, clock = lag_of(0, 61)
    lag.wait()
    clock.now += 4.9
    lag.check()

"""No more a second than allowed."""

import pytest

from atrest.manners import Manners
from atrest.readers.throttle import Pace, Throttle


class Time:
    def __init__(self):
        self.now = 100.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_no_more_than_the_rate_on_average():
    time = Time()
    throttle = Throttle(100, time.clock, time.sleep)
    for _ in range(50):
        throttle.take(25)
    assert time.now - 100.0 == 50 * 25 / 100


def test_what_was_not_used_is_not_saved_up():
    time = Time()
    throttle = Throttle(100, time.clock, time.sleep)
    time.now += 60
    before = time.now
    throttle.take(200)
    assert time.now - before == 2.0


def test_a_long_wait_wakes_up_now_and_then():
    time, waits = Time(), []
    Throttle(1, time.clock, lambda s: (waits.append(s), time.sleep(s))).take(100)
    assert time.now - 100.0 == 100
    assert max(waits) <= 30


def test_no_rate_is_no_limit():
    time = Time()
    Throttle(0, time.clock, time.sleep).take(10**9)
    assert time.now == 100.0


def test_rows_and_bytes_both_wait():
    time = Time()
    pace = Pace(Throttle(10, time.clock, time.sleep), Throttle(0, time.clock, time.sleep))
    pace.take(20, 1_000_000)
    assert time.now == 102.0
    pace = Pace(Throttle(0, time.clock, time.sleep), Throttle(1000, time.clock, time.sleep))
    pace.take(20, 5_000)
    assert time.now == 107.0


@pytest.mark.parametrize(("rate", "expected"), [(0, 250), (1000, 250), (10, 10), (0.5, 1)])
def test_no_more_rows_are_fetched_at_once_than_a_second_allows(rate, expected):
    assert Pace.of(Manners(rows_per_second=rate)).at_once(250) == expected

"""No more a second than allowed."""

from atrest.readers.throttle import Throttle


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


def test_no_rate_is_no_limit():
    time = Time()
    Throttle(0, time.clock, time.sleep).take(10**9)
    assert time.now == 100.0

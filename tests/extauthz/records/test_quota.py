import queue
import threading

import pytest

from extauthz.records.quota import Quota

LONG, SHORT = 3600.0, 0.05


@pytest.fixture
def told():
    return queue.Queue()


def test_each_key_is_admitted_as_often_as_its_burst(told):
    quota = Quota(2, lambda *said: told.put(said), LONG)

    assert [quota.admit("a") for _ in range(4)] == [True, True, False, False]
    assert quota.admit("b")
    quota.flush()
    assert [told.get_nowait()] == [("a", 2)]
    assert told.empty()


def test_what_is_left_out_is_told_when_the_window_ends(told):
    quota = Quota(1, lambda *said: told.put(said), SHORT)
    admitted = [quota.admit("a") for _ in range(3)].count(True)

    assert told.get(timeout=30) == ("a", 3 - admitted)


def test_a_key_is_admitted_again_in_a_new_window(told):
    quota = Quota(1, lambda *said: told.put(said), SHORT)
    while quota.admit("a"):  # a slow machine may end the window between two calls
        pass
    told.get(timeout=30)  # the window has ended

    assert quota.admit("a")


def test_a_quiet_quota_has_no_thread_and_tells_nothing(told):
    before = threading.active_count()
    quota = Quota(1, lambda *said: told.put(said), LONG)
    quota.admit("a")
    quota.flush()

    assert (threading.active_count(), told.empty()) == (before, True)


def test_no_count_is_lost_between_threads(told):
    quota = Quota(5, lambda *said: told.put(said), SHORT)
    admitted = []

    def ask():
        admitted.append([quota.admit("a") for _ in range(500)].count(True))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quota.flush()
    total = sum(admitted)
    while total < 8 * 500:
        total += told.get(timeout=30)[1]

    assert (total, told.empty()) == (8 * 500, True)

import errno
import itertools
import socket

import pytest

from extauthz.guard import metrics_channel
from extauthz.records.series import Family, Kind

READY = Family("phiguard.ready", Kind.GAUGE, "", "Ready", (), values=[((), 1)], buckets=[])


def test_who_asks_gets_what_is_true_at_that_moment():
    asked = []
    listener = metrics_channel.listener()

    def families():
        asked.append(1)
        return [READY] * len(asked)

    metrics_channel.answer(listener, families)

    assert metrics_channel.ask(listener.getsockname()) == [READY]
    assert metrics_channel.ask(listener.getsockname()) == [READY, READY]


def test_a_worker_that_is_gone_has_no_metrics():
    listener = metrics_channel.listener()
    address = listener.getsockname()
    listener.close()

    assert metrics_channel.ask(address) == []


def test_a_worker_that_does_not_answer_in_time_has_no_metrics(monkeypatch):
    monkeypatch.setattr(metrics_channel, "_SECONDS", 0.05)
    with metrics_channel.listener() as silent:
        assert metrics_channel.ask(silent.getsockname()) == []


@pytest.mark.parametrize("said", [b"", b"[[", b"null"])
def test_a_worker_that_says_something_else_has_no_metrics(said):
    with metrics_channel.listener() as listener:
        client = socket.socket(socket.AF_UNIX)
        client.connect(listener.getsockname())
        with client, listener.accept()[0] as connection:
            connection.sendall(said)
            connection.close()
            assert metrics_channel.received(client) == []


def test_a_client_that_does_not_read_keeps_nobody_from_the_metrics(monkeypatch):
    monkeypatch.setattr(metrics_channel, "_SECONDS", 0.5)
    long = Family("phiguard.ready", Kind.GAUGE, "", "x" * 10_000_000, ())
    answers = itertools.chain([[long]], itertools.repeat([READY]))
    listener = metrics_channel.listener()
    metrics_channel.answer(listener, lambda: next(answers))
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(listener.getsockname())
        assert metrics_channel.ask(listener.getsockname()) in ([], [READY])

        assert metrics_channel.ask(listener.getsockname()) == [READY]


def test_a_failure_to_read_the_metrics_is_logged_and_the_next_who_asks_gets_them(monkeypatch):
    logged = []
    monkeypatch.setattr(metrics_channel.logs, "error", lambda event, raised: logged.append(raised))
    answers = iter([KeyError("changed"), [READY]])

    def families():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    listener = metrics_channel.listener()
    metrics_channel.answer(listener, families)

    assert metrics_channel.ask(listener.getsockname()) == []
    assert metrics_channel.ask(listener.getsockname()) == [READY]
    assert [type(raised) for raised in logged] == [KeyError]


class Exhausted:
    """A listener of a process that has no free file descriptor for its first connection."""

    def __init__(self, listener):
        self.listener = listener
        self.failures = 1

    def accept(self):
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self.listener.accept()


def test_a_worker_answers_again_when_it_has_a_free_descriptor():
    listener = metrics_channel.listener()
    metrics_channel.answer(Exhausted(listener), lambda: [READY])

    assert metrics_channel.ask(listener.getsockname()) == [READY]

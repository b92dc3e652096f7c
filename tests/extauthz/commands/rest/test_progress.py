"""The progress of a scan: what was read, what is left, and about how long it takes."""

import io

import pytest

from atrest.manners import Manners
from atrest.source import Budget
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind
from extauthz.commands.rest.progress import ScanProgress
from extauthz.rest import schedule
from extauthz.rest.run import Counts
from extauthz.rest.schedule import Feed, Schedule
from extauthz.rest.task import Task
from extauthz.rest.worker import Beat


class Terminal(io.StringIO):
    def isatty(self):
        return True


def plan(count):
    unit = Unit("s", "n", UnitKind.FILE, size=10)
    task = Task(Spec("file"), unit, Budget(), Manners())
    return Schedule([Feed("s", iter([task] * count))])


@pytest.fixture
def shown(monkeypatch):
    """Read one unit of `count` in so many seconds, and return what a terminal shows."""

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")

    def show(count, seconds, out):
        now = [0.0]
        counts = Counts()
        tasks = plan(count)
        progress = ScanProgress(tasks, counts, out=out, clock=lambda: now[0])
        tasks.next()
        counts.read += 1
        now[0] = seconds
        progress.beat(Beat(250, 3 << 20))
        progress.close()
        return out.getvalue()

    return show


def test_a_terminal_sees_what_is_left_and_for_how_long(shown):
    text = shown(61, 10.0, Terminal())
    assert "1 read, 60 left, 3.0 MiB, 250 rows, about 10 min left" in text
    assert text.endswith("\x1b[2K")


def test_no_time_is_named_before_everything_is_listed(shown, monkeypatch):
    monkeypatch.setattr(schedule, "AHEAD", 5)
    text = shown(61, 10.0, Terminal())
    assert "4 or more left" in text
    assert "about" not in text


def test_a_pipe_sees_nothing(shown):
    assert shown(3, 10.0, io.StringIO()) == ""


@pytest.mark.parametrize(("count", "words"), [(9, "80 s"), (2_000, "5.6 h")])
def test_times(shown, count, words):
    assert f"about {words} left" in shown(count, 10.0, Terminal())

"""Sources take turns, and a server is read over as many connections as allowed."""

from atrest.manners import Manners
from atrest.source import Budget
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind
from extauthz.rest import schedule
from extauthz.rest.schedule import Feed, Schedule
from extauthz.rest.task import Task


def tasks(source, count):
    for number in range(count):
        unit = Unit(source, str(number), UnitKind.TABLE, size=10)
        yield Task(Spec("file", path=source), unit, Budget(), Manners())


def names(found):
    return [None if task is None else f"{task.unit.source}{task.unit.name}" for task in found]


def test_sources_take_turns():
    plan = Schedule([Feed("a", tasks("a", 2)), Feed("b", tasks("b", 1))])
    assert names(plan.next() for _ in range(4)) == ["a0", "b0", "a1", None]


def test_no_more_connections_than_allowed():
    plan = Schedule([Feed("a", tasks("a", 3), connections=1)])
    first = plan.next()
    assert plan.next() is None
    plan.done(first)
    assert names([plan.next()]) == ["a1"]


def test_what_is_left_is_known_when_all_is_listed(monkeypatch):
    monkeypatch.setattr(schedule, "AHEAD", 2)
    plan = Schedule([Feed("a", tasks("a", 4))])
    plan.next()
    assert plan.left == (1, 10, False)
    for _ in range(2):
        plan.next()
    plan.next()
    assert plan.next() is None
    assert plan.left == (0, 0, True)

import gc
import weakref

from extauthz.records.allow_list import SpanName
from extauthz.scanning.timed_exchange import Before, Budget, Stopwatch, TimedExchange
from mesh.exchange.events import Body, Head
from mesh.message.facts import Facts
from mesh.policy.decision import Action


def test_waiting_for_a_body_does_not_use_up_the_time_for_its_scan():
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    watch.start()
    now[0] = 1.0
    watch.stop()
    now[0] = 60.0

    assert watch() == 1.0
    watch.start()
    now[0] = 60.5
    assert watch() == 1.5


def test_all_scans_that_prove_a_redaction_share_one_budget(snapshot):
    now = [0.0]
    scans = TimedExchange(snapshot, Budget(8 << 20, 2.0, 2.0), Before())._scans
    scans.watch = Stopwatch(lambda: now[0])
    scans.watch.start()
    budgets = []
    for now[0] in (0.0, 1.5, 2.0, 4.0):
        limits = scans._limits()
        budgets.append(limits.seconds + limits.further_seconds(2 << 20))

    assert budgets == [4.0, 4.0, 3.5, 1.5]


def test_the_steps_are_a_scan_and_a_decision_in_order(snapshot):
    exchange = TimedExchange(snapshot, Budget(8 << 20, 5.0), Before())
    head = Head(Facts(source="a", destination="b", mtls=True))
    assert exchange.receive(head) is None
    outcome = exchange.receive(Body(b'{"patientName": "Ana Ruiz", "dx": "E11.9"}', end=True))

    assert outcome.decision.action is Action.DENY
    assert [step.name for step in exchange.steps] == [SpanName.SCAN, SpanName.DECIDE]
    assert all(step.start <= step.end for step in exchange.steps)
    assert exchange.seconds > 0


def test_a_judged_message_leaves_no_cycle(snapshot):
    exchange = TimedExchange(snapshot, Budget(8 << 20, 5.0), Before())
    gc.collect()
    gc.disable()
    try:
        exchange.receive(Head(Facts(source="a", destination="b", mtls=True)))
        assert exchange.receive(Body(b'{"patientName": "Ana Ruiz", "dx": "E11.9"}', end=True))
        parts = [weakref.ref(each) for each in (exchange, exchange._exchange, exchange._scans)]
        del exchange

        assert [part() for part in parts] == [None, None, None]
        assert gc.collect() == 0
    finally:
        gc.enable()

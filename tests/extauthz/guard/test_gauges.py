import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from certificates_of_tests import BEGAN, pem
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from running_guard import ALLOWED, POLICY, Guard, check_request, processing_call, request_head

from extauthz.guard import gauges
from extauthz.guard.gauges import Freshness
from extauthz.records.ledger.keeper import LedgerError
from mesh.policy_file.load import parse

NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
HOUR = 3600.0


def policy(*last_days):
    exceptions = "".join(
        f"""
  - name: exception-{number}
    from: [{{namespaces: [clinic]}}]
    to: [{{namespaces: [finance]}}]
    allow: [PERSON_NAME]
    owner: privacy-office@clinic.example
    reason: a move
    expires: {day}"""
        for number, day in enumerate(last_days)
    )
    text = POLICY.rstrip() + ("\n  exceptions:" + exceptions if exceptions else "") + "\n"
    return parse(text, file="p.yaml", today=NOW.date())


@pytest.mark.parametrize(
    ("last_days", "hours"),
    [
        ((), None),
        ((date(2026, 11, 30),), 6.0),  # an exception holds to the end of its last day
        ((date(2026, 12, 4), date(2026, 12, 1)), 30.0),
        ((date(2026, 11, 29), date(2026, 12, 1)), 30.0),  # the first has ended
        ((date(2026, 11, 29),), None),
    ],
)
def test_the_next_end_of_an_exception_is_that_of_one_in_force(last_days, hours):
    remaining = gauges.until_next_end(policy(*last_days), NOW)

    assert remaining == (None if hours is None else hours * HOUR)


def test_without_a_policy_no_exception_ends():
    assert gauges.until_next_end(None, NOW) is None


def test_a_certificate_has_time_until_its_end_and_none_below_zero(tmp_path):
    chain = tmp_path / "cert.pem"
    chain.write_text(pem(BEGAN + timedelta(days=1)))

    assert gauges.until_end(chain, BEGAN) == 24 * HOUR
    assert gauges.until_end(chain, BEGAN + timedelta(days=2)) == -24 * HOUR


@pytest.mark.parametrize("text", [None, "", "not a certificate", "\xff"])
def test_a_certificate_that_cannot_be_read_has_no_end(tmp_path, text):
    chain = tmp_path / "cert.pem"
    if text is not None:
        chain.write_text(text, "latin-1")

    assert gauges.until_end(chain, BEGAN) is None


def test_a_ledger_may_take_what_its_disk_and_its_budget_leave(tmp_path):
    (tmp_path / "ledger").write_bytes(b"x" * 100)

    assert gauges.free(tmp_path, 0) > 100
    assert gauges.free(tmp_path, 150) == 50
    assert gauges.free(tmp_path, 50) == 0
    assert gauges.free(tmp_path / "gone", 0) is None


def test_the_age_of_a_checkpoint_is_that_of_the_newest_one(monkeypatch):
    now = iter([1.0, 2.0, 3.0])
    monkeypatch.setattr(gauges.time, "monotonic", lambda: next(now))
    freshness = Freshness()
    seen = []
    for note in ("", "first", "first", "second"):
        freshness.see_checkpoint(note)
        seen.append(freshness.signed)

    assert seen == [1.0, 2.0, 2.0, 3.0]


def readings(guard: Guard):
    return {
        each.name: each.values[0][1]
        for each in guard.pipeline.families()
        if each.values and each.values[0][0] == ()
    }


def test_the_gauges_of_a_worker_follow_it(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            before = readings(g)
            call = processing_call(channel)
            await call.write(request_head(**{"content-length": "1000"}))
            await call.read()
            during = readings(g)
            call.cancel()
            await g.check(check_request(ALLOWED))
            after = readings(g)
            g.policy.write_text("not: a policy")
            logging.disable(logging.CRITICAL)
            g.worker.refresh_policy()
            logging.disable(logging.NOTSET)
            return before, during, after, readings(g)

    before, during, after, refused = run(scenario())

    assert (before["phiguard.ready"], before["phiguard.policy.loaded"]) == (1, 1)
    assert (before["phiguard.exchanges.open"], during["phiguard.exchanges.open"]) == (0, 1)
    assert before["phiguard.bodies.held"] == 0 < during["phiguard.bodies.held"]
    assert during["phiguard.bodies.held"] < during["phiguard.bodies.limit"]
    assert before["phiguard.ledger.written"] < after["phiguard.ledger.written"]
    assert (after["phiguard.policy.refused"], refused["phiguard.policy.refused"]) == (0, 1)


def test_a_ledger_that_cannot_be_synced_is_counted_and_its_age_grows(guard, run):
    def fail():
        raise LedgerError("the disk is full")

    async def scenario():
        g = guard()
        # before it serves: from then on it tends the ledger by itself, too
        synced, g.ledger.upkeep = g.worker._freshness.synced, lambda: fail
        async with g:
            await g.worker._tend_ledger()
            return synced, g.worker._freshness.synced, readings(g)

    synced, later, found = run(scenario())

    assert synced == later
    assert found["phiguard.ledger.sync.failures"] >= 1


def test_the_gauges_of_a_worker_can_be_encoded_for_a_collector(guard, run):
    async def scenario():
        async with guard() as g:
            g.pipeline.flush()
            return encode_metrics(g.metrics.data).resource_metrics[0].scope_metrics[0].metrics

    made = {metric.name: metric.WhichOneof("data") for metric in run(scenario())}

    assert made["phiguard.ready"] == made["phiguard.policy.refused"] == "gauge"
    assert made["phiguard.ledger.written"] == "sum"

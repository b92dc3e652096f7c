"""The guard's policy and detectors change while it serves."""

import asyncio
import json
import logging
import threading

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from kubernetes_server import ApiServer, policy_object
from recorded_metrics import RecordedMetrics
from running_guard import (
    INBOUND,
    POLICY,
    Guard,
    check_request,
    processing_call,
    processing_request,
    request_head,
    response_head,
)

from extauthz.detection import engines
from extauthz.detection.engines import Detection
from extauthz.guard.worker import Worker, utc_day
from extauthz.policies.files import PolicyFiles
from extauthz.policies.kubernetes import KubernetesPolicies
from extauthz.policies.kubernetes_api import Api
from extauthz.policies.store import PolicyStore
from extauthz.records import ledger_time
from extauthz.records.ledger.file import FileLedger
from extauthz.records.logs import LogEvent
from extauthz.records.otlp import Pipeline
from extauthz.settings import Limits, Settings

CHART = r"""
apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: charts}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: R, subject: PATIENT, pattern: 'CH-\d{6}', match: [CH-123456]}
"""
DENYING = POLICY.replace("{allow: [PERSON_NAME,", "{deny: [CLINIC_CHART], allow: [R, PERSON_NAME,")
BODY = b'{"note": "file CH-123456", "diagnosis": "E11.9"}'
NOT_SERVING, SERVING = (
    health_pb2.HealthCheckResponse.NOT_SERVING,
    health_pb2.HealthCheckResponse.SERVING,
)


async def health(channel, service):
    return (
        await health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service=service)
        )
    ).status


@pytest.fixture
def living(guard, engine):
    """A guard that reads the whole folder of its policy, and compiles the detector sets there."""

    def make(engine_of=lambda sets: engines.load(Detection(), sets)):
        g = guard()
        policies = PolicyStore(
            PolicyFiles(g.folder), utc_day, lambda sets: engine_of(sets) if sets else engine
        )
        g.worker = Worker(g.settings, policies, g.ledger, g.pipeline)
        return g

    return make


def test_a_set_that_comes_with_the_policy_that_names_it_decides_from_then_on(living, run):
    async def scenario():
        async with living() as g:
            await g.check(check_request(BODY))
            (g.folder / "charts.yaml").write_text(CHART)
            g.policy.write_text(DENYING)
            g.worker.refresh_policy()
            await g.check(check_request(BODY))
            return g.records()

    before, after = run(scenario())
    assert (before["decision"], after["decision"], after["tipped"]) == (
        "ALLOW",
        "DENY",
        ["CLINIC_CHART"],
    )
    assert after["infoTypes"]["CLINIC_CHART"] == 1
    assert before["policy"] != after["policy"]


def test_a_changed_set_alone_is_another_revision_in_every_record(living, run):
    async def scenario():
        async with living() as g:
            for text in (CHART, CHART.replace(r"CH-\d{6}", r"CH-\d{6,7}")):
                (g.folder / "charts.yaml").write_text(text)
                g.worker.refresh_policy()
                await g.check(check_request(BODY))
            return g.records()

    first, second = run(scenario())
    assert first["policy"] != second["policy"]


def test_a_broken_set_shows_in_log_metric_and_health_and_the_old_revision_decides(
    living, run, caplog
):
    async def scenario():
        async with living() as g, g.channel() as channel:
            (g.folder / "charts.yaml").write_text(
                CHART.replace("match: [CH-123456]", "match: [CH-1]")
            )
            g.worker.refresh_policy()
            await g.worker._tell_health()
            found = await health(channel, "policy"), await health(channel, "")
            answer = await g.check(check_request(BODY))
            return g, found, answer.status.code

    g, found, code = run(scenario())
    assert (found, code) == ((NOT_SERVING, SERVING), 0)
    assert "phiguard.policy.refusals" in g.metrics_json
    (said,) = [r.fields["problem"] for r in caplog.records if "refused" in r.msg]
    assert [
        "charts.yaml:7:" in line and "finds nothing in this example" in line for line in said
    ] == [True]


def test_messages_are_answered_while_detectors_are_compiled(living, run):
    compiling, answered = threading.Event(), threading.Event()
    meanwhile = []

    def engine_of(sets):
        compiling.set()
        meanwhile.append(answered.wait(10))  # on the event loop it would block every answer
        return engines.load(Detection(), sets)

    async def scenario():
        async with living(engine_of) as g:
            (g.folder / "charts.yaml").write_text(CHART)
            g.worker._hurry.set()
            await asyncio.to_thread(compiling.wait, 30)
            await g.check(check_request(BODY))
            answered.set()

    run(scenario())
    assert meanwhile == [True]


def test_a_stream_keeps_what_it_began_with_to_its_end(living, run):
    async def scenario():
        async with living() as g, g.channel() as channel:
            old = processing_call(channel)
            await old.write(request_head(end=True, attributes=INBOUND))
            await old.read()
            g.policy.write_text(POLICY.replace("name: clinic", "name: hospital"))
            g.worker.refresh_policy()
            for call in (old, processing_call(channel)):
                await call.write(response_head())
                await call.read()
                await call.write(processing_request("response_body", body=BODY, end_of_stream=True))
                await call.read()
                await call.done_writing()
            return [record["policy"] for record in g.records()]

    request, response, other = run(scenario())
    assert request == response
    assert other != request


def test_without_a_policy_all_is_denied_and_the_guard_is_not_ready_until_one_comes(
    tmp_path, engine, run
):
    wide = policy_object(
        "mesh",
        "clinic",
        {
            "mode": "monitor",
            "rules": [{"name": "all", "from": [{}], "to": [{}], "when": {"mtls": "any"}}],
        },
    )

    async def scenario(server):
        objects = KubernetesPolicies(Api(server.url), "mesh")
        objects.start(10)
        policies = PolicyStore(objects, utc_day, lambda _: engine, required=False)
        ledger = FileLedger(tmp_path / "ledger", 0, ledger_time.now)
        settings = Settings("127.0.0.1", 0, tmp_path, limits=Limits(scan_seconds=20.0))
        worker = Worker(settings, policies, ledger, Pipeline([]))
        g = _Bare(worker)
        async with g:
            none = await g.judged()
            server.send("ADDED", wide)
            while policies.current.policy is None:
                await asyncio.to_thread(worker.refresh_policy)
            await worker._tell_health()
            some = await g.judged()
            objects.close()
            return none, some

    with ApiServer() as server:
        none, some = run(scenario(server))
    assert none == (503, "NO_POLICY", NOT_SERVING)
    assert some[1:] == ("", SERVING)


WIDE = {
    "mode": "enforce",
    "rules": [{"name": "all", "from": [{}], "to": [{}], "phi": {"request": {"allow": ["*"]}}}],
}
OPEN = {"rules": [{"name": "in", "from": [{}], "to": [{"namespaces": ["finance"]}]}]}
BROKEN = {"rules": [{"name": "in", "from": [{}], "to": [{"namespaces": ["clinic"]}]}]}


def test_a_namespace_that_is_closed_gets_nothing_and_logs_ledger_and_gauges_say_so(
    tmp_path, engine, run, caplog
):
    async def scenario(server):
        objects = KubernetesPolicies(Api(server.url), "mesh")
        objects.start(10)
        policies = PolicyStore(objects, utc_day, lambda _: engine, required=False)
        ledger = FileLedger(tmp_path / "ledger", 0, ledger_time.now)
        settings = Settings("127.0.0.1", 0, tmp_path, limits=Limits(scan_seconds=20.0))
        worker = Worker(settings, policies, ledger, Pipeline([], RecordedMetrics()))
        async with _Bare(worker) as g:
            worker.refresh_policy()
            worker._record_policy()
            closed, gauges = await g.judged(), _set_aside(worker)
            server.send("MODIFIED", policy_object("finance", "own", OPEN))
            while policies.current.aside:
                await asyncio.to_thread(worker.refresh_policy)
            worker._record_policy()
            opened = await g.judged()
            objects.close()
            return closed, gauges, opened, _set_aside(worker)

    caplog.set_level(logging.INFO)
    items = [policy_object("mesh", "wide", WIDE), policy_object("finance", "own", BROKEN)]
    with ApiServer(items) as server:
        closed, during, opened, after = run(scenario(server))

    assert closed == (503, "NO_POLICY", SERVING)
    assert opened[:2] != closed[:2]
    assert (during, after) == ({("finance", "closed"): 1}, {})
    records = [json.loads(line) for line in _lines(tmp_path / "ledger")]
    policies = [r for r in records if r["kind"] == "policy"]
    assert [r["setAside"] for r in policies] == [{"finance": "closed"}, {}]
    assert list(policies[0]["texts"]) == ["mesh/wide"]
    (refusal,) = [r for r in records if r["kind"] == "refusal"]
    assert "namespace finance is closed: finance/own:" in refusal["problems"][0]
    events = [r.getMessage() for r in caplog.records]
    assert events.count(LogEvent.POLICY_SET_ASIDE) == 1
    assert events.count(LogEvent.POLICY_REFUSED) == 0


def _lines(ledger):
    return [line for f in sorted(ledger.rglob("*.jsonl")) for line in f.read_text().splitlines()]


def _set_aside(worker):
    return {
        words: value
        for family in worker._pipeline.families()
        if family.name == "phiguard.policy.set_aside"
        for words, value in family.values
    }


class _Bare:
    """A worker without the rest of `Guard`."""

    def __init__(self, worker):
        self.worker = worker

    async def __aenter__(self):
        self.address = f"127.0.0.1:{await self.worker.start()}"
        self.channel = lambda: Guard.channel(self)
        self.check = lambda request: Guard.check(self, request)
        return self

    async def __aexit__(self, *_):
        await self.worker.drain()

    async def judged(self):
        answer = await self.check(check_request(BODY))
        async with self.channel() as channel:
            status = await health(channel, "")
        denied = answer.denied_response
        reason = {
            h.header.key: h.header.value or h.header.raw_value.decode() for h in denied.headers
        }.get("x-phiguard-reason", "")
        return denied.status.code, reason, status

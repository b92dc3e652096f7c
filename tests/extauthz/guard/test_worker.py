import asyncio
import contextlib
import os

import grpc
import orjson
import pytest
from google.protobuf import descriptor_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from mutual_tls import certificates_in, secure_check, tls_of
from running_guard import (
    ALLOWED,
    BILLING,
    EHR,
    NOT_SERVING,
    POLICY,
    SERVING,
    check_request,
    health,
    processing_call,
    request_head,
)

from extauthz.demo.certificates import Authority
from extauthz.demo.topology import BILLING as BILLING_WORKLOAD
from extauthz.demo.topology import EHR as EHR_WORKLOAD
from extauthz.demo.topology import GUARD
from extauthz.guard.envoy import wire
from extauthz.settings import Limits


@contextlib.contextmanager
def broken(ledger):
    """A ledger whose disk is full and whose folder is away, so that nothing can heal it."""
    folder = ledger._folder.path
    away = folder.with_name("away")
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, ledger._segment._file)
    os.close(full)
    folder.rename(away)
    try:
        yield
    finally:
        away.rename(folder)


@pytest.mark.parametrize("service", ["", wire.AUTHORIZATION, wire.EXTERNAL_PROCESSOR])
def test_health_follows_the_drain(guard, run, service):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            before = await health(channel, service)
            g.worker._admission.drain()
            await g.worker._tell_health()
            return before, await health(channel, service)

    assert run(scenario()) == (SERVING, NOT_SERVING)


def test_liveness_does_not_follow_the_drain(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            g.worker._admission.drain()
            await g.worker._tell_health()
            return await health(channel, "liveness")

    assert run(scenario()) == SERVING


def test_an_idle_guard_heals_its_ledger_by_itself(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            with broken(g.ledger):
                await g.worker._tend_ledger()
                unable = await health(channel)
            await g.worker._tend_ledger()
            return unable, await health(channel)

    assert run(scenario()) == (NOT_SERVING, SERVING)


def test_a_policy_that_cannot_be_read_is_said_once(guard, caplog):
    g = guard()
    caplog.set_level("INFO", "phiguard")
    g.policy.unlink()
    for _ in range(3):
        g.worker.refresh_policy()

    assert [r.msg for r in caplog.records].count(
        "new policy revision refused; the old one stays in force"
    ) == 1


def test_of_many_problems_the_log_holds_a_few_in_part(guard, caplog):
    g = guard()
    caplog.set_level("INFO", "phiguard")
    keys = "".join(f"  k{number}{'x' * 1000}: 1\n" for number in range(100))
    g.policy.write_text(
        "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: p}\n"
        f"spec:\n{keys}"
    )
    g.worker.refresh_policy()

    problems = next(
        r.fields["problem"]
        for r in caplog.records
        if r.msg.startswith("new policy revision refused")
    )
    assert (len(problems), max(map(len, problems))) == (20, 500)


def test_a_refused_policy_shows_in_health_and_is_counted_while_the_old_one_is_served(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            good = g.policy.read_text()
            g.policy.write_text("nonsense")
            g.worker.refresh_policy()
            await g.worker._tell_health()
            refused = await health(channel, "policy"), await health(channel)
            g.policy.write_text(good)
            g.worker.refresh_policy()
            await g.worker._tell_health()
            return g, refused, await health(channel, "policy")

    g, refused, healed = run(scenario())
    assert (refused, healed) == ((NOT_SERVING, SERVING), SERVING)
    assert "phiguard.policy.refusals" in g.metrics_json


def test_a_ledger_that_cannot_be_written_denies_and_shows_in_health_until_it_heals(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            with broken(g.ledger):
                denied = await g.check(check_request(ALLOWED))
                await g.worker._tell_health()
                unable = await health(channel)
            await g.worker._tend_ledger()
            allowed = await g.check(check_request(ALLOWED))
            return denied, unable, allowed, await health(channel)

    denied, unable, allowed, healed = run(scenario())

    assert (denied.denied_response.status.code, denied.dynamic_metadata["reason"]) == (
        503,
        "LEDGER_UNAVAILABLE",
    )
    assert (unable, allowed.status.code, healed) == (NOT_SERVING, 0, SERVING)


def test_reflection_describes_its_services_from_the_private_pool(guard, run):
    async def ask(channel, **request):
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(**request)]))
        return await call.read()

    async def scenario():
        async with guard() as g, g.channel() as channel:
            listed = await ask(channel, list_services="")
            found = await ask(channel, file_containing_symbol=wire.EXTERNAL_PROCESSOR)
            return listed, found

    listed, found = run(scenario())
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(f)
        for f in found.file_descriptor_response.file_descriptor_proto
    ]

    assert [s.name for s in listed.list_services_response.service] == [
        wire.AUTHORIZATION,
        wire.EXTERNAL_PROCESSOR,
        wire.NETWORK_PROCESSOR,
    ]
    assert "envoy.service.ext_proc.v3" in {f.package for f in files}
    assert "google.protobuf" in {f.package for f in files}


def test_a_changed_policy_is_in_force_after_a_refresh_and_a_broken_one_is_not(guard, run):
    async def scenario():
        async with guard() as g:
            g.policy.write_text(POLICY.replace("mode:", "moode:"))
            g.worker.refresh_policy()
            old = await g.check(check_request(ALLOWED))
            g.policy.write_text(POLICY.replace("allow: [PERSON_NAME, MEDICAL", "allow: [MEDICAL"))
            g.worker.refresh_policy()
            return old, await g.check(check_request(ALLOWED))

    old, new = run(scenario())

    assert (old.status.code, new.status.code) == (0, 7)


def test_a_drain_waits_for_what_runs_and_then_ends_it(guard, run):
    async def scenario():
        g = guard(limits=Limits(grace_seconds=0.3, scan_seconds=20.0))
        await g.__aenter__()
        async with g.channel() as channel:
            call = processing_call(channel)
            await call.write(request_head())
            await call.read()
            began = asyncio.get_running_loop().time()
            await g.worker.drain()
            took = asyncio.get_running_loop().time() - began
            return await call.code(), took

    code, took = run(scenario())

    assert code is not grpc.StatusCode.OK
    assert 0.25 < took < 5


@pytest.fixture
def certificates(tmp_path):
    return certificates_in(tmp_path)


def test_over_mutual_tls_only_the_receivers_own_proxy_may_ask(guard, run, certificates):
    async def scenario():
        async with guard(tls=tls_of(certificates[GUARD])) as g:
            own = await secure_check(g, certificates[BILLING_WORKLOAD], check_request(ALLOWED))
            forged = await secure_check(g, certificates[EHR_WORKLOAD], check_request(ALLOWED))
            return own, forged, g.records()

    own, forged, records = run(scenario())

    assert (own.status.code, forged.dynamic_metadata["reason"]) == (0, "CALLER_MISMATCH")
    assert [r["caller"] for r in records] == [BILLING, EHR]


def test_without_a_certificate_nobody_connects(guard, run, certificates):
    async def scenario():
        async with guard(tls=tls_of(certificates[GUARD])) as g:
            roots = grpc.ssl_channel_credentials(certificates[GUARD].authority.read_bytes())
            options = [("grpc.ssl_target_name_override", "guard")]
            async with grpc.aio.secure_channel(g.address, roots, options=options) as channel:
                await channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")(b"", timeout=10)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        run(scenario())
    assert caught.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


def test_a_rotated_certificate_is_used_without_a_restart(guard, run, tmp_path, certificates):
    other = Authority.create()
    new = other.issue(GUARD, tmp_path / "new", dns="guard")
    client = other.issue(BILLING_WORKLOAD, tmp_path / "client")
    files = certificates[GUARD]

    async def scenario():
        async with guard(tls=tls_of(files)) as g:
            for old, replacement in ((files.key, new.key), (files.certificate, new.certificate)):
                old.write_bytes(replacement.read_bytes())
            files.authority.write_bytes(new.authority.read_bytes())
            return await secure_check(g, client, check_request(ALLOWED))

    assert run(scenario()).status.code == 0


def test_the_ledger_is_closed_and_whole_after_a_drain(guard, run):
    async def scenario():
        async with guard() as g:
            await asyncio.gather(*(g.check(check_request(ALLOWED)) for _ in range(5)))
            return g

    g = run(scenario())
    segment = next((g.folder / "ledger").glob("*.jsonl")).read_bytes()

    assert orjson.loads(segment.splitlines()[-1])["hash"] == g.ledger.head.hash
    assert len(g.records()) == 5

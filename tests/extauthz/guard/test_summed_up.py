"""Where the policy says `uneventful: summary`, decisions are counted: exactly, and never unseen."""

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judgements import JUDGEMENT
from ledger_schema import wrong
from mutual_tls import certificates_in, checking, secure_channel, tls_of
from running_guard import BILLING, DENIED, EHR, POLICY, check_request

from extauthz.demo.topology import BILLING as BILLING_WORKLOAD
from extauthz.demo.topology import GUARD
from extauthz.guard import recorder as recorders
from extauthz.guard.recorder import Recorder
from extauthz.policies.files import PolicyFiles
from extauthz.policies.store import PolicyStore
from extauthz.records import ledger_time
from extauthz.records.judgement import Judgement
from extauthz.records.ledger import segment_file, segments
from extauthz.records.ledger.chain import Verifier, chains, unseal
from extauthz.records.ledger.durability import Fsync
from extauthz.records.ledger.file import SEGMENT_BYTES, FileLedger
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.logs import LogEvent
from extauthz.records.summaries import Summaries
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import ScanReport

SUMMED = POLICY.replace("  mode: enforce", "  mode: enforce\n  audit: {uneventful: summary}")
OTHER = SUMMED.replace("mode: enforce", "mode: monitor")
CLEAN = b'{"colour": "blue"}'


@pytest.fixture
def snapshot(tmp_path, engine):
    def made(text=SUMMED):
        path = tmp_path / "policy.yaml"
        path.write_text(text)
        return PolicyStore(PolicyFiles(path), lambda: date(2026, 6, 1), lambda _: engine).current

    return made


@pytest.fixture
def opened(tmp_path):
    """Open a ledger of the test's folder."""
    found = []

    def open_(segment_bytes=SEGMENT_BYTES, fsync=Fsync.SECOND):
        found.append(
            FileLedger(
                tmp_path / "ledger", 0, ledger_time.now, segment_bytes=segment_bytes, fsync=fsync
            )
        )
        return found[-1]

    yield open_
    for ledger in found:
        with suppress(LedgerError):
            ledger.close()


def clean(snapshot, direction=Direction.REQUEST, size=10):
    decision = Decision(
        Action.ALLOW, Reason.NO_PHI, rules=("ehr-to-billing",), policy=snapshot.policy.digest
    )
    facts = Facts(direction, source=EHR, destination=BILLING, caller=BILLING, mtls=True)
    return Judgement("decision", facts, decision, ScanReport(media="json", size=size), "p", "trace")


def eventful(snapshot):
    return replace(JUDGEMENT, decision=replace(JUDGEMENT.decision, policy=snapshot.policy.digest))


def records(folder):
    """All records of the folder's one chain, which holds."""
    names, verifier, found = chains(p.name for p in folder.iterdir())[0], Verifier(), []
    for name in names:
        data = segments.content(folder / name)
        assert verifier.segment(name, data) is None
        found += filter(None, map(unseal, data.split(b"\n")))
    assert verifier.end() is None
    return found


def told(folder):
    """What the ledger tells of decisions, in its order: `decision`, `policy`, or a count."""
    found = [r for r in records(folder) if r["kind"] not in ("start", "recovery")]
    return [r["count"] if r["kind"] == "summary" else r["kind"] for r in found]


def total(folder):
    return sum(1 if each == "decision" else each for each in told(folder) if each != "policy")


def test_the_first_decision_on_an_edge_has_a_record_and_others_are_counted(
    snapshot, opened, tmp_path
):
    recorder, now = Recorder(opened()), snapshot()
    kept = [recorder.keep(clean(now), now) for _ in range(4)]
    kept += [recorder.keep(eventful(now), now) for _ in range(2)]
    kept.append(recorder.keep(clean(now, Direction.RESPONSE), now))
    assert kept == [True, False, False, False, True, True, True]
    assert recorder.uncounted == 3
    recorder.sum_up()
    recorder.sum_up()
    assert told(tmp_path / "ledger") == ["policy", *["decision"] * 4, 3]
    summary = records(tmp_path / "ledger")[-1]
    assert (summary["bytes"], wrong(summary)) == (30, [])


def test_without_the_policys_word_each_decision_has_a_record(snapshot, opened, tmp_path):
    recorder, now = Recorder(opened()), snapshot(POLICY)
    assert all(recorder.keep(clean(now), now) for _ in range(3))
    assert told(tmp_path / "ledger") == ["policy", *["decision"] * 3]


def test_a_new_policy_comes_after_the_counts_of_the_one_before(snapshot, opened, tmp_path):
    recorder, one, two = Recorder(opened()), snapshot(), snapshot(OTHER)
    for now in (one, one, two, two, one):  # a stream that began earlier goes on with its policy
        recorder.keep(clean(now), now)
    recorder.sum_up()
    assert told(tmp_path / "ledger") == [
        "policy",
        "decision",
        1,
        "policy",
        "decision",
        "decision",
        1,
    ]
    digests = [r["policy"] for r in records(tmp_path / "ledger") if r["kind"] == "summary"]
    assert digests == [one.policy.digest, two.policy.digest]


def test_counts_stand_in_the_segment_in_which_they_were_made(snapshot, opened, tmp_path):
    recorder, now = Recorder(opened(segment_bytes=12_000)), snapshot()
    for number in range(60):
        for each in (clean(now), clean(now), eventful(now)) if number else (clean(now),):
            recorder.keep(each, now)
    recorder.sum_up()
    names = chains(p.name for p in (tmp_path / "ledger").iterdir())[0]
    assert len(names) > 2
    for name in names:
        *_, last = map(unseal, segments.content(tmp_path / "ledger" / name).splitlines())
        assert last["kind"] == "summary"
    assert total(tmp_path / "ledger") == 1 + 59 * 3


def test_summaries_alone_fill_segments_too(snapshot, opened, tmp_path):
    recorder, now = Recorder(opened(segment_bytes=4000)), snapshot()
    for _ in range(30):
        for direction in Direction:
            recorder.keep(clean(now, direction), now)
        recorder.sum_up()
    sizes = [p.stat().st_size for p in (tmp_path / "ledger").glob("*.jsonl")]
    assert len(sizes) > 3
    assert max(sizes) < 4000 + 3 * 900
    assert total(tmp_path / "ledger") == 60


def test_an_edge_that_finds_no_room_keeps_a_record_a_decision(
    snapshot, opened, tmp_path, monkeypatch
):
    monkeypatch.setattr(recorders, "Summaries", lambda clock: Summaries(clock, limit=1))
    recorder, now = Recorder(opened()), snapshot()
    kept = [recorder.keep(clean(now, d), now) for d in (*Direction, *Direction)]
    assert kept == [True, True, False, True]
    recorder.sum_up()
    assert total(tmp_path / "ledger") == 4


class Disk:
    """While it is full, it takes a line but for its last bytes: so many are `missing`."""

    def __init__(self):
        self.missing = 0

    def write(self, file, line):
        return os.write(file, line[: len(line) - self.missing]) if self.missing < len(line) else 0


@pytest.fixture
def disk(monkeypatch):
    found = Disk()
    real = {name: getattr(os, name) for name in dir(os) if not name.startswith("__")}
    monkeypatch.setattr(segment_file, "os", SimpleNamespace(**{**real, "write": found.write}))
    return found


@pytest.mark.parametrize("missing", [9999, 300, 2, 1])
def test_a_count_is_exact_whatever_of_its_line_a_full_disk_took(
    missing, snapshot, opened, tmp_path, disk
):
    """A line that lacks its newline only is whole: it counts, and is not written again."""
    ledger, now = opened(), snapshot()
    recorder = Recorder(ledger)
    for direction in Direction:
        for _ in range(3):
            recorder.keep(clean(now, direction), now)
    disk.missing = missing
    with pytest.raises(LedgerError):
        recorder.sum_up()
    disk.missing = 9999
    with pytest.raises(LedgerError):
        ledger.heal()
    for each in (clean(now), eventful(now)):
        with pytest.raises(LedgerError):
            recorder.keep(each, now)
    assert recorder.uncounted == 4 - 2 * (missing == 1)
    disk.missing = 0
    ledger.heal()
    recorder.keep(clean(now), now)
    recorder.sum_up()
    assert (total(tmp_path / "ledger"), recorder.uncounted) == (7, 0)


def test_nothing_is_counted_while_the_ledger_is_not_healed_though_no_count_waits(
    snapshot, opened, disk
):
    ledger, now = opened(), snapshot()
    recorder = Recorder(ledger)
    for _ in range(2):
        recorder.keep(clean(now), now)
    disk.missing = 1  # the count is in the ledger, which the healing finds out
    with pytest.raises(LedgerError):
        recorder.sum_up()
    disk.missing = 9999
    with pytest.raises(LedgerError):
        ledger.heal()
    assert recorder.uncounted == 0
    with pytest.raises(LedgerError):
        recorder.keep(clean(now), now)
    assert recorder.uncounted == 0


def test_counts_that_could_not_be_written_come_before_a_new_decision(
    snapshot, opened, tmp_path, disk
):
    ledger, now = opened(), snapshot()
    recorder = Recorder(ledger)
    for _ in range(3):
        recorder.keep(clean(now), now)
    disk.missing = 9999
    with pytest.raises(LedgerError):
        recorder.sum_up()
    disk.missing = 0
    ledger.heal()
    recorder.keep(clean(now), now)
    assert (told(tmp_path / "ledger"), recorder.uncounted) == (["policy", "decision", 2], 1)


def test_nothing_is_counted_while_the_ledger_has_no_room(snapshot, opened):
    ledger, now = opened(), snapshot()
    recorder = Recorder(ledger)
    recorder.keep(clean(now), now)
    ledger.has_room = False
    with pytest.raises(LedgerError):
        recorder.keep(clean(now), now)
    assert recorder.uncounted == 0


def test_nothing_is_counted_after_the_ledger_is_closed(snapshot, opened):
    ledger, now = opened(), snapshot()
    recorder = Recorder(ledger)
    recorder.keep(clean(now), now)
    ledger.close()
    with pytest.raises(LedgerError):
        recorder.keep(clean(now), now)
    assert recorder.uncounted == 0


def test_a_policy_that_cannot_be_recorded_leaves_the_counts(snapshot, opened, tmp_path, disk):
    ledger, one = opened(), snapshot()
    recorder = Recorder(ledger)
    for _ in range(2):
        recorder.keep(clean(one), one)
    two, disk.missing = snapshot(OTHER), 9999
    with pytest.raises(LedgerError):
        recorder.come_into_force(two)
    assert recorder.uncounted == 1
    disk.missing = 0
    ledger.heal()
    recorder.come_into_force(two)
    assert told(tmp_path / "ledger") == ["policy", "decision", 1, "policy"]


def test_summaries_are_synced_together_where_each_record_is(
    snapshot, opened, tmp_path, monkeypatch
):
    recorder, now = Recorder(opened(fsync=Fsync.EACH)), snapshot()
    for direction in (*Direction, *Direction):
        recorder.keep(clean(now, direction), now)
    synced, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(file) or real(file))
    recorder.sum_up()
    assert len(synced) == 1
    assert told(tmp_path / "ledger") == ["policy", "decision", "decision", 1, 1]


@pytest.fixture
def two_policies(snapshot):
    return snapshot(), snapshot(OTHER)


KINDS_OF_STEPS = ("clean", "response", "eventful", "policy", "sum up", "full disk")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.sampled_from(KINDS_OF_STEPS), max_size=25), missing=st.integers(1, 900))
def test_each_decision_is_told_once(steps, missing, two_policies, tmp_path_factory, disk):
    folder = tmp_path_factory.mktemp("ledger")
    ledger = FileLedger(folder, 0, ledger_time.now, segment_bytes=5000)
    recorder, policies = Recorder(ledger), list(two_policies)
    answered = 0
    for step in steps:
        disk.missing = missing if step == "full disk" else 0
        if step == "policy":
            policies.reverse()
        now = policies[0]
        with suppress(LedgerError):
            if step == "clean":
                answered += recorder.keep(clean(now), now) in (True, False)
            elif step == "response":
                answered += recorder.keep(clean(now, Direction.RESPONSE), now) in (True, False)
            elif step == "eventful":
                answered += recorder.keep(eventful(now), now)
            elif step != "policy":
                recorder.sum_up()
        with suppress(LedgerError):
            ledger.heal()  # as the upkeep does
    disk.missing = 0
    ledger.heal()
    recorder.sum_up()
    ledger.close()
    assert total(folder) == answered
    digests = {policy.policy.digest for policy in policies}
    assert {r["policy"] for r in records(folder) if "policy" in r} <= digests


@pytest.fixture
def summing(guard, tmp_path):
    """A guard that sums up, and the call of the receiver's sidecar over mutual TLS."""
    files = certificates_in(tmp_path)

    @asynccontextmanager
    async def run():
        async with (
            guard(policy=SUMMED, tls=tls_of(files[GUARD])) as g,
            secure_channel(g, files[BILLING_WORKLOAD]) as channel,
        ):
            yield g, checking(channel)

    return run


def test_a_guard_counts_exactly_under_concurrency_and_at_its_end(summing, run, tmp_path):
    number = 120

    async def scenario():
        async with summing() as (g, check):
            bodies = [CLEAN, CLEAN, DENIED] * (number // 3)
            answers = await asyncio.gather(
                *(check(check_request(body), timeout=30) for body in bodies)
            )
            g.pipeline.flush()
            return g, [answer.status.code for answer in answers]

    g, codes = run(scenario())
    assert (codes.count(0), codes.count(7)) == (80, 40)
    assert total(tmp_path / "ledger") == number
    assert sum(r["decision"] == "DENY" for r in g.records()) == 40
    summaries = g.records("summary")
    assert sum(r["count"] for r in summaries) == 79
    assert sum(r["bytes"] for r in summaries) == 79 * len(CLEAN)
    assert [fault for r in summaries for fault in wrong(r)] == []
    points = g.metrics.points()
    told_apart = [points[f"phiguard.ledger.{name}"][0].value for name in ("summed", "records")]
    assert told_apart == [79, 41]


def test_a_guard_writes_its_counts_each_second_and_the_upkeep_writes_none(summing, run):
    async def scenario():
        async with summing() as (g, check):
            for _ in range(3):
                await check(check_request(CLEAN), timeout=30)
            while not g.records("summary"):
                await asyncio.sleep(0.01)
            g.worker._summing.cancel()
            written = len(g.records("summary"))
            await check(check_request(CLEAN), timeout=30)
            await g.worker._tend_ledger()  # else each edge had two records a second
            assert (g.worker._recorder.uncounted, len(g.records("summary"))) == (1, written)
        return [r["count"] for r in g.records("summary")]

    assert sum(run(scenario())) == 3


def test_a_guard_that_cannot_write_its_counts_denies_and_says_at_its_end_what_is_lost(
    summing, run, disk, caplog
):
    async def scenario():
        async with summing() as (g, check):
            g.worker._summing.cancel()
            g.worker._upkeep.cancel()
            for _ in range(3):
                await check(check_request(CLEAN), timeout=30)
            disk.missing = 9999
            with suppress(LedgerError):
                g.worker._recorder.sum_up()
            return await check(check_request(CLEAN), timeout=30)

    answer = run(scenario())
    assert answer.dynamic_metadata["reason"] == "LEDGER_UNAVAILABLE"
    lost = [r for r in caplog.records if r.msg == LogEvent.LEDGER_COUNTS_LOST.value]
    assert [r.fields for r in lost] == [{"decisions": 2}]

"""A guard that counts edges writes them, also at its end, and never writes a value."""

import grpc
import pytest
from canaries import SOUGHT
from running_guard import (
    ALLOWED,
    BILLING,
    BUFFERED,
    DENIED,
    EHR,
    INBOUND,
    POLICY,
    Guard,
    check_request,
    processing_request,
    request_head,
)
from serving import Serving
from test_canary import drive

from extauthz import cli
from extauthz.guard.envoy import wire
from extauthz.guard.worker import utc_day
from extauthz.records.edges.observation_store import ObservationStore, read
from extauthz.records.ledger.keeper import LedgerError
from mesh.message.facts import Direction, Protocol

DISCOVER = POLICY.replace("mode: enforce", "mode: discover")


@pytest.fixture
def counting(tmp_path, engine):
    def make(policy):
        return Guard(
            tmp_path, engine, policy=policy, edges=ObservationStore(tmp_path / "edges", 0, utc_day)
        )

    return make


@pytest.mark.parametrize("policy", [DISCOVER, POLICY], ids=["discover", "enforce"])
def test_no_value_gets_into_counted_edges_or_what_is_learned_from_them(
    counting, run, tmp_path, capsys, policy
):
    async def scenario():
        async with counting(policy) as g:
            await drive(g)

    run(scenario())
    (tmp_path / "p.yaml").write_text(policy)
    for arguments in (
        [],
        ["--min-count", "1"],
        ["--against", tmp_path / "p.yaml"],
        ["--against", tmp_path / "p.yaml", "--format", "json"],
    ):
        cli.main(["policy", "learn", str(tmp_path / "edges"), *map(str, arguments)])
    printed = capsys.readouterr()
    written = (
        b"".join(path.read_bytes() for path in (tmp_path / "edges").iterdir())
        + (printed.out + printed.err).encode()
    )
    observations = read([tmp_path / "edges"]).observations

    assert "/patients/{id}" in {each.sighting.route for each in observations}
    assert "US_SOCIAL_SECURITY_NUMBER" in {
        name for each in observations for name in each.content.identifiers
    }
    assert not [form for form in (*SOUGHT, b"zebulon") if form in written]


def test_messages_are_counted_in_every_mode_with_what_became_of_them(counting, run, tmp_path):
    async def scenario():
        async with counting(POLICY) as g:
            for body in (ALLOWED, DENIED):
                await g.check(check_request(body))

    run(scenario())
    seen = {each.sighting.stopped: each for each in read([tmp_path / "edges"]).observations}
    assert {
        (each.sighting.source, each.sighting.destination, each.sighting.route)
        for each in seen.values()
    } == {(EHR, BILLING, "/claims")}
    assert set(seen[False].content.identifiers) == {"PERSON_NAME"}
    assert set(seen[True].content.identifiers) == {"PERSON_NAME", "EMAIL_ADDRESS"}


UPGRADE = {"upgrade": "websocket", "connection": "Upgrade"}


@pytest.mark.parametrize("policy", [DISCOVER, POLICY], ids=["discover", "enforce"])
def test_an_upgrade_is_counted_as_one_and_no_rule_is_proposed_for_it(
    counting, run, tmp_path, capsys, policy
):
    """Both halves of a WebSocket handshake are HTTP. Nothing after it can be read."""
    asked = request_head(**UPGRADE)
    switched = processing_request(
        "response_headers",
        attributes={**INBOUND, "request.path": "/claims"},
        mode=BUFFERED,
        headers={":status": "101", **UPGRADE},
    )

    async def scenario():
        async with counting(policy) as g:
            for _ in range(3):
                await g.check(check_request(headers=UPGRADE, method="GET"))
                await g.process(asked)
                await g.process(switched)

    run(scenario())
    observations = read([tmp_path / "edges"]).observations
    assert {each.sighting.protocol for each in observations} == {Protocol.UPGRADE}
    assert {each.sighting.direction for each in observations} == set(Direction)
    assert cli.main(["policy", "learn", str(tmp_path / "edges"), "--min-count", "1"]) == 0
    assert "rules: []" in capsys.readouterr().out


def test_what_could_not_be_recorded_is_counted_as_stopped(counting, run, tmp_path, monkeypatch):
    def lose(_):
        raise LedgerError("the disk is full")

    async def scenario():
        async with counting(POLICY) as g:
            g.ledger.append = lose
            await g.check(check_request(ALLOWED))

    run(scenario())
    assert [each.sighting.stopped for each in read([tmp_path / "edges"]).observations] == [True]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_serve_writes_its_counts_when_it_ends(tmp_path, workers):
    policy, edges = tmp_path / "policy.yaml", tmp_path / "edges"
    policy.write_text(DISCOVER)
    edges.mkdir()
    (edges / "edges-0.jsonl").write_text("nonsense\n")
    with Serving(policy, "--edges", edges, "--workers", workers, "--scan-seconds", "20") as s:
        s.until("serving", workers)
        with grpc.insecure_channel(f"127.0.0.1:{s.port}") as channel:
            check = channel.unary_unary(
                f"/{wire.AUTHORIZATION}/Check",
                request_serializer=wire.encode,
                response_deserializer=wire.decoder("envoy.service.auth.v3.CheckResponse"),
            )
            check(check_request(ALLOWED), timeout=30)
        assert s.end() == 0
    assert [each.count for each in read([edges]).observations] == [1]
    assert [line["problem"] for line in s.log if "set aside" in line["event"]] == [
        f"{edges}/edges-0.jsonl:1: not a line of an observation store; "
        "give files that `serve --edges` wrote"
    ]


@pytest.mark.slow
def test_serve_says_who_counts_already(tmp_path, capsys):
    policy, edges = tmp_path / "policy.yaml", tmp_path / "edges"
    policy.write_text(DISCOVER)
    store = ObservationStore(edges, 0, utc_day)
    with Serving(policy, "--edges", edges) as s:
        said = s.process.stderr.read().decode()
        assert s.process.wait(30) == 2
    store.close()
    assert (
        f"{edges}: another process counts the edges of worker 0; give each its own folder" in said
    )

"""docs/ledger.schema.json describes what a guard writes: every kind, every key, every closed word."""

import asyncio
import itertools
import re

import pytest
from ledger_schema import DOCS, FILE, KINDS, wrong
from running_guard import (
    ALLOWED,
    BILLING,
    DENIED,
    POLICY,
    REDACTED,
    check_request,
    processing_request,
    request_head,
    response_head,
)

from extauthz.records.ledger.file import SCHEMA
from mesh.message.facts import Direction, Protocol, Vantage
from mesh.policy.decision import Action, Mode, Reason
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.identifiers import Identifier

MONITOR = POLICY.replace("mode: enforce", "mode: monitor")


@pytest.fixture
def written(guard, run, tmp_path):
    """The records of two guards, one after the other: the second finds a torn line."""

    async def scenario():
        async with guard() as g:
            for body in (ALLOWED, DENIED, b"\x1f\x8b", b'{"blob": "' + b"zQx9" * 300 + b'"}'):
                await g.check(check_request(body))
            await g.check(check_request(ALLOWED, source="", destination=""))
            await g.check(check_request(ALLOWED, headers={"content-encoding": "zebra"}))
            last = processing_request("request_body", body=REDACTED, end_of_stream=True)
            await g.process(request_head(), last, response_head(end=True))
            await g.process(request_head(mode=1))
        segment = next((tmp_path / "ledger").glob("*.jsonl"))
        segment.write_bytes(segment.read_bytes() + b'{"torn":')
        async with guard(policy=MONITOR) as g:
            await g.check(check_request(DENIED))
            g.policy.write_text("spec: 1")
            g.worker._hurry.set()
            while not g.records("refusal"):
                await asyncio.sleep(0.01)
            return g.records(*KINDS)

    return run(scenario())


def test_every_kind_is_written_and_each_record_fits_its_description(written):
    assert {r["kind"] for r in written} == {k for k in KINDS if k in GUARDS}
    assert [fault for record in written for fault in wrong(record)] == []


GUARDS = {"decision", "policy", "refusal", "start", "recovery"}
"""The kinds that a guard writes."""


def test_a_record_that_does_not_fit_is_seen(written):
    record = next(r for r in written if r["kind"] == "decision")
    for key in record:
        if key != "kind":
            assert wrong({k: v for k, v in record.items() if k != key}) == [f"decision: no {key}"]
    for wrong_one in (
        {"path": "/patients/536-22-8790"}, {"reason": "Ana Ruiz"}, {"mtls": ""}, {"schema": 1},
        {"seq": 0}, {"seq": True}, {"rules": [1]}, {"infoTypes": {"SSN": 0}}, {"hash": "x"},
    ):  # fmt: skip
        assert len(wrong({**record, **wrong_one})) == 1


def test_all_kinds_are_offered():
    assert [each["$ref"].rpartition("/")[2] for each in FILE["oneOf"]] == list(KINDS)
    for name, kind in KINDS.items():
        assert kind["properties"]["kind"]["const"] == name
        assert kind["properties"]["schema"]["const"] == SCHEMA
        # a proxy asks nearly always, and then nothing is said of who asked
        assert (sorted(kind["required"]), kind["additionalProperties"]) == (
            sorted(kind["properties"].keys() - {"asked"}),
            False,
        )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("decision", Action), ("reason", Reason), ("verdict", Verdict), ("coverage", Coverage),
        ("gap", Gap), ("direction", Direction), ("vantage", Vantage),
        ("protocol", Protocol),
    ],
)  # fmt: skip
def test_the_words_of_a_decision_are_closed(key, words):
    assert KINDS["decision"]["properties"][key]["enum"] == [word.value for word in words]


def test_other_words_are_closed_too():
    decision = KINDS["decision"]["properties"]
    assert decision["identifiers"]["items"]["enum"] == [each.value for each in Identifier]
    assert decision["audits"]["additionalProperties"]["enum"] == [each.value for each in Action]
    modes = KINDS["policy"]["properties"]["mode"]["enum"]
    assert modes == [*(mode.value for mode in Mode), None]


def test_the_page_says_what_each_key_of_each_kind_means():
    page = (DOCS / "audit.md").read_text()
    rows = re.findall(r"^\| (`[^|]*`) \| ([^|]+) \|", page, re.MULTILINE)
    told = set(itertools.chain.from_iterable(re.findall(r"`(\w+)`", cell) for cell, _ in rows))
    keys = {key for kind in KINDS.values() for key in kind["properties"]}
    assert keys - told == set()


def test_what_a_receiver_and_a_sender_know_is_written_as_such(written):
    unknown = {
        (r["vantage"], key)
        for r in written
        if r["kind"] == "decision"
        for key in ("source", "destination", "service", "mtls")
        if r[key] is None
    }
    assert unknown == {
        ("outbound", "destination"), ("outbound", "mtls"), ("inbound", "service"),
        ("inbound", "source"), ("inbound", "destination"),
    }  # fmt: skip
    assert BILLING in {r.get("destination") for r in written}

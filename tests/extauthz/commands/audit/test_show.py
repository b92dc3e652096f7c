import orjson
import pytest
from ledgers_in_folders import (
    BILLING,
    DIGEST,
    EHR,
    OTHER_DIGEST,
    POLICY,
    POLICY_TEXT,
    written,
)
from running_guard import DENIED, check_request

from extauthz.records.ledger import chain as ledger_chain

TRACE, CALL = "ab" * 16, "cd" * 16
ID = "fbe263f1" + "0" * 24


@pytest.fixture
def show(phiguard, tmp_path):
    def run(*arguments, folders=(".",)):
        return phiguard("audit", "show", *arguments, *[tmp_path / folder for folder in folders])

    return run


def test_a_decision_says_who_what_why_and_by_which_text(show, tmp_path):
    written(tmp_path, POLICY, {"id": ID, "audits": {"tighter": "DENY"}, "trace": TRACE})
    code, out, err = show("fbe263f1")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        f"decision {ID}: DENY, MINIMUM_NECESSARY, 2026-11-01T02:00:00.000000Z"
    )
    for line in (
        f"source: {EHR}",
        f"destination: {BILLING}",
        "service: not known",
        "mutual TLS: proved by the receiver",
        "found: phi (json; COMPLETE)",
        "F EMAIL_ADDRESS: 2",
        "because of: EMAIL_ADDRESS",
        "rule ehr-to-billing",
        "phi: {request: {allow: [A]}}",
        "AUDIT rule tighter: alone, it would DENY",
        f"policy clinic {DIGEST}",
        "mode: enforce",
        "message: 1 decision\n",
        f"trace {TRACE}: no other decisions",
        f"record: {tmp_path}/ledger-0-000000000001.jsonl:3",
    ):
        assert line in out
    assert "name: flow" not in out  # another rule
    assert "name: flow" in show(ID, "--policy-text")[1]


def test_the_trace_and_the_pieces_are_found_in_the_ledgers_of_all_replicas(show, tmp_path):
    piece = {"exchange": CALL, "trace": TRACE}
    written(tmp_path / "a", {**piece, "id": CALL}, {**piece, "piece": 2, "id": ID})
    written(tmp_path / "b", {"trace": TRACE}, {}, day=2)
    written(tmp_path / "b", {**piece, "direction": "response"}, worker=1, day=3)
    _, out, _ = show("fbe263f1", folders=("a", "b"))
    assert "message: 2 decisions" in out
    assert f"trace {TRACE}: 2 other decisions" in out
    assert f"{ID} (this one)" in out

    _, out, _ = show("fbe263f1", "--format", "json", folders=("a", "b"))
    told = orjson.loads(out)
    assert [r["id"] for r in told["message"]] == [CALL, ID]
    assert [r["time"][8:10] for r in told["trace"]] == ["02", "03"]
    assert told["place"]["line"] == 3
    assert told["policy"] is None


def test_the_policy_is_the_chains_own_before_the_decision(show, tmp_path):
    other = {**POLICY, "policy": OTHER_DIGEST}
    again = {**POLICY, "mode": "again"}
    written(tmp_path, POLICY, other, {"id": ID}, again)
    assert orjson.loads(show(ID, "--format", "json")[1])["policy"]["mode"] == "enforce"


def test_where_no_ledger_has_the_policy_it_says_so(show, tmp_path):
    written(tmp_path, {"id": ID}, {"id": "ab" * 16, "policy": None, "rules": [], "mtls": None})
    assert f"policy {DIGEST}: these ledgers have no record of its text" in show(ID)[1]
    out = show("abab" * 8)[1]
    assert "policy: none was in force" in out
    assert "no rule names this edge" in out
    assert "mutual TLS: not known" in out


@pytest.mark.parametrize(
    ("mtls", "caller", "said"),
    [
        (True, BILLING, "proved by the receiver"),
        (True, None, "said by a caller that is not proved"),
        (True, "", "said by a caller that is not proved"),  # in a ledger of an earlier release
        (False, BILLING, "no"),
        (False, None, "no"),
        (None, BILLING, "not known"),
        (None, None, "not known"),
    ],
)
def test_mutual_tls_is_proved_said_no_or_not_known(show, tmp_path, mtls, caller, said):
    written(tmp_path, {"id": ID, "mtls": mtls, "caller": caller})
    assert f"mutual TLS: {said}\n" in show(ID)[1]


def test_a_client_that_asked_over_http_is_no_proxy(show, tmp_path):
    written(tmp_path, {"id": ID, "mtls": True, "caller": BILLING, "asked": "http"})
    out = show(ID)[1]
    assert f"asked by: {BILLING}, over http\n" in out
    assert "mutual TLS: said by a client that is no proxy\n" in out


@pytest.mark.parametrize("identity", ["fbe26", "xyzxyz", "FBE263F1", "999999"])
def test_no_such_decision_is_one_line(show, tmp_path, identity):
    written(tmp_path, {"id": ID})
    code, out, err = show(identity)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_digits_that_two_decisions_have_are_too_few(show, tmp_path):
    written(tmp_path, {"id": ID}, {"id": ID[:-1] + "1"})
    code, out, err = show(ID[:10])
    assert (code, out, "2 decisions begin so; give more digits" in err) == (2, "", True)
    assert show(ID)[0] == 0


def test_a_changed_neighbour_is_left_out_and_said(show, tmp_path):
    written(tmp_path, {"id": ID, "trace": TRACE}, {"trace": TRACE})
    (segment,) = tmp_path.glob("*.jsonl")
    data = segment.read_bytes()
    at = data.rfind(b'"enforced":true')
    segment.write_bytes(data[:at] + b'"enforced":null' + data[at + 15 :])
    code, out, err = show(ID)
    assert (code, "no other decisions" in out, "1 line left out" in err) == (2, True, True)


def test_a_forged_record_commands_no_terminal(show, tmp_path):
    evil = "\x1b[2J"
    record = dict.fromkeys(
        ("decision", "reason", "source", "service", "media", "trace", "exchange", "time"), evil
    )
    lists = {"rules": [evil], "tipped": [evil], "parts": [evil], "audits": {evil: evil}}
    odd = {"infoTypes": {evil: evil}, "identifiers": 7, "mtls": evil, "piece": evil, "opaque": evil}
    head, data = ledger_chain.ChainHead(), b""
    for each in (
        {"kind": "policy", "policy": DIGEST, "texts": {evil: evil}, "name": evil, "mode": evil},
        {"kind": "decision", "id": ID, "policy": DIGEST, **record, **lists, **odd},
        {"kind": "decision", "id": "ab" * 16, "policy": 5, "rules": 5, "texts": 1},
    ):
        line, head = ledger_chain.seal(each, head)
        data += line
    (tmp_path / ledger_chain.segment_name(0, 1)).write_bytes(data)
    for arguments in ((ID,), (ID, "--policy-text"), ("abab" * 8,)):
        code, out, _ = show(*arguments)
        assert (code, "\x1b" in out) == (0, False)


def test_the_id_of_a_denial_leads_to_its_policy(guard, run, show, tmp_path):
    async def scenario():
        async with guard() as g:
            answer = await g.check(check_request(DENIED))
            return orjson.loads(answer.denied_response.body)["decision"]

    code, out, _ = show(run(scenario()), folders=("ledger",))
    assert code == 0
    assert "because of: EMAIL_ADDRESS" in out
    assert "redact: [US_SOCIAL_SECURITY_NUMBER]" in out


def test_the_text_of_the_policy_is_kept_as_it_was(show, tmp_path):
    written(tmp_path, POLICY, {"id": ID})
    told = orjson.loads(show(ID, "--format", "json")[1])
    assert told["policy"]["texts"] == {"policy.yaml": POLICY_TEXT}

from datetime import date

import orjson
import pytest
from counted_edges import BILLING, EHR, count

from extauthz import cli
from extauthz.records.edges.observation_store import ObservationStore
from mesh.policy_file.load import parse


@pytest.fixture
def edges(tmp_path):
    store = ObservationStore(tmp_path / "edges", 0, lambda: date(2026, 11, 23), limit=2)
    for _ in range(3):
        count(store, "/claims/7731", "PERSON_NAME", "DIAGNOSIS")
    count(store, "/labs")
    count(store, "/orders")
    store.close()
    return tmp_path / "edges"


@pytest.fixture
def learn(tmp_path, capsysbinary):
    def run(*arguments):
        code = cli.main(["policy", "learn", *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def test_a_policy_is_proposed_and_what_is_rare_or_missing_is_told(learn, edges):
    code, out, err = learn(edges, "--name", "clinic")
    policy = parse(out, file="learned.yaml")
    assert (code, policy.name, [rule.name for rule in policy.rules]) == (
        0,
        "clinic",
        ["ehr-to-billing"],
    )
    assert f"# * {EHR} -> {BILLING} POST /labs: 1 message" in out
    assert "# INCOMPLETE: 1 message could not be counted, because a store was full." in out
    assert "incomplete: a store was full at 2 edges, and 1 messages were not counted" in err
    assert len(parse(learn(edges, "--min-count", 1)[1], file="x").rules) == 2


def test_the_exit_code_says_whether_there_is_drift(learn, edges, tmp_path):
    learned = tmp_path / "learned.yaml"
    learned.write_text(learn(edges, "--min-count", "1")[1])
    assert learn(edges, "--against", learned)[:2] == (0, "no drift\n")
    learned.write_text(learned.read_text().replace("/claims/*", "/bills/*"))
    code, out, _ = learn(edges, "--against", learned)
    assert code == 1
    assert (
        out.splitlines()
        == [
            "what                                 from        to               "
            "operation          direction  identifiers  messages  last seen",
            "no rule names it (EDGE_NOT_ALLOWED)  clinic/ehr  finance/billing  "
            "POST /claims/{id}  request    PERSON_NAME  3         2026-11-23",
            "",
            "rule `ehr-to-billing-2`: nothing seen uses it",
            "1 seen and not allowed, 1 allowed and not seen",
        ]
        or out.splitlines()[3] == "rule `ehr-to-billing`: nothing seen uses it"
    )


def test_a_program_gets_the_drift_as_json(learn, edges, tmp_path):
    learned = tmp_path / "learned.yaml"
    learned.write_text(learn(edges)[1])
    code, out, _ = learn(edges, "--against", learned, "--format", "json")
    said = orjson.loads(out)
    (seen,) = said["seen"]
    assert (code, said["drift"], said["notCounted"], said["unusedRules"]) == (1, True, 1, [])
    assert (seen["what"], seen["reason"], seen["source"], seen["route"]) == (
        "EDGE",
        "EDGE_NOT_ALLOWED",
        EHR,
        "/labs",
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--min-count", "0"], "--min-count 0: too small"),
        (["--name", "Ana Ruiz"], "--name Ana Ruiz: not a name"),
        (["--name", "x}\n"], "not a name"),
        (["--against", "missing.yaml"], "missing.yaml"),
    ],
)
def test_wrong_use_is_one_line_that_names_it(learn, edges, arguments, complaint):
    code, out, err = learn(edges, *arguments)
    assert (code, out) == (2, "")
    assert complaint in err


def test_a_broken_file_is_named_with_its_line(learn, edges):
    file = edges / "edges-0.jsonl"
    file.write_text(file.read_text().replace('"count":3', '"count":-3'))
    code, _, err = learn(edges)
    assert (code, err) == (
        2,
        f"phiguard: {file}:2: `count` is not valid; copy the file from the guard again\n",
    )

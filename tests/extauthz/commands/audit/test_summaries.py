"""Decisions that were only counted: every reader of a ledger says how many there are."""

import csv
import io
from html.parser import HTMLParser

import orjson
import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from ledgers_in_folders import BILLING, EHR, LAB, POLICY, SUMMARY, written

from extauthz.commands.audit import tail
from extauthz.commands.audit.record_words import decisions_in
from extauthz.records.ledger import key_file
from extauthz.records.ledger.notes import Signer

OF_LAB = {**SUMMARY, "count": 2, "source": LAB, "rules": ["lab-to-billing"]}


@pytest.fixture
def audit(phiguard, tmp_path):
    """Run a command of `audit` on a ledger with two decisions, and with 40 and 2 that are counted."""
    written(tmp_path / "ledger", POLICY, {}, SUMMARY, {"decision": "ALLOW"}, OF_LAB)

    def run(command, *arguments):
        return phiguard("audit", command, *arguments, tmp_path / "ledger")

    return run


@pytest.mark.parametrize(
    ("record", "number"),
    [
        ({"kind": "decision"}, 1),
        ({"kind": "decision", "count": 5}, 1),
        (SUMMARY, 40),
        ({"kind": "policy", "count": 5}, 0),
        ({"kind": "summary"}, 0),
        ({"kind": "summary", "count": -3}, 0),
        ({"kind": "summary", "count": True}, 0),
        ({"kind": "summary", "count": "40"}, 0),
    ],
)
def test_how_many_decisions_a_record_tells_of(record, number):
    assert decisions_in(record) == number


@pytest.mark.parametrize(
    ("filters", "listed", "counted"),
    [
        ((), 2, 42),
        (("--source", LAB), 0, 2),
        (("--rule", "ehr-to-billing"), 2, 40),
        (("--decision", "DENY"), 1, 0),
        (("--reason", "NO_PHI"), 0, 42),
        (("--identifier", "A"), 2, 0),
        (("--until", "2026-11-01T04:00Z"), 1, 40),
        (("--last", "1"), 1, 42),
        (("--kind", "policy"), 1, 0),
        (("--kind", "summary"), 2, 0),
        (("--kind", "summary", "--kind", "decision"), 4, 0),
    ],
)
@pytest.mark.parametrize("form", ["json", "table"])
def test_a_query_says_how_many_it_does_not_list(audit, form, filters, listed, counted):
    code, out, err = audit("query", *filters, "--format", form)
    head = form == "table" and listed > 0 and "policy" not in filters
    assert (code, len(out.splitlines())) == (0, listed + head)
    said = (
        f"phiguard: {counted} decisions more were only counted; `--kind summary` lists the counts\n"
    )
    assert err == ("" if listed else "phiguard: 0 records\n") + (said if counted else "")


def test_tables_show_a_summary_by_its_number(audit):
    for command in ("query", "tail"):
        _, out, _ = audit(command, *(["--kind", "summary"] if command == "query" else []))
        lines = [line.split() for line in out.splitlines() if "NO_PHI" in line]
        assert [line[-2:] for line in lines] == [["40", "decisions"], ["2", "decisions"]]


def test_new_summaries_are_followed(tmp_path):
    written(tmp_path, {})
    followed = tail.Followed([tmp_path])
    written(tmp_path, SUMMARY, day=2)
    assert [r["count"] for r in followed.new()] == [40]


def test_an_id_that_is_not_found_may_be_of_one_that_was_counted(audit, tmp_path, phiguard):
    said = "It may be one of those that were only counted: `phiguard audit query --kind summary`"
    for command, words in (("show", ("abcdef",)), ("prove", ("abcdef",))):
        code, _, err = audit(command, *words)
        assert (code, said in err, err.count("\n")) == (2, True, 1)
        written(tmp_path / command, {})
        assert said not in phiguard("audit", command, *words, tmp_path / command)[2]


class Texts(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.texts = []
        self.feed(page)

    def handle_data(self, data):
        self.texts.append(data)

    def before(self, text):
        return self.texts[self.texts.index(text) - 1]

    @property
    def rows_of_five(self):
        return [self.texts[at : at + 5] for at in range(len(self.texts))]


def test_a_report_counts_them(audit, tmp_path, phiguard):
    page = Texts(audit("report")[1])
    assert (page.before("decisions"), page.before("of these only counted")) == ("44", "42")
    assert ["2026-11-01", "43", "0", "0", "1"] in page.rows_of_five
    edges = {
        tuple(page.texts[at : at + 3])
        for at, text in enumerate(page.texts)
        if text in (EHR, LAB) and page.texts[at + 1] == BILLING
    }
    assert {(EHR, BILLING, "42"), (LAB, BILLING, "2")} <= edges
    assert "proved: 42" in page.texts
    written(tmp_path / "each", {})
    whole = phiguard("audit", "report", tmp_path / "each")[1]
    assert "of these only counted" not in Texts(whole).texts


def test_a_review_counts_them(audit, tmp_path):
    key_file.write(tmp_path / "key", Signer("clinic.example/reviewer", b"k" * 32))
    period = ("--since", "2026-11-01", "--until", "2026-12-01")
    _, out, _ = audit("review", *period, "--sign", "Ana Ruiz", "--key", tmp_path / "key")
    assert "Ana Ruiz has reviewed 44 decisions" in out


def test_an_export_says_how_many_it_holds_and_keeps_the_ledgers_own_lines(audit):
    code, out, err = audit("export")
    records = [orjson.loads(line) for line in out.splitlines()]
    assert (code, [r["kind"] for r in records]) == (0, ["decision", "summary"] * 2)
    assert err.startswith("phiguard: 44 decisions (42 of them only counted), verified: ")
    _, out, err = audit("export", "--decision", "DENY")
    assert (len(out.splitlines()), err.startswith("phiguard: 1 decision, ")) == (1, True)
    _, out, _ = audit("export", "--source", LAB)
    assert orjson.loads(out)["count"] == 2


def test_a_summary_in_csv(audit):
    rows = list(csv.DictReader(io.StringIO(audit("export", "--format", "csv")[1], newline="")))
    assert [row["count"] for row in rows] == ["", "40", "", "2"]
    assert (rows[1]["bytes"], rows[1]["from"], rows[1]["id"]) == ("5000", SUMMARY["from"], "")


def test_a_summary_in_ocsf(audit):
    events = [orjson.loads(line) for line in audit("export", "--format", "ocsf")[1].splitlines()]
    (event,) = [e for e in events if e.get("count") == 40]
    assert (event["class_uid"], event["action_id"], event["unmapped"]["bytes"]) == (4002, 1, 5000)
    assert (event["start_time"], event["end_time"]) == (1793494799100, 1793494799900)
    assert event["metadata"]["uid"] == event["http_request"]["uid"] == event["unmapped"]["hash"]
    assert {e["class_uid"] for e in events if "count" not in e} == {4002, 2006}


def test_a_summary_in_fhir(audit):
    lines = audit("export", "--format", "fhir")[1].splitlines()
    event = AuditEvent.model_validate_json(lines[1])
    assert event.outcome == "0"
    assert (event.period.end - event.period.start).total_seconds() == 0.8
    details = {each.type: each.valueString for each in event.entity[0].detail}
    assert (details["count"], details["bytes"]) == ("40", "5000")
    assert AuditEvent.model_validate_json(lines[0]).period is None


def test_a_summary_in_otlp(audit):
    lines = audit("export", "--format", "otlp")[1].splitlines()
    one, two = (
        orjson.loads(line)["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0] for line in lines[:2]
    )
    assert (one["eventName"], two["eventName"]) == (
        "phiguard.decision",
        "phiguard.decision_summary",
    )
    values = {each["key"]: each["value"] for each in two["attributes"]}
    assert values["phiguard.summary.count"] == {"intValue": "40"}


def test_a_summary_in_cef_and_syslog(audit):
    cef = audit("export", "--format", "cef")[1].splitlines()[1]
    assert " cnt=40 start=1793494799100 end=1793494799900 " in cef
    syslog = audit("export", "--format", "syslog")[1].splitlines()[1]
    assert f' count="40" bytes="5000" from="{SUMMARY["from"]}" ' in syslog

import re
from html.parser import HTMLParser

import pytest
from ledgers_in_folders import EHR, LAB, POLICY, POLICY_TEXT, written

from extauthz.commands.audit.report import charts, summary
from extauthz.commands.audit.report.duties import DUTIES, LIMITS
from extauthz.commands.audit.report.summary import Edge, Summary
from extauthz.commands.pages import html
from extauthz.records.ledger import chain as ledger_chain

EVIL = "<script>alert(1)</script>\"'&</td></svg><img src=x onerror=y>\x1b"


class Parsed(HTMLParser):
    """The texts and the elements of a page; an element that is not closed is an error."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.elements, self.attributes, self.open = [], set(), [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return "\n".join(self.texts)


@pytest.fixture
def report(phiguard, tmp_path):
    def run(*arguments, folders=(".",)):
        code, out, err = phiguard(
            "audit", "report", *[tmp_path / folder for folder in folders], *arguments
        )
        return code, Parsed(out) if out else None, err

    return run


OUTSIDE = {
    "source": LAB, "destination": None, "service": "pay.example.org", "decision": "ALERT",
    "reason": "ALERTED_BY_RULE", "vantage": "outbound", "mtls": None, "enforced": False,
    "coverage": "UNSCANNABLE", "gap": "ENCRYPTED", "identifiers": ["G"],
}  # fmt: skip
PLAIN = {"source": None, "mtls": False, "reason": "UNENCRYPTED"}
CHANGED = {
    **POLICY, "policy": "7" * 64, "mode": "monitor", "exceptions": {"move": "2026-12-31"},
    "texts": {"policy.yaml": POLICY_TEXT.replace("allow: [A]", "allow: [A, B]")},
    "problems": ["a warning"],
}  # fmt: skip


def test_a_period_is_told_with_its_denials_policies_and_verification(report, tmp_path):
    written(tmp_path / "a", POLICY, {}, OUTSIDE, PLAIN, CHANGED)
    refusal = {"kind": "refusal", "policy": "7" * 64, "problems": ["a mistake"]}
    written(tmp_path / "b", POLICY, {}, CHANGED, refusal, day=2)
    code, page, err = report("--since", "2026-11-01", "--until", "2026-12-01", folders=("a", "b"))
    assert (code, err) == (0, "")
    for text in (
        "Verified: every record of 2 chains follows from the one before it.",
        "2026-11-01 00:00:00 to 2026-12-01 00:00:00, UTC.",
        EHR, "pay.example.org", "ssn", "MINIMUM_NECESSARY", "UNENCRYPTED", "ENCRYPTED",
        "a warning", "a mistake", "move", "holds", "45 CFR 164.312(b)", "2026-12-31",
        "without mutual TLS", "Nobody has signed a review yet",
    ):  # fmt: skip
        assert text in page.text
    diff = next(text for text in page.texts if text.startswith("--- before"))
    assert "-    phi: {request: {allow: [A]}}" in diff
    assert "+    phi: {request: {allow: [A, B]}}" in diff


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(report, tmp_path):
    written(tmp_path, {}, OUTSIDE)
    _, page, _ = report()
    assert not page.elements & {"script", "link", "img", "iframe", "object", "a", "form"}
    assert not [key for key, _ in page.attributes if key.startswith("on") or key in ("src", "href")]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    style = "".join(page.texts)
    assert "url(" not in style
    assert "@import" not in style
    assert {"@media print", "prefers-color-scheme:dark"} <= set(
        re.findall(r"@media print|prefers-color-scheme:dark", style)
    )


def test_only_the_period_is_counted(report, tmp_path):
    written(tmp_path, {}, {"source": LAB}, {"source": LAB}, day=1)
    _, page, _ = report("--since", "2026-11-01T02:00Z", "--until", "2026-11-01T03:00Z")
    assert page.texts[page.texts.index("decisions") - 1] == "1"
    assert EHR not in page.text


def test_the_policy_of_the_beginning_is_known_from_before_the_period(report, tmp_path):
    written(tmp_path, POLICY, {}, {})
    _, page, _ = report("--since", "2026-11-01T03:00Z")
    assert "2026-11-01 01:00:00: clinic" in page.text


def test_a_broken_chain_is_said_first_and_ends_with_1(report, tmp_path):
    written(tmp_path, POLICY, {}, {"decision": "ALLOW"}, {"source": LAB})
    (segment,) = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b'"decision":"ALLOW"', b'"decision":"DENY"'))
    code, page, err = report("--since", "2026-11-01T02:00Z")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith(f"phiguard: {segment}:4: ")
    assert "Lines of the period that do not fit their own hash: 1." in page.text
    assert page.texts[page.texts.index("decisions") - 1] == "2"  # one stands behind the break
    assert LAB in page.text
    assert "2026-11-01 01:00:00: clinic" in page.text
    assert "NOT verified. Chains that do not hold: 1 of 1." in page.text
    assert f"{segment}:4: changed or torn; no recovery record closes it" in page.text


def test_files_may_be_moved_away_when_their_head_is_given(report, tmp_path):
    head = written(tmp_path, {})
    moved = next(tmp_path.glob("*.jsonl"))
    written(tmp_path, {}, day=2)
    moved.unlink()
    assert (report()[0], report("--head", head)[0]) == (1, 0)


def test_the_page_goes_to_a_file(report, phiguard, tmp_path):
    written(tmp_path / "a", {})
    file = tmp_path / "report.html"
    said = f"phiguard: {file}: a report of 1 decision, verified\n"
    assert phiguard("audit", "report", tmp_path / "a", "-o", file) == (0, "", said)
    assert Parsed(file.read_text()).elements >= {"svg", "table"}
    code, _, err = report("-o", tmp_path / "nowhere" / "x", folders=("a",))
    assert (code, err.count("\n")) == (2, 1)


def test_each_broken_chain_and_the_file_are_said(report, tmp_path):
    for folder in ("a", "b", "c"):
        written(tmp_path / folder, {}, {})
    broken = [next((tmp_path / folder).glob("*.jsonl")) for folder in ("a", "c")]
    for segment in broken:
        segment.write_bytes(segment.read_bytes().replace(b'"DENY"', b'"ALLOW"', 1))
    file = tmp_path / "report.html"
    code, _, err = report("-o", file, folders=("a", "b", "c"))
    assert code == 1
    *lines, last = err.splitlines()
    assert [line.split(": ")[1] for line in lines] == [f"{segment}:2" for segment in broken]
    assert last == f"phiguard: {file}: a report of 4 decisions, NOT verified"


def test_a_forged_ledger_writes_texts_and_never_markup(report, tmp_path):
    texts = dict.fromkeys(
        ("id", "time", "decision", "reason", "source", "destination", "service", "gap", "media"),
        EVIL,
    )
    lists = {"identifiers": [EVIL, 7], "tipped": [EVIL], "rules": EVIL, "infoTypes": {EVIL: EVIL}}
    policy = {
        "kind": "policy", "policy": EVIL, "name": EVIL, "mode": EVIL, "version": EVIL,
        "texts": {EVIL: EVIL}, "problems": [EVIL], "exceptions": {EVIL: EVIL}, "ended": [EVIL],
        "time": EVIL,
    }  # fmt: skip
    records = [
        policy,
        {**policy, "policy": 5, "texts": {EVIL: f"{EVIL}\n{EVIL}"}},
        {"kind": "decision", **texts, **lists, "enforced": EVIL, "mtls": EVIL},
        {"kind": "decision", **texts, "decision": "DENY", "identifiers": 5, "infoTypes": 5, "tipped": 5},
        {"kind": "refusal", "policy": EVIL, "problems": [EVIL], "time": EVIL},
        {"kind": "refusal", "problems": 5},
        {"kind": "start", "host": EVIL, "worker": EVIL, "version": EVIL, "time": EVIL},
        {"kind": "recovery", "torn": EVIL, "time": 5},
        {"kind": EVIL}, {},
    ]  # fmt: skip
    data, head = b"", ledger_chain.ChainHead()
    for record in records:
        line, head = ledger_chain.seal(record, head)
        data += line
    (tmp_path / ledger_chain.segment_name(0, 1)).write_bytes(data)
    (tmp_path / "reviews.jsonl").write_bytes(
        ledger_chain.seal(
            {"kind": "review", "reviewer": EVIL, "time": EVIL, "key": EVIL, "note": EVIL},
            ledger_chain.ChainHead(),
        )[0]
    )
    _, page, _ = report()
    assert "script" not in page.elements
    assert "img" not in page.elements
    assert page.text.count("<script>") > 10  # as text


def test_every_text_of_an_element_is_escaped():
    made = html.element("p", EVIL, html.element("b", EVIL), [EVIL, 1], class_=EVIL, data_x=EVIL)
    assert "<script" not in made
    assert Parsed(made).elements == {"p", "b"}
    assert Parsed(made).attributes == [("class", EVIL), ("data-x", EVIL)]
    rows = html.table([EVIL, "n"], [(EVIL, 1000)], empty="")
    assert Parsed(rows).texts == [EVIL, "n", EVIL, "1,000"]
    assert html.table(["a"], [], empty=EVIL) == html.element("p", EVIL)


def test_a_bar_is_as_long_as_its_number():
    drawn = charts.bars([("one", {"ALLOW": 30, "DENY": 10}), ("two", {"odd": 20})], "c")
    widths = [float(w) for w in re.findall(r'<rect[^>]* width="([0-9.]+)"', drawn)]
    assert widths == [315.0, 105.0, 210.0]
    assert re.findall(r'class="(\w+)"', drawn)[1:] == ["allow", "deny", "other"]
    assert Parsed(drawn).texts.count("40") == 1


def test_a_column_is_as_high_as_its_number():
    drawn = charts.columns({"2026-11-01": {"ALLOW": 4}, "2026-11-02": {"ALLOW": 1, "DENY": 1}}, "c")
    heights = [float(h) for h in re.findall(r'<rect[^>]* height="([0-9.]+)"', drawn)]
    assert heights == [140.0, 35.0, 35.0]
    assert "most on one day: 4" in Parsed(drawn).texts
    assert Parsed(charts.columns({}, "c")).elements >= {"svg"}


def test_edges_of_a_forged_ledger_have_an_end(monkeypatch):
    monkeypatch.setattr(summary, "_MOST_EDGES", 3)
    made = Summary()
    for number in range(9):
        made.take(
            {"kind": "decision", "source": str(number), "decision": "ALLOW", "enforced": True}
        )
    assert (len(made.edges), made.edges[Edge("all others", "all others")].total) == (4, 6)


def test_each_worker_records_a_policy_and_it_is_one_change():
    made = Summary()
    for record in (POLICY, POLICY, CHANGED, CHANGED, {**CHANGED, "ended": ["move"]}, POLICY):
        made.take(record)
    assert [len(change.diff) > 0 for change in made.policies] == [False, True, False, True]


def test_mutual_tls_that_nobody_proved_is_said_so(report, tmp_path):
    written(tmp_path, {}, {"caller": None}, {"caller": None})
    _, page, _ = report()
    assert "proved: 1, said only: 2" in page.text
    assert "Decisions with mutual TLS that is said only: 2." in page.text
    assert "No receiver saw a connection without mutual TLS." in page.text


def test_a_report_says_nothing_of_it_where_all_is_proved(report, tmp_path):
    written(tmp_path, {})
    _, page, _ = report()
    assert "proved: 1" in page.text
    assert "said only" not in page.text


def test_a_sender_of_an_old_release_said_false_and_knew_nothing():
    made = Summary()
    for vantage, mtls in (
        ("outbound", False),
        ("outbound", None),
        ("inbound", False),
        ("inbound", True),
    ):
        made.take({"kind": "decision", "vantage": vantage, "mtls": mtls})
    assert dict(next(iter(made.edges.values())).mtls) == {"not known": 2, "no": 1, "said only": 1}


def test_canaries_are_counted_alone():
    canary = {
        "kind": "decision",
        "decision": "DENY",
        "enforced": True,
        "reason": "CANARY",
        "verdict": "phi",
        "coverage": "COMPLETE",
        "identifiers": ["A"],
        "infoTypes": {"PERSON_NAME": 1},
    }
    with_them, without = Summary(), Summary()
    for made in (with_them, without):
        made.take({**canary, "reason": "MINIMUM_NECESSARY"})
    with_them.take(canary)
    with_them.take({**canary, "verdict": "none"})
    assert with_them.canaries == {("phi", "COMPLETE"): 1, ("none", "COMPLETE"): 1}
    assert summary.merged([with_them, with_them]).canaries[("phi", "COMPLETE")] == 2
    with_them.canaries.clear()
    assert with_them == without


def test_it_says_what_it_is_for_and_what_it_does_not_show():
    assert [rule for rule, _, _ in DUTIES] == [
        "45 CFR 164.312(b)",
        "45 CFR 164.308(a)(1)(ii)(D)",
        "45 CFR 164.312(e)(1) and (2)",
        "45 CFR 164.316(b)(2)(i)",
    ]
    assert "164.528" in LIMITS[0]


def test_chains_are_counted_together_in_the_order_of_time():
    one, two = Summary(), Summary()
    for hour, record in enumerate((POLICY, {"kind": "decision", "decision": "DENY"}, CHANGED)):
        one.take({**record, "time": f"2026-11-01T0{hour * 2}"})
        two.take({**record, "time": f"2026-11-01T0{hour * 2 + 1}"})
    for part, time in ((one, "2026-11-02"), (two, "2026-11-01T09")):
        part.take({"kind": "start", "time": time, "version": "1"})
        part.take({"kind": "refusal", "time": time})
    whole = summary.merged([one, two])
    assert (whole.total, len(whole.edges)) == (2, 1)
    assert whole.days["2026-11-01"]["DENY"] == 2
    assert [c.record["time"] for c in whole.policies] == ["2026-11-01T00", "2026-11-01T04"]
    assert [d["time"] for d in whole.denials] == ["2026-11-01T02", "2026-11-01T03"]
    assert [r["time"] for r in whole.starts] == ["2026-11-01T09", "2026-11-02"]
    assert [r["time"] for r in whole.refusals] == ["2026-11-01T09", "2026-11-02"]
    assert (whole.first, whole.last) == ("2026-11-01T02", "2026-11-01T03")
    assert summary.merged([]).total == 0


def test_a_summary_of_parts_is_that_of_the_whole():
    found = {
        "kind": "decision",
        "decision": "DENY",
        "reason": "UNSCANNABLE",
        "source": "ehr",
        "service": "billing",
        "vantage": "inbound",
        "mtls": False,
        "coverage": "UNSCANNABLE",
        "gap": "ENCRYPTED",
        "identifiers": ["A"],
        "infoTypes": {"PERSON_NAME": 2},
    }
    records = [
        {**found, "source": f"ehr-{at % 3}", "time": f"2026-11-0{at}T08"} for at in range(1, 9)
    ]
    parts, together = [Summary(), Summary()], Summary()
    for at, record in enumerate(records):
        parts[at % 2].take(record)
        together.take(record)
    assert summary.merged(parts) == together


def test_a_file_that_cannot_be_read_is_one_line(report, tmp_path):
    (tmp_path / "ledger-0-000000000001.jsonl").mkdir()
    code, page, err = report()
    assert (code, page, err.count("\n")) == (2, None, 1)

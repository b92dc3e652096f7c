import heapq

import orjson
import pytest
from ledgers_in_folders import BILLING, DIGEST, EHR, LAB, OTHER_DIGEST, POLICY, written

from extauthz.records.ledger import chain as ledger_chain
from extauthz.records.ledger import frames
from extauthz.records.ledger.chain import unseal


@pytest.fixture
def query(phiguard, tmp_path):
    def run(*arguments, folders=(".",)):
        places = [tmp_path / folder for folder in folders]
        return phiguard("audit", "query", *places, *arguments)

    return run


def found(query, *arguments, **options):
    code, out, err = query(*arguments, "--format", "json", **options)
    assert (code, err) == (0, "" if out else "phiguard: 0 records\n"), err
    return [int(orjson.loads(line)["id"][-2:], 16) for line in out.splitlines()]


OUTSIDE = {
    "source": LAB, "destination": None, "service": "pay.example.org", "caller": None,
    "decision": "ALERT", "reason": "ALERTED_BY_RULE", "identifiers": ["G"],
    "infoTypes": {"US_SOCIAL_SECURITY_NUMBER": 1}, "rules": ["to-pay", "audit-one"],
    "policy": OTHER_DIGEST, "trace": "ab" * 16, "exchange": "cd" * 16, "vantage": "outbound",
}  # fmt: skip
SUMMED = {"kind": "summary", "count": 3}
TRICK = {"rules": ["MINIMUM_NECESSARY", EHR], "reason": "ALLOWED_BY_RULE", "decision": "ALLOW"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), [0, 1, 2]),
        (("--since", "2026-11-01T02:00Z"), [1, 2]),
        (("--since", "2026-11-01T02:00Z", "--until", "2026-11-01T03:00Z"), [1]),
        (("--until", "2026-11-01T02:00:00.000001Z"), [0, 1]),
        (("--principal", LAB), [1]),
        (("--principal", BILLING), [0, 2]),
        (("--principal", "cluster.local/ns/clinic/*"), [0, 1, 2]),
        (("--source", EHR, "--source", LAB), [0, 1, 2]),
        (("--source", "cluster.local/ns/clinic/sa/l*"), [1]),
        (("--destination", BILLING), [0, 2]),
        (("--destination", "pay.example.org"), []),
        (("--host", "pay.example.org"), [1]),
        (("--host", "pay.*"), [1]),
        (("--identifier", "G"), [1]),
        (("--identifier", "A", "--identifier", "G"), [0, 1, 2]),
        (("--info-type", "EMAIL_ADDRESS"), [0, 2]),
        (("--info-type", "PHONE_NUMBER"), []),
        (("--decision", "DENY"), [0]),
        (("--decision", "deny"), [0]),
        (("--reason", "minimum_necessary"), [0]),
        (("--identifier", "g"), [1]),
        (("--decision", "ALLOW", "--decision", "ALERT"), [1, 2]),
        (("--reason", "MINIMUM_NECESSARY"), [0]),
        (("--rule", "audit-one"), [1]),
        (("--rule", "audit"), []),
        (("--policy", DIGEST[:6]), [0, 2]),
        (("--policy", OTHER_DIGEST), [1]),
        (("--trace", "abababab"), [1]),
        (("--exchange", "cdcdcd"), [1]),
        (("--source", EHR, "--decision", "ALERT"), []),
        (("--last", "2"), [1, 2]),
    ],
)
def test_filters_choose_what_fulfils_all_of_them(query, tmp_path, filters, expected):
    # at one, two and three o'clock
    written(tmp_path, {}, OUTSIDE, TRICK)
    assert found(query, *filters) == expected


@pytest.mark.parametrize("form", ["table", "json"])
def test_an_answer_without_a_record_says_so(query, tmp_path, form):
    written(tmp_path, {})
    assert query("--reason", "UNENCRYPTED", "--format", form) == (0, "", "phiguard: 0 records\n")
    assert query("--format", form)[2] == ""


@pytest.mark.parametrize(
    ("names", "unknown"),
    [
        (("NOPE",), ["NOPE"]),
        (("EMAIL",), ["EMAIL"]),  # the beginning of one
        (("ehr-to-billing",), ["ehr-to-billing"]),  # in the record, but no infoType
        (("US_SOCIAL_SECURITY_NUMBER",), []),  # built in
        (("CHART_NUMBER",), []),  # of this organisation
        (("CHART_NUMBER", "NOPE", "NOPE"), ["NOPE"]),
        (("\x1b[2J",), ["\\x1b[2J"]),
    ],
)
def test_an_info_type_that_nothing_names_is_said(query, tmp_path, names, unknown):
    # who looks for another source has no hit, and the name is still known
    written(tmp_path, {}, {"infoTypes": {"CHART_NUMBER": 1}})
    flags = [word for name in names for word in ("--info-type", name)]
    code, out, err = query(*flags, "--source", LAB)
    assert (code, out) == (0, "")
    first, *others = err.splitlines()
    assert first == "phiguard: 0 records"
    assert [line.split(": ")[1] for line in others] == [f"--info-type {n}" for n in unknown]


def test_replicas_and_workers_come_by_time_as_their_ledgers_own_lines(query, tmp_path):
    written(tmp_path / "a", {}, {}, day=2)
    written(tmp_path / "b", {}, {}, day=1)
    written(tmp_path / "b", {}, worker=1, day=3)
    code, out, _ = query("--format", "json", folders=("a", "b", "a"))
    records = [unseal(line.encode()) for line in out.splitlines()]
    assert (code, [r["time"][8:13] for r in records]) == (
        0,
        ["01T01", "01T02", "02T01", "02T02", "03T01"],
    )


def test_a_table_has_the_columns_of_tail_and_other_kinds_their_keys(query, tmp_path):
    written(tmp_path, POLICY, OUTSIDE)
    _, out, _ = query()
    assert out.splitlines()[0].split()[:3] == ["time", "decision", "reason"]
    assert "pay.example.org" in out
    _, out, _ = query("--kind", "policy", "--kind", "start")
    start, policy = out.splitlines()
    assert " start " in start
    assert f"policy={DIGEST} name=clinic mode=enforce" in policy


def test_a_result_of_many_rows_is_written_whole(query, tmp_path):
    written(tmp_path, *[{}] * 3)
    import extauthz.commands.audit.query as module  # noqa: PLC0415 - to make a batch small

    before, module._ROWS = module._ROWS, 2
    try:
        _, out, _ = query()
    finally:
        module._ROWS = before
    assert [line.split()[0][11:13] for line in out.splitlines()] == ["", "01", "02", "03"]


def test_the_answer_is_the_merge_of_the_plain_lines_however_they_are_read(
    query, tmp_path, monkeypatch
):
    names = [folder / "ledger-0-000000000001.jsonl" for folder in (tmp_path / "a", tmp_path / "b")]
    written(tmp_path / "a", *({"source": EHR} for _ in range(9)), SUMMED, OUTSIDE)
    written(tmp_path / "b", OUTSIDE, {"rules": ["kind", "é"]}, {}, {"audits": {"kind": "x"}}, TRICK)
    lines = [name.read_bytes().splitlines(keepends=True) for name in names]
    lines[0][3] = lines[0][3].replace(b"ehr", b"her")  # changed
    lines[1].insert(1, lines[1].pop(3))  # a clock that jumped back
    for name, each in zip(names, lines, strict=True):
        name.write_bytes(b"".join([*each, each[0][:40]]))
    plain = [[line for line in each if unseal(line.rstrip(b"\n"))] for each in lines]
    merged = heapq.merge(*plain, key=lambda line: orjson.loads(line)["time"])
    expected = b"".join(line for line in merged if orjson.loads(line)["kind"] == "decision")
    for size in (100, 5000, 1 << 20):
        monkeypatch.setattr(frames, "FRAME_BYTES", size)
        code, out, err = query("--format", "json", folders=("a", "b"))
        assert (code, out.encode()) == (2, expected)
        assert "3 decisions more were only counted" in err


def test_changed_lines_are_left_out_and_said(query, tmp_path):
    written(tmp_path, {}, {"decision": "ALLOW"})
    (segment,) = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b'"decision":"ALLOW"', b'"decision":"DENY"'))
    code, out, err = query("--decision", "DENY", "--format", "json")
    assert (code, len(out.splitlines())) == (2, 1)
    assert err == (
        f"phiguard: {segment}: 1 line left out, because the hash does not fit; "
        f"see `phiguard audit verify {tmp_path}`\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--since", "yesterday"),
        ("--policy", "9212d"),
        ("--trace", "xyzxyz"),
        ("--last", "-1"),
        ("--last", "0"),
    ],
)
def test_wrong_use_is_one_line(query, tmp_path, arguments):
    written(tmp_path, {})
    code, out, err = query(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kind", "review"), "`phiguard audit review DIR` lists them"),
        (("--kind", "reviews"), "choose from decision, "),
        (("--decision", "denied"), "choose from ALLOW, "),
    ],
)
def test_a_word_that_is_none_of_the_choices_says_what_to_give(query, tmp_path, arguments, said):
    written(tmp_path, {})
    code, _, err = query(*arguments)
    unquoted = err.replace("'", "")  # Python 3.13 quotes no choices
    assert (code, err.count("\n"), said in unquoted) == (2, 1, True)


def test_a_folder_without_a_ledger_is_one_line(query, tmp_path):
    (tmp_path / "empty").mkdir()
    written(tmp_path / "a", {})
    for folder in ("empty", "nowhere", "a/ledger-0-000000000001.jsonl"):
        code, out, err = query(folders=("a", folder))
        assert (code, out, err.count("\n"), str(tmp_path / folder) in err) == (2, "", 1, True)


def test_a_file_that_cannot_be_read_is_one_line(query, tmp_path):
    (tmp_path / "ledger-0-000000000001.jsonl").mkdir()
    code, out, err = query()
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "forged",
    [{}, {"identifiers": 1, "rules": "A", "infoTypes": [], "time": 5, "source": "\x1b[2J"}],
)
def test_a_record_that_no_guard_wrote_ends_no_query_and_commands_no_terminal(
    query, tmp_path, forged
):
    line, _ = ledger_chain.seal({"kind": "decision", **forged}, ledger_chain.ChainHead())
    (tmp_path / ledger_chain.segment_name(0, 1)).write_bytes(line)
    for arguments in ((), ("--identifier", "A"), ("--rule", "A"), ("--principal", "*")):
        code, out, _ = query(*arguments)
        assert (code, "\x1b" in out) == (0, False)


@pytest.mark.slow
def test_many_files_are_only_slow(query, tmp_path):
    line, _ = ledger_chain.seal({"kind": "decision", "id": "00"}, ledger_chain.ChainHead())
    for number in range(2000):
        (tmp_path / ledger_chain.segment_name(number, 1)).write_bytes(line)
    assert len(found(query)) == 2000

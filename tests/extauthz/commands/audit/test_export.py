import csv
import io
import itertools
import sys

import orjson
import pytest
from pyarrow import parquet

from extauthz import cli
from extauthz.commands.audit import ledgers
from extauthz.records.exports.formats import FORMS
from extauthz.records.ledger import chain as ledger_chain
from extauthz.records.ledger.chain import unseal
from extauthz.records.ledger.file import FileLedger

EHR, LAB = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/clinic/sa/lab"
BILLING = "cluster.local/ns/finance/sa/billing"
DECISION = {
    "kind": "decision", "enforced": True, "identifiers": ["A", "C"],
    "infoTypes": {"URL": 2, "DIAGNOSIS": 1}, "source": EHR, "destination": BILLING,
    "service": "", "rules": [], "decision": "DENY",
}  # fmt: skip


def written(folder, *records, worker=0, day=1):
    hours = itertools.count()
    ledger = FileLedger(folder, worker, lambda: f"2026-11-{day:02}T{next(hours):02}:00:00.000000Z")
    for number, record in enumerate(records):
        ledger.append({**DECISION, "id": f"{worker}-{day}-{number}", **record})
    ledger.close()
    return ledger.head.hash


@pytest.fixture
def export(tmp_path, capsysbinary):
    def run(*arguments):
        code = cli.main(["audit", "export", str(tmp_path), *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def ids(out):
    return [orjson.loads(line)["id"] for line in out.splitlines()]


def test_the_decisions_of_all_workers_come_by_time_as_their_ledgers_own_lines(export, tmp_path):
    heads = [written(tmp_path, {}, {}, worker=worker, day=worker + 1) for worker in (0, 1)]
    written(tmp_path, {}, worker=0, day=3)
    code, out, err = export("--head", heads[0])
    assert (code, ids(out)) == (0, ["0-1-0", "0-1-1", "1-2-0", "1-2-1", "0-3-0"])
    assert all(unseal(line.encode()) for line in out.splitlines())
    assert err.startswith("phiguard: 5 decisions, verified: worker 0 up to ")
    assert heads[1] in err


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-11-01", "2026-11-02", ["0-1-0", "0-1-1", "0-1-2"]),
        ("2026-11-01T02:00:00Z", "", ["0-1-1", "0-1-2"]),
        ("2026-11-01T04:00:00+02:00", "2026-11-01T03:00", ["0-1-1"]),
        ("", "2026-11-01", []),
    ],
)
def test_a_period_holds_its_beginning_and_not_its_end(export, tmp_path, since, until, expected):
    # At one, two and three o'clock. The ledger's own start record is at midnight.
    written(tmp_path, {}, {}, {})
    assert ids(export("--since", since, "--until", until)[1]) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--source", LAB), ["0-1-1"]),
        (("--source", "cluster.local/ns/clinic/*"), ["0-1-0", "0-1-1", "0-1-2"]),
        (("--destination", BILLING), ["0-1-0", "0-1-1"]),
        (("--destination", "pay.example.org"), ["0-1-2"]),
        (("--decision", "ALLOW", "--decision", "ALERT"), ["0-1-1", "0-1-2"]),
        (("--decision", "allow", "--decision", "Alert"), ["0-1-1", "0-1-2"]),
        (("--source", EHR, "--decision", "ALERT"), ["0-1-2"]),
        (("--source", "nobody"), []),
        (("--source", LAB, "--source", "nobody"), ["0-1-1"]),
        (("--destination", "pay.*", "--destination", BILLING), ["0-1-0", "0-1-1", "0-1-2"]),
        (("--destination", EHR), []),
        (("--source", "pay.example.org"), []),
    ],
)
def test_filters_choose_by_who_and_what(export, tmp_path, filters, expected):
    outside = {"destination": "", "service": "pay.example.org", "decision": "ALERT"}
    written(tmp_path, {}, {"source": LAB, "decision": "ALLOW"}, outside)
    assert ids(export(*filters)[1]) == expected


def test_a_broken_chain_is_not_exported_but_on_demand(export, tmp_path):
    written(tmp_path, {}, {}, {})
    segment = next(tmp_path.glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b'"id":"0-1-1"', b'"id":"0-1-7"'))
    code, out, err = export()
    assert (code, out) == (1, "")
    assert f"{segment.name}:3: " in err
    assert "nothing was written" in err
    code, out, err = export("--unverified")
    assert (code, ids(out)) == (1, ["0-1-0", "0-1-2"])
    assert "2 decisions, NOT verified" in err


def test_the_ledgers_of_replicas_are_exported_as_one_if_all_hold(tmp_path, phiguard):
    folders = [tmp_path / name for name in ("a", "b")]
    heads = [written(folder, {}, {}, day=3 - n) for n, folder in enumerate(folders, 1)]
    code, out, err = phiguard("audit", "export", *folders, folders[0], "--head", heads[1])
    assert (code, ids(out)) == (0, ["0-1-0", "0-1-1", "0-2-0", "0-2-1"])
    for folder, head in zip(folders, heads, strict=True):
        assert f"{folder} worker 0 up to {head}" in err

    segment = next(folders[1].glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b'"id":"0-1-1"', b'"id":"0-1-7"'))
    code, out, err = phiguard("audit", "export", *folders)
    assert (code, out, f"{segment}:3: " in err) == (1, "", True)
    code, out, err = phiguard("audit", "export", folders[0], "--head", heads[1])
    assert (code, out, "is in no chain" in err) == (1, "", True)


def test_a_head_that_is_in_no_chain_refuses(export, tmp_path):
    written(tmp_path, {})
    code, out, err = export("--head", "0" * 63 + "1")
    assert (code, out, "is in no chain" in err) == (1, "", True)


def test_files_may_be_moved_away_when_their_head_is_kept(export, tmp_path, capsysbinary):
    head = written(tmp_path, {})
    moved = next(tmp_path.glob("*.jsonl"))
    written(tmp_path, {}, day=2)
    moved.unlink()
    assert export()[0] == 1
    assert export("--head", "0" * 64)[0] == 1
    assert ids(export("--head", head)[1]) == ["0-2-0"]
    assert cli.main(["audit", "verify", str(tmp_path), "--head", head]) == 0
    assert b"records 3 to 4 hold" in capsysbinary.readouterr().out


def test_csv_has_a_column_a_key_and_runs_nothing(export, tmp_path):
    written(tmp_path, {"source": "=cmd|' /C calc'!A0", "service": "-1"}, worker=2)
    _, out, _ = export("--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    assert (row["decision"], row["enforced"], row["identifiers"]) == ("DENY", "true", "A C")
    assert (row["infoTypes"], row["worker"]) == ("DIAGNOSIS:1 URL:2", "2")
    assert (row["source"], row["service"]) == ("'=cmd|' /C calc'!A0", "'-1")


def test_a_time_that_is_none_is_wrong_use(export, tmp_path):
    written(tmp_path, {})
    for word in ("yesterday", "2026-13-01"):
        code, out, err = export("--since", word)
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_what_a_running_guard_adds_meanwhile_is_for_the_next_export(
    tmp_path, monkeypatch, capsysbinary
):
    written(tmp_path, {})
    verify = ledgers.verify

    def and_then_more(chain, known):
        found = verify(chain, known)
        segment = next(tmp_path.glob("*.jsonl"))
        record = orjson.loads(segment.read_bytes().splitlines()[-1])
        line, _ = ledger_chain.seal(
            {k: v for k, v in record.items() if k not in {"seq", "prev", "hash"}},
            ledger_chain.ChainHead(record["seq"], record["hash"]),
        )
        segment.write_bytes(segment.read_bytes() + line)
        return found

    monkeypatch.setattr(ledgers, "verify", and_then_more)
    assert cli.main(["audit", "export", str(tmp_path)]) == 0
    assert len(capsysbinary.readouterr().out.splitlines()) == 1


def test_what_somebody_puts_in_a_records_place_meanwhile_is_not_exported(
    tmp_path, monkeypatch, capsysbinary
):
    written(tmp_path, {}, {"decision": "ALLOW"})
    verify = ledgers.verify

    def and_then_forged(chain, known):
        found = verify(chain, known)
        segment = next(tmp_path.glob("*.jsonl"))
        *kept, last = segment.read_bytes().splitlines(keepends=True)
        forged = {
            **{k: v for k, v in orjson.loads(last).items() if k != "hash"},
            "decision": "REDACT",
        }
        line, _ = ledger_chain.seal(
            forged, ledger_chain.ChainHead(forged["seq"] - 1, forged["prev"])
        )
        segment.write_bytes(b"".join((*kept, line)))
        return found

    monkeypatch.setattr(ledgers, "verify", and_then_forged)
    cli.main(["audit", "export", str(tmp_path)])
    assert [
        orjson.loads(line)["decision"] for line in capsysbinary.readouterr().out.splitlines()
    ] == ["DENY"]


@pytest.mark.parametrize(
    "forged", [{}, {"identifiers": [1], "id": [], "source": 7, "decision": "\x1b[31mDENY"}]
)
def test_a_record_that_no_guard_wrote_ends_no_command_and_commands_no_terminal(
    forged, tmp_path, capsysbinary
):
    line, _ = ledger_chain.seal({"kind": "decision", **forged}, ledger_chain.ChainHead())
    (tmp_path / ledger_chain.segment_name(0, 1)).write_bytes(line)

    assert cli.main(["audit", "tail", str(tmp_path)]) == 0
    assert b"\x1b" not in capsysbinary.readouterr().out
    for arguments in (
        *(("--format", name) for name in (*FORMS, "parquet")),
        ("--source", "a*"),
        ("--unverified", "--destination", "a*"),
    ):
        assert cli.main(["audit", "export", str(tmp_path), *arguments]) == 0


def test_parquet_holds_the_decisions_that_json_lines_hold(tmp_path, export, capsysbinary):
    written(tmp_path, {}, {"decision": "ALLOW"}, {"rules": ["a", "b"]})
    lines = [orjson.loads(line) for line in export()[1].splitlines()]

    assert cli.main(["audit", "export", str(tmp_path), "--format", "parquet"]) == 0
    out, err = capsysbinary.readouterr()
    rows = parquet.read_table(io.BytesIO(out)).to_pylist()
    assert b"3 decisions, verified" in err
    for cells, record in zip(rows, lines, strict=True):
        assert cells.pop("worker") == 0
        assert cells["time"].isoformat(timespec="microseconds") == record["time"].replace(
            "Z", "+00:00"
        )
        assert dict(cells["infoTypes"]) == record["infoTypes"]
        plain = set(cells) - {"time", "infoTypes", "audits"}
        assert {key: cells[key] for key in plain} == {key: record.get(key) for key in plain}


def test_parquet_without_its_writer_is_wrong_use_with_a_fix(tmp_path, export, monkeypatch):
    written(tmp_path, {})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert export("--format", "parquet") == (
        2,
        "",
        "phiguard: --format parquet: its writer is not installed; "
        "run: pip install 'phiguard[parquet]'\n",
    )


def test_parquet_is_not_written_to_a_terminal(tmp_path, export, monkeypatch):
    written(tmp_path, {})
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    code, out, err = export("--format", "parquet")
    assert (code, out) == (2, "")
    assert "> decisions.parquet" in err


def test_no_parquet_is_written_of_a_chain_that_does_not_hold(tmp_path, export):
    written(tmp_path, {}, {})
    (segment,) = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b"DENY", b"ALLW", 1))
    code, out, _ = export("--format", "parquet")
    assert (code, out) == (1, "")

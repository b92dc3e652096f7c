"""A ledger of release 0.1.0, before records said their schema: it verifies and stays readable."""

from pathlib import Path

import orjson
import pytest

OLD = Path(__file__).parent / "old_ledger"


def test_it_verifies(phiguard):
    code, out, _ = phiguard("audit", "verify", OLD)
    assert (code, out.startswith("worker 0: 8 records hold, head ")) == (0, True)


def test_its_records_have_no_schema_and_the_words_of_then():
    lines = [
        orjson.loads(line)
        for path in sorted(OLD.glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    assert not any("schema" in each for each in lines)
    assert [each["mtls"] for each in lines if each.get("vantage") == "outbound"] == [False]


@pytest.mark.parametrize("command", [("tail",), ("export",), ("export", "--format", "csv")])
def test_each_command_reads_it(phiguard, command):
    code, out, err = phiguard("audit", command[0], OLD, *command[1:])
    assert (code, out.count("MINIMUM_NECESSARY")) == (0, 1), err

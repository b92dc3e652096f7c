from datetime import UTC, datetime, timedelta

import pytest
from ledgers_in_folders import written

from extauthz.commands.audit.times import moment
from extauthz.commands.errors import UsageError


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", ""),
        ("2026-11-01", "2026-11-01T00:00:00.000000Z"),
        ("2026-11-01T08:00+02:00", "2026-11-01T06:00:00.000000Z"),
        ("2026-11-01T08:00:00.000001Z", "2026-11-01T08:00:00.000001Z"),
    ],
)
def test_a_time_is_written_as_in_the_ledger(word, expected):
    assert moment("--since", word) == expected


@pytest.mark.parametrize(
    "word",
    ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00", "2x", "-2h", "h", "999999999w"],
)
def test_another_word_is_wrong_use(word):
    with pytest.raises(UsageError, match="not a time"):
        moment("--since", word)


@pytest.mark.parametrize(
    ("word", "length"),
    [
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(days=7)),
    ],
)
def test_a_duration_is_a_time_before_now(word, length):
    before = datetime.now(UTC)
    found = datetime.fromisoformat(moment("--since", word)) + length
    assert before <= found <= datetime.now(UTC)


@pytest.mark.parametrize("command", ["query", "export", "report"])
@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-11-02", "2026-11-01"), ("2026-11-01", "2026-11-01"), ("2h", "2h"), ("2h", "3d")],
)
def test_a_period_without_length_is_wrong_use(phiguard, tmp_path, command, since, until):
    written(tmp_path, {})
    code, out, err = phiguard("audit", command, tmp_path, "--since", since, "--until", until)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"--until {until}: not after --since {since}" in err

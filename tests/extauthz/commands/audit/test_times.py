import pytest

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


@pytest.mark.parametrize("word", ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_another_word_is_wrong_use(word):
    with pytest.raises(UsageError, match="not a time"):
        moment("--since", word)

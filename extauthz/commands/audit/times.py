"""Times on the command line of `phiguard audit`, in the ledger's own format."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from extauthz.commands.errors import UsageError
from extauthz.records import ledger_time

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# matches `2h`, `30d`; not `h`, `2 h`, `-2h`, `2026-11-01`
_AGO: Final = re.compile(r"([0-9]{1,9})([mhdw])")


def add_period(parser: argparse.ArgumentParser) -> None:
    """Add `--since` and `--until`."""
    parser.add_argument(
        "--since",
        default="",
        metavar="TIME",
        help="from this time on: 2026-11-01, 2026-11-01T08:00Z, or 2h, 3d, 1w before now",
    )
    parser.add_argument(
        "--until", default="", metavar="TIME", help="before this time; a day begins at midnight UTC"
    )


def period(args: argparse.Namespace) -> tuple[str, str]:
    """Return since and until in the ledger's format; empty text where one is open.

    Raises:
        UsageError: one is no time, or the period has no length.
    """
    now = datetime.now(UTC)
    since, until = _written("--since", args.since, now), _written("--until", args.until, now)
    if since and until and until <= since:
        raise UsageError(
            f"--until {args.until}: not after --since {args.since}; give a later time, "
            "because a period ends before --until"
        )
    return since, until


def moment(flag: str, word: str) -> str:
    """Return a time in the ledger's format, or empty text for none. Without an offset it is UTC.

    `2h` is two hours before now; `m`, `d` and `w` are minutes, days and weeks.

    Raises:
        UsageError: the word is no time.
    """
    return _written(flag, word, datetime.now(UTC))


def _written(flag: str, word: str, now: datetime) -> str:
    if not word:
        return ""
    try:
        if ago := _AGO.fullmatch(word):
            return ledger_time.written(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        found = datetime.fromisoformat(word)
        return ledger_time.written(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise UsageError(
            f"{flag} {word}: not a time; write 2026-11-01, 2026-11-01T08:00:00Z, "
            "or 2h, 3d, 1w before now"
        ) from None

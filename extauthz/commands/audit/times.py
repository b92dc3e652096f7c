"""Times on the command line of `phiguard audit`, in the ledger's own format."""

import argparse
from datetime import UTC, datetime

from extauthz.commands.errors import UsageError
from extauthz.records import ledger_time


def add_period(parser: argparse.ArgumentParser) -> None:
    """Add `--since` and `--until`."""
    parser.add_argument(
        "--since",
        default="",
        metavar="TIME",
        help="from this time on: 2026-11-01, 2026-11-01T08:00Z",
    )
    parser.add_argument(
        "--until", default="", metavar="TIME", help="before this time; a day begins at midnight UTC"
    )


def moment(flag: str, word: str) -> str:
    """Return a time in the ledger's format, or empty text for none. Without an offset it is UTC.

    Raises:
        UsageError: the word is no time.
    """
    if not word:
        return ""
    try:
        found = datetime.fromisoformat(word)
        return ledger_time.written(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise UsageError(
            f"{flag} {word}: not a time; write 2026-11-01 or 2026-11-01T08:00:00Z"
        ) from None

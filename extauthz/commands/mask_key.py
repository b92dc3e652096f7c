"""`--mask-key`: the file with the secret of tokens and shifted dates."""

import argparse
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError
from phiscan.redaction.tokens import KeyTooShortError, Tokens

OPTION: Final = "--mask-key"


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--mask-key`."""
    parser.add_argument(
        OPTION,
        type=Path,
        metavar="FILE",
        help="secret of the masks `token` and `shifted`, at least 32 bytes",
    )


def read(path: Path | None, option: str = OPTION) -> bytes | None:
    """Return the secret, or None without a file.

    Raises:
        UsageError: the file cannot be read, or the secret is too short.
    """
    if path is None:
        return None
    try:
        key = path.read_bytes()
        Tokens(key)
    except OSError as error:
        raise UsageError(
            f"{option} {path}: {(error.strerror or 'unreadable').lower()}; give a key file"
        ) from None
    except KeyTooShortError as error:
        raise UsageError(
            f"{option} {path}: {error}; make one with: head -c 32 /dev/urandom > {path}"
        ) from None
    return key

"""`--canary-key`: the file with the key that signs canaries."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError
from mesh.posture.canary.nonce import CanaryKeyError, Keys

OPTION: Final = "--canary-key"


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--canary-key`."""
    parser.add_argument(
        OPTION,
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="key of the canaries that `posture probe` sends, at least 32 bytes; twice while a "
        "key is replaced",
    )


def read(paths: Sequence[Path], option: str = OPTION) -> Keys | None:
    """Return the keys, or None without a file.

    Raises:
        UsageError: a file cannot be read, a key is too short, or there are too many.
    """
    if not paths:
        return None
    keys = []
    for path in paths:
        try:
            keys.append(path.read_bytes())
        except OSError as error:
            raise UsageError(
                f"{option} {path}: {(error.strerror or 'unreadable').lower()}; give a key file"
            ) from None
    try:
        return Keys(*keys)
    except CanaryKeyError as error:
        raise UsageError(
            f"{option}: {error}; make one with: head -c 32 /dev/urandom > {paths[0]}"
        ) from None

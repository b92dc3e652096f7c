"""Secrets from the environment, or from files that it names."""

from collections.abc import Mapping
from pathlib import Path

from atrest.source import ReadError, Reason


def secret(environ: Mapping[str, str], variable: str) -> str | None:
    """Return what `variable` says, or the file that `variable_FILE` names. None: neither is set.

    One newline at the end of a file is no part of the secret.

    Raises:
        ReadError: the file cannot be read.
    """
    if variable in environ:
        return environ[variable]
    path = environ.get(f"{variable}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(Reason.REFUSED, f"{variable}_FILE: {type(error).__name__}") from None

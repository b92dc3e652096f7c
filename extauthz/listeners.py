"""Where `serve` listens, and the certificate files of its listeners."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from mesh.message.decimals import decimal


class SettingsError(Exception):
    """A setting is wrong. The text is one line that names it and the fix."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate files of the listener.

    With `ca`, callers must show a certificate (mutual TLS).
    """

    cert: Path
    key: Path
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Http:
    """The listener for pipelines that are not Envoy.

    Args:
        tls: its certificate files, those of the listener for Envoy; None for plain text.
    """

    host: str
    port: int
    tls: Tls | None = None


def parse_listen(text: str) -> tuple[str, int]:
    """Split `HOST:PORT`; `[::1]:9000` for IPv6. Raises SettingsError."""
    host, _, digits = text.rpartition(":")
    port = decimal(digits)
    if not host or port is None or port > 65535:
        raise SettingsError(
            f"--listen {text}: not an address; write HOST:PORT, for example 0.0.0.0:9000"
        )
    return host, port


def parse_tls(cert: Path | None, key: Path | None, ca: Path | None) -> Tls | None:
    """Return the TLS files, once it is clear that they belong together and can be read.

    Raises:
        SettingsError: a file is missing or unreadable.
    """
    if cert is None or key is None:
        if (cert, key, ca) != (None, None, None):
            raise SettingsError(
                "--tls-cert and --tls-key: each needs the other, and --tls-ca needs both; give both"
            )
        return None
    for flag, path in (("--tls-cert", cert), ("--tls-key", key), ("--tls-ca", ca)):
        if path is not None:
            _readable(flag, path)
    return Tls(cert, key, ca)


def parse_http(text: str, tls: Tls | None, *, plain: bool) -> Http | None:
    """Return the listener of `--http [HOST:]PORT`; None for empty text. HOST is 127.0.0.1.

    Args:
        text: the value of `--http`.
        tls: the files of `--tls-cert` and its companions. The listener has the same.
        plain: whether `--http-plaintext` was given.

    Raises:
        SettingsError: it is no address, or documents would cross a network unencrypted.
    """
    if not text:
        if plain:
            raise SettingsError("--http-plaintext: there is no --http; give one")
        return None
    host, _, digits = text.rpartition(":")
    host, port = host or "127.0.0.1", decimal(digits)
    if port is None or port > 65535:
        raise SettingsError(f"--http {text}: not an address; write PORT or HOST:PORT")
    used = None if plain else tls
    if used is None and not plain and not _is_loopback(host):
        raise SettingsError(
            f"--http {text}: documents would cross the network unencrypted; give --tls-cert and "
            "--tls-key (and --tls-ca, so that callers show a certificate), or --http-plaintext"
        )
    return Http(host, port, used)


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host. A name other than `localhost` can be any."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _readable(flag: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        why = error.strerror or "unreadable"
        raise SettingsError(
            f"{flag} {path}: {why.lower()}; give a PEM file that this user can read"
        ) from None

"""A kubeconfig's server, token and roots.

Other ways to log in (client certificates, programs) are left to `kubectl proxy`.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from extauthz.commands.errors import UsageError

_PROXY: Final = (
    "run `kubectl proxy --port 8001` and give --kubernetes-api http://127.0.0.1:8001 instead"
)


@dataclass(frozen=True, slots=True)
class Login:
    """Where the API is, and who asks.

    Args:
        roots: PEM of the server's authority; empty for the system's.
        token_file: the file that holds the token, which somebody replaces from time to time; None
            when the token stands in the kubeconfig.
    """

    server: str
    token: str
    roots: bytes
    token_file: Path | None = None


def read(path: Path) -> Login:
    """The login of the current context.

    Raises:
        UsageError: the file cannot be read, or logs in by other means than a token.
    """
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"--kubeconfig {path}: {why}; give a file that you can read") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise UsageError(f"--kubeconfig {path}: is not YAML; give a kubeconfig") from None
    try:
        return _login(path, config)
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise UsageError(
            f"--kubeconfig {path}: has no current context with a server and a user; "
            "`kubectl config use-context NAME` chooses one"
        ) from None


def _login(path: Path, config: Mapping[str, Any]) -> Login:
    context = _named(config["contexts"], config["current-context"])["context"]
    cluster = _named(config["clusters"], context["cluster"])["cluster"]
    user = _named(config["users"], context["user"])["user"] or {}
    server = str(cluster["server"])
    if not server.startswith("https://"):
        raise UsageError(f"--kubeconfig {path}: server {server} is not https; {_PROXY}")
    if cluster.get("insecure-skip-tls-verify") or cluster.get("proxy-url"):
        raise UsageError(f"--kubeconfig {path}: skips TLS or uses a proxy; {_PROXY}")
    token, token_file = user.get("token", ""), None
    if not token and "tokenFile" in user:
        token_file = path.parent / user["tokenFile"]
        token = _beside(path, user["tokenFile"]).decode().strip()
    if not token:
        raise UsageError(f"--kubeconfig {path}: logs in without a token; {_PROXY}")
    roots = base64.b64decode(cluster.get("certificate-authority-data", ""), validate=True)
    if not roots and "certificate-authority" in cluster:
        roots = _beside(path, cluster["certificate-authority"])
    return Login(server, str(token), roots, token_file)


def _named(entries: list[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return {entry["name"]: entry for entry in entries}[name]


def _beside(path: Path, name: str) -> bytes:
    """A file that a kubeconfig names, relative to itself."""
    file = path.parent / name
    try:
        return file.read_bytes()
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"--kubeconfig {path}: `{file}`: {why}") from None

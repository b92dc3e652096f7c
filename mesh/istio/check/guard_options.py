"""What the guard was started with, as far as the limits of Envoy must fit to it."""

import math
from dataclasses import dataclass
from typing import Final

from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload
from mesh.istio.snapshot import Node

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """Options of `phiguard serve` that Envoy's limits must fit to; its defaults where not known."""

    scan_seconds: float = 1.0
    request_bytes: int = _MIB
    body_bytes: int = 8 * _MIB

    def deadline(self, body_bytes: int) -> float:
        """Seconds that a scan of a body and the proof of its redaction may take."""
        return 2 * self.scan_seconds * max(1, math.ceil(body_bytes / _MIB))


def of(mesh: Mesh) -> Options:
    """The options of the guard's pods, where they were given."""
    for workload in mesh.guard_workloads:
        given = arguments(workload)
        return Options(
            _number(given.get("--scan-seconds"), 1.0),
            int(_number(given.get("--max-request-bytes"), _MIB)),
            int(_number(given.get("--max-body-bytes"), 8 * _MIB)),
        )
    return Options()


def arguments(workload: Workload) -> dict[str, str]:
    """The options on the guard's command line, `--x=1` and `--x 1` alike."""
    words = [word.text for word in command(workload)]
    found: dict[str, str] = {}
    for place, word in enumerate(words):
        if not word.startswith("--"):
            continue
        name, equals, value = word.partition("=")
        following = words[place + 1] if place + 1 < len(words) else ""
        found[name] = value if equals or following.startswith("--") else following
    return found


def command(workload: Workload) -> Node:
    """The arguments of the container that serves."""
    for container in workload.containers:
        if "serve" in container.at("args").texts:
            return container.at("args")
    return Node()


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text or otherwise)
    except ValueError:
        return otherwise

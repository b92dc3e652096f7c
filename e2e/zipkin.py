"""A real Zipkin: its server, its API, a picture of its page, and OTLP spans in its form.

Zipkin takes no OTLP. In production an OpenTelemetry collector stands between; here, `translated`
does what that does with a span.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extauthz.demo.otlp_sink import Span
from extauthz.demo.processes import Processes
from extauthz.demo.topology import LOOPBACK, free_ports

JAR_VARIABLE: Final = "PHIGUARD_ZIPKIN"
_JARS: Final = "zipkin-server-*-exec.jar"
_TOOLS: Final = Path(__file__).parents[1] / ".tools"
_START_SECONDS: Final = 120.0
_PICTURE_SECONDS: Final = 120.0
# https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/#spankind
_KINDS: Final = {2: "SERVER", 3: "CLIENT", 4: "PRODUCER", 5: "CONSUMER"}


class NotHereError(Exception):
    """What the test needs is not on this machine. The text says what, and how to get it."""


def translated(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Return spans as Zipkin's JSON, version 2."""
    return [_translated(span) for span in spans]


def _translated(span: Span) -> dict[str, Any]:
    made: dict[str, Any] = {
        "traceId": span.trace,
        "id": span.identity,
        "name": span.name,
        "timestamp": span.start // 1000,
        "duration": max((span.end - span.start) // 1000, 1),  # Zipkin takes 0 for unknown
        "localEndpoint": {"serviceName": span.service},
        "tags": {key: value for key, value in span.attributes.items() if value},
    }
    if span.parent:
        made["parentId"] = span.parent
    if span.kind in _KINDS:
        made["kind"] = _KINDS[span.kind]
    return made


@dataclass(frozen=True, slots=True)
class Zipkin:
    """A running Zipkin."""

    port: int

    def take(self, spans: Iterable[Span]) -> None:
        """Hand it spans."""
        body = json.dumps(translated(spans)).encode()
        request = urllib.request.Request(  # noqa: S310 - http
            self._url("/api/v2/spans"), body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http
            assert answer.status == 202

    def trace(self, trace: str, *, spans: int) -> list[dict[str, Any]]:
        """Return the spans of a trace, once there are as many."""
        until = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(urllib.error.HTTPError):  # 404 until the first span is there
                found: list[dict[str, Any]] = self._get(f"/api/v2/trace/{trace}")
                if len(found) >= spans:
                    return found
            assert time.monotonic() < until, f"{spans} spans of {trace}"
            time.sleep(0.1)

    def search(self, query: str) -> list[list[dict[str, Any]]]:
        """Return the traces that fit a query, such as `phiguard.decision=DENY and error`."""
        parameters = {"annotationQuery": query, "lookback": 3_600_000, "limit": 100}
        found: list[list[dict[str, Any]]] = self._get(
            f"/api/v2/traces?{urllib.parse.urlencode(parameters)}"
        )
        return found

    def picture(self, trace: str, to: Path) -> None:
        """Write a picture of a trace's page."""
        chromium = shutil.which("chromium")
        if chromium is None:
            raise NotHereError("no Chromium (apt-get install chromium)")
        subprocess.run(
            [
                chromium,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--window-size=1280,720",
                "--virtual-time-budget=15000",
                f"--user-data-dir={to.parent / 'chromium'}",
                f"--screenshot={to}",
                self._url(f"/zipkin/traces/{trace}"),
            ],
            check=True,
            capture_output=True,
            timeout=_PICTURE_SECONDS,
        )

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self._url(path), timeout=20) as answer:  # noqa: S310 - http
            return json.load(answer)

    def _url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}{path}"


@contextlib.contextmanager
def zipkin(folder: Path) -> Iterator[Zipkin]:
    """Start Zipkin.

    Raises:
        NotHereError: there is no Java, or no Zipkin.
    """
    java, jar = shutil.which("java"), _jar()
    if java is None or jar is None:
        raise NotHereError("no Java 17, or no Zipkin (make zipkin)")
    with free_ports(1) as (port,), Processes(folder) as processes:
        # without all three, it takes any port
        listen = [
            f"--armeria.ports[0].ip={LOOPBACK}",
            f"--armeria.ports[0].port={port}",
            "--armeria.ports[0].protocols[0]=http",
        ]
        processes.start("zipkin", [java, "-Xmx256m", "-jar", jar, *listen])
        running = Zipkin(port)
        processes.wait_until(lambda: _is_up(running), "Zipkin", seconds=_START_SECONDS)
        yield running


def _jar() -> Path | None:
    named = os.environ.get(JAR_VARIABLE)
    return Path(named) if named else next(iter(sorted(_TOOLS.glob(_JARS))), None)


def _is_up(running: Zipkin) -> bool:
    try:
        return bool(running._get("/health")["status"] == "UP")
    except (OSError, ValueError):
        return False

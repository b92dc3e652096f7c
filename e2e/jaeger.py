"""A real Jaeger: its server, which takes OTLP as it is, and the API behind its search."""

import contextlib
import json
import os
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import yaml
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from e2e.zipkin import NotHereError
from extauthz.demo.processes import Processes
from extauthz.demo.topology import LOOPBACK, free_ports

BINARY_VARIABLE: Final = "PHIGUARD_JAEGER"
_TOOL: Final = Path(__file__).parents[1] / ".tools" / "jaeger"
_START_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Jaeger:
    """A running Jaeger."""

    otlp: int
    http: int

    def take(self, exports: Iterable[bytes]) -> None:
        """Hand it the spans among what an OTLP collector has received."""
        with grpc.insecure_channel(f"{LOOPBACK}:{self.otlp}") as channel:
            export = channel.unary_unary(
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
            )
            for each in filter(_is_of_spans, exports):
                export(each, timeout=20)

    def search(self, tags: str) -> list[dict[str, Any]]:
        """Return the traces of the guard that fit tags as its page takes them: `name=value`."""
        name, _, value = tags.partition("=")
        now = time.time_ns() // 1000
        parameters = {
            "service": "phiguard",
            "tags": json.dumps({name: value}),
            "start": now - 3_600_000_000,
            "end": now + 60_000_000,
            "limit": 100,
        }
        found: list[dict[str, Any]] = self._get(f"/api/traces?{urllib.parse.urlencode(parameters)}")
        return found

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            self._get("/api/services")
        except (OSError, ValueError):
            return False
        return True

    def _get(self, path: str) -> Any:
        url = f"http://{LOOPBACK}:{self.http}{path}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.load(answer)["data"]


def _is_of_spans(export: bytes) -> bool:
    """Whether an export holds spans; those of metrics and logs have no trace ids there."""
    try:
        found = ExportTraceServiceRequest.FromString(export)
    except DecodeError:
        return False
    spans = [
        span
        for resource in found.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    return bool(spans) and all((len(s.trace_id), len(s.span_id)) == (16, 8) for s in spans)


@contextlib.contextmanager
def jaeger(folder: Path) -> Iterator[Jaeger]:
    """Start Jaeger.

    Raises:
        NotHereError: there is none.
    """
    binary = Path(os.environ.get(BINARY_VARIABLE, _TOOL))
    if not binary.exists():
        raise NotHereError("no Jaeger (make jaeger)")
    with free_ports(3) as (otlp, http, rpc), Processes(folder) as processes:
        config = folder / "jaeger.yaml"
        config.write_text(yaml.safe_dump(_config(otlp, http, rpc)))
        processes.start("jaeger", [str(binary), "--config", str(config)])
        running = Jaeger(otlp, http)
        processes.wait_until(running.is_up, "Jaeger", seconds=_START_SECONDS)
        yield running


def _config(otlp: int, http: int, rpc: int) -> dict[str, Any]:
    def at(port: int) -> dict[str, str]:
        return {"endpoint": f"{LOOPBACK}:{port}"}

    return {
        "extensions": {
            "jaeger_storage": {"backends": {"mem": {"memory": {"max_traces": 10_000}}}},
            "jaeger_query": {"storage": {"traces": "mem"}, "http": at(http), "grpc": at(rpc)},
        },
        "receivers": {"otlp": {"protocols": {"grpc": at(otlp)}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "mem"}},
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}
            },
            "telemetry": {"metrics": {"level": "none"}},
        },
    }

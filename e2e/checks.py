"""Checks as a sidecar sends them, for tests that ask the guard without Envoy."""

from typing import Any, Final

from extauthz.demo.topology import BILLING, EHR, Workload
from extauthz.guard.envoy import wire

_BODIES: Final = (b'{"shelf": "A12"}', b'{"patientName": "Ana Ruiz", "ssn": "541-27-8860"}')


def received(source: Workload, destination: Workload, method: str, path: str) -> Any:
    """A CheckRequest of the destination's sidecar, without headers and body."""
    asked = wire.message("envoy.service.auth.v3.CheckRequest")()
    asked.attributes.source.principal = f"spiffe://{source.principal}"
    asked.attributes.destination.principal = f"spiffe://{destination.principal}"
    http = asked.attributes.request.http
    http.method, http.path, http.host = method, path, destination.host
    return asked


def numbered(number: int) -> bytes:
    """A CheckRequest of billing's sidecar, each second one with PHI that the policy denies."""
    asked = received(EHR, BILLING, "POST", "/claims")
    http = asked.attributes.request.http
    http.headers["content-type"] = "application/json"
    http.raw_body = _BODIES[number % 2]
    return wire.encode(asked)

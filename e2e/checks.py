"""Checks as a sidecar sends them, for tests that ask the guard without Envoy."""

from typing import Final

from extauthz.demo.topology import BILLING, EHR
from extauthz.guard.envoy import wire

_BODIES: Final = (b'{"shelf": "A12"}', b'{"patientName": "Ana Ruiz", "ssn": "541-27-8860"}')


def numbered(number: int) -> bytes:
    """A CheckRequest of billing's sidecar, each second one with PHI that the policy denies."""
    asked = wire.message("envoy.service.auth.v3.CheckRequest")()
    asked.attributes.source.principal = f"spiffe://{EHR.principal}"
    asked.attributes.destination.principal = f"spiffe://{BILLING.principal}"
    http = asked.attributes.request.http
    http.method, http.path, http.host = "POST", "/claims", BILLING.host
    http.headers["content-type"] = "application/json"
    http.raw_body = _BODIES[number % 2]
    return wire.encode(asked)

"""What Envoy itself writes, with the settings of istio-config/, holds no value either.

A value of each HIPAA class stands in the path, the query, headers, cookies and the body of requests
through every way into the mesh. Envoy's spans and access logs, the guard's spans, metrics, page,
log and ledger are searched for each, for its encodings and for its hashes.
"""

import gzip
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

import pytest
from canaries import BODY, CANARIES, HEADERS, PATH, SOUGHT

from extauthz.demo.client import Request
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK, Workload, free_ports

_JSON: Final = {"content-type": "application/json"}
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_EVERYWHERE: Final = {
    **HEADERS,
    "cookie": "; ".join(f"{name}={quote_plus(value)}" for name, value in CANARIES.items()),
    "user-agent": CANARIES["patientName"],
    "referer": f"https://example.net/?ssn={CANARIES['ssn']}",
    "x-request-id": CANARIES["ssn"],
    "baggage": f"ssn={CANARIES['ssn']}",
    "tracestate": f"ssn={CANARIES['ssn']}",
    "authorization": f"Bearer {CANARIES['ssn']}",
}
BODIES: Final = {
    "read": (BODY, _JSON),
    "packed": (gzip.compress(BODY), {**_JSON, "content-encoding": "gzip"}),
    "a form": ("&".join(f"{k}={quote_plus(v)}" for k, v in CANARIES.items()).encode(), _FORM),
    "broken": (BODY[:-20], _JSON),
    "in an unknown coding": (
        BODY,
        {**_JSON, "content-encoding": CANARIES["patientName"].split()[0]},
    ),
    "too large": (BODY + b" " * 2_000_000, _JSON),
}


@pytest.fixture(scope="module")
def page() -> Iterator[int]:
    with free_ports(1) as (port,):
        yield port


@pytest.fixture(scope="module")
def watched(envoy: Path, tmp_path_factory: pytest.TempPathFactory, page: int) -> Iterator[Lab]:
    guard = phiguard(POLICY, "--metrics-listen", f"{LOOPBACK}:{page}")
    with open_lab(Plan(envoy, tmp_path_factory.mktemp("leaks"), guard)) as running:
        yield running


def requests(callee: Workload, body: bytes, headers: dict[str, str]) -> tuple[Request, Request]:
    """One with the values everywhere, and one with the values in its body only.

    The guard denies most of the first kind without a look at the body.
    """
    everywhere = Request(callee.host, "POST", PATH, body, {**_EVERYWHERE, **headers})
    return everywhere, Request(callee.host, "POST", "/claims", body, headers)


def scraped(page: int) -> bytes:
    asked = urllib.request.Request(
        f"http://{LOOPBACK}:{page}/metrics",
        headers={"Accept": "application/openmetrics-text; version=1.0.0"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - http
        found: bytes = answer.read()
    return found


def test_no_value_is_in_what_envoy_or_the_guard_write(watched: Lab, page: int) -> None:
    statuses = set()
    for body, headers in BODIES.values():
        for asked in (*requests(BILLING, body, headers), *requests(ANALYTICS, body, headers)):
            statuses.add(watched.from_application(EHR, asked).status)
        for asked in requests(BILLING, body, headers):
            statuses.add(watched.from_outside(BILLING, asked).status)
            statuses.add(watched.past_sidecar(EHR, BILLING, asked).status)
    until = time.monotonic() + 30
    while b"phiguard.unscannable" not in b"".join(watched.sink.exports):  # the metrics come last
        assert time.monotonic() < until
        time.sleep(0.1)
    folder = watched.plan.folder
    out = {
        "exports": b"".join(watched.sink.exports),
        "metrics page": scraped(page),
        **{
            file.name: file.read_bytes()
            for file in (*folder.glob("*.log"), *(folder / "ledger").iterdir())
        },
    }

    assert {403, 413} <= statuses
    assert b"phiguard.decision" in out["exports"]
    assert b"withheld" in out["exports"]  # Envoy's own spans, without the URL
    assert b'# {trace_id="' in out["metrics page"]
    assert b"POST" in out["envoy-ehr.log"]  # the access log
    for where, data in out.items():
        assert not [form for form in SOUGHT if form in data], where

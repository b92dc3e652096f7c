"""What Envoy itself writes, with the settings of istio-config/, holds no value either.

A value of each infoType stands in the path, the query, headers, cookies, trailers and the body of
requests through every way into the mesh, and in the headers, cookies, trailers and the body of
responses. Bodies are JSON, forms, HL7 v2 and gRPC, plain, packed and broken. What is written is
searched for each value, for its encodings and for its hashes:

- here: Envoy's spans and access logs; the guard's spans, metrics, page, log, ledger and
  checkpoints; the denials.
- `tests/extauthz/test_canary.py`, where the guard runs in the test's process: answers with their
  dynamic metadata, the log at DEBUG (`serve` has no such level), exports, the report's HTML.
- `tests/extauthz/guard/test_core_dumps.py`: there are no core dumps to search.
- the tests of each type with content: reprs, which `serve` writes nowhere.
"""

import os
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from canaries import SOUGHT

from e2e.bypass import backend
from e2e.bypass.backend import Backend
from e2e.canary_traffic import HELD_BYTES, KEPT, POLICY_TEXT, over_http1, over_http2, responses
from extauthz.demo.client import Request, new_traceparent
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.otlp_sink import Span
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK, Workload, free_ports
from extauthz.records.ledger.notes import Signer


@pytest.fixture(scope="module")
def page() -> Iterator[int]:
    with free_ports(1) as (port,):
        yield port


@pytest.fixture(scope="module")
def watched(envoy: Path, tmp_path_factory: pytest.TempPathFactory, page: int) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("leaks")
    policy, key = folder / "policy.yaml", folder / "ledger.key"
    policy.write_text(POLICY_TEXT)
    key.write_text(Signer("clinic.example/ledger", os.urandom(32)).secret())
    key.chmod(0o600)
    options = {
        "--metrics-listen": f"{LOOPBACK}:{page}",
        "--with": "credentials",
        "--max-held-bytes": str(HELD_BYTES),
        "--checkpoint-key": str(key),
        "--checkpoint-records": "10",
    }
    guard = phiguard(policy, *(part for option in options.items() for part in option))
    with open_lab(Plan(envoy, folder, guard)) as running:
        running.processes.stop("workloads")
        ports = tuple(each.app for each in running.mesh.ports.values())
        with backend.serve(Backend(dict(responses())), ports):
            yield running


def scraped(page: int) -> bytes:
    asked = urllib.request.Request(
        f"http://{LOOPBACK}:{page}/metrics",
        headers={"Accept": "application/openmetrics-text; version=1.0.0"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - http
        found: bytes = answer.read()
    return found


def wait_for_spans(lab: Lab) -> None:
    """Wait for the spans of a last request through each listener: those before it came before."""
    for callee, path in ((BILLING, "/claims"), (ANALYTICS, "/reports")):
        trace, parent = new_traceparent()
        lab.from_application(EHR, Request(callee.host, "POST", path, b"", {"traceparent": parent}))
        wait_for_span(lab, trace, EHR)
        wait_for_span(lab, trace, callee)
    trace, parent = new_traceparent()
    asked = Request(EHR.host, "GET", "/patients/1", b"", {"traceparent": parent})
    lab.past_sidecar(BILLING, EHR, asked)
    wait_for_span(lab, trace, EHR)


def wait_for_span(lab: Lab, trace: str, sidecar: Workload) -> None:
    service = f"{sidecar.name}.{sidecar.namespace}"

    def has_come(spans: list[Span]) -> bool:
        return any(each.service == service and "http.url" in each.attributes for each in spans)

    assert has_come(lab.sink.trace(trace, until=has_come, seconds=30)), service


def test_no_value_is_in_what_envoy_or_the_guard_write(watched: Lab, page: int) -> None:
    heard = list(over_http1(watched))
    framed = dict(over_http2(watched))
    wait_for_spans(watched)
    spans = watched.sink.spans()
    until = time.monotonic() + 30
    while b"phiguard.unscannable" not in b"".join(watched.sink.exports):  # the metrics come last
        assert time.monotonic() < until
        time.sleep(0.1)
    folder = watched.plan.folder
    out = {
        "exports": b"".join(watched.sink.exports),
        "metrics page": scraped(page),
        "denials": b"".join(
            str(each.headers).encode() + each.body for each in heard if each.status >= 400
        ),
        "denials over HTTP/2": b"".join(
            each.raw for each in framed.values() if any(one.reason for one in each.answers)
        ),
        **{
            file.name: file.read_bytes()
            for file in (*folder.glob("*.log"), *(folder / "ledger").iterdir())
        },
    }

    # 500: Envoy's own answer in place of a response that is too large; 503: OVERLOADED, where the
    # guard is faster than Envoy's 413
    assert {each.status for each in heard} - {503} == {200, 403, 413, 500}
    assert b"phiguard.decision" in out["exports"]
    assert b"withheld" in out["exports"]  # Envoy's own spans, without the URL
    assert {"POST", "OTHER"} <= {each.attributes.get("http.method") for each in spans}
    assert b'# {trace_id="' in out["metrics page"]
    for log in ("envoy-ehr.log", "envoy-billing.log"):  # the access logs
        assert b'"POST HTTP/2"' in out[log]
        assert b'"OTHER HTTP/2"' in out[log]
    assert b"grpc-status" in out["denials over HTTP/2"]
    assert any(name.endswith(".note") for name in out)
    records = b"".join(data for name, data in out.items() if name.endswith(".jsonl"))
    for words in (
        (b'"decision"', b"ALLOW", b"REDACT", b"ALERT", b"DENY"),
        (b'"reason"', b"OVERLOADED"),
        (b'"verdict"', b"phi"),
        (b'"coverage"', b"COMPLETE", b"UNSCANNABLE"),
        (b'"direction"', b"request", b"response"),
    ):
        assert all(b'%b:"%b"' % (words[0], word) in records for word in words[1:])
    found = {"JSON_WEB_TOKEN", "CLINICAL_NOTE", "PATIENT_REFERENCE", "AGE_OVER_89"}
    assert all(name.encode() in records for name in found)
    for where, data in out.items():
        assert not [form for form in SOUGHT if form in data], where


def test_what_an_application_says_in_grpc_reaches_the_caller_unless_something_is_found(
    watched: Lab,
) -> None:
    framed = dict(over_http2(watched))
    wait_for_spans(watched)
    told = {each.attributes.get("grpc.message", "") for each in watched.sink.spans()}

    assert b"grpc-message: " + KEPT.encode() in framed["grpc-kept"].raw
    assert KEPT in told
    for name in ("grpc-told", "grpc-told-in-the-head"):
        assert b"grpc-message: withheld by phiguard" in framed[name].raw
        assert b"grpc-status: 3" in framed[name].raw
    assert b"grpc-status: 536\n" in framed["grpc-status"].raw

"""The queries of docs/tracing.md for Jaeger, on a real one.

It needs Jaeger (`make jaeger`). Without it the test says that it did not run.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_guard import REDACTED

from e2e.jaeger import Jaeger, jaeger
from e2e.zipkin import NotHereError
from extauthz.demo.client import Request
from extauthz.demo.lab import Lab
from extauthz.demo.payloads import CANARIES
from extauthz.demo.topology import ANALYTICS, EHR

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[1] / "docs" / "tracing.md"


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jaeger]:
    try:
        with jaeger(tmp_path_factory.mktemp("jaeger")) as running:
            yield running
    except NotHereError as missing:
        pytest.skip(f"NOT RUN: {missing}")


def queries() -> list[str]:
    """The column of Jaeger."""
    return [
        line.split("|")[4].strip().strip("`")
        for line in PAGE.read_text().splitlines()
        if line.startswith("| ") and line.split("|")[1].strip().isdigit()
    ]


@pytest.mark.usefixtures("outcomes")
def test_an_auditors_questions_have_queries(ui: Jaeger, lab: Lab) -> None:
    headers = {"content-type": "application/json"}
    response = lab.from_application(
        EHR, Request(ANALYTICS.host, "POST", "/claims?ssn=536-22-8790", REDACTED, headers)
    )
    decision = json.loads(response.body)["decision"]
    until = time.monotonic() + 30
    while decision.encode() not in b"".join(lab.sink.exports):
        assert time.monotonic() < until
        time.sleep(0.1)
    ui.take(lab.sink.exports)

    assert len(queries()) == 10
    shown = ""
    for query in queries():
        asked = query.replace("DECISION_ID", decision)
        found = ui.search(asked)
        tags = {tag["key"] for trace in found for span in trace["spans"] for tag in span["tags"]}
        assert "phiguard.decision" in tags, query
        shown += json.dumps(found)
    (denied,) = ui.search(f"phiguard.decision_id={decision}")
    assert ui.search("phiguard.decision_id=0123456789abcdef") == []
    services = {process["serviceName"] for process in denied["processes"].values()}
    assert "phiguard" in services
    assert len(services) > 1  # a sidecar's spans are in the same trace
    values = [*CANARIES, "536-22-8790", "Ana Ruiz", "/claims"]
    assert [value for value in values if value in shown] == []

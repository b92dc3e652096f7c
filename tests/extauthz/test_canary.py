"""No value that enters the guard may leave it in an answer, log, ledger, span or metric.

One canary of each infoType goes into every field of every call, on a real socket, through
allowing, alerting, denying, redacting and failing paths. The test then searches all output, and
what `phiguard audit` makes of the ledger, for each value, its encodings and its unkeyed hashes.
"""

import io
import logging
from collections import Counter

import grpc
import orjson
import pytest
from canaries import BODY, CANARIES, HEADERS, INFO_TYPES, PATH, SOUGHT, WITHOUT_CANARY
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from pyarrow import parquet
from running_guard import (
    BILLING,
    EHR,
    POLICY,
    check_request,
    code_of,
    processing_call,
    processing_request,
    request_head,
    response_head,
)

from extauthz import cli
from extauthz.guard.envoy import wire
from extauthz.records import logs
from extauthz.records.exports import formats
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer
from phiscan import identifiers
from phiscan.detectors import select
from phiscan.engine import Engine

ALLOW_ALL = POLICY.replace("otherwise: DENY", "otherwise: ALERT").replace(
    "allow: [", 'allow: ["*", '
)
REDACT_ALL = POLICY.replace("otherwise: DENY", "otherwise: REDACT").replace(
    "redact: [", 'redact: ["*", '
)
MONITOR = POLICY.replace("mode: enforce", "mode: monitor")


@pytest.fixture(scope="module")
def engine():
    """One that finds credentials too."""
    return Engine(select(with_groups=["credentials"]))


def check_requests():
    yield check_request(BODY, headers=HEADERS, path=PATH)
    yield check_request(BODY[:50], headers=HEADERS, path=PATH)  # a truncated body
    yield check_request(BODY, headers={"content-encoding": "zebulon"})
    yield check_request(BODY, source="Zebulon Quackenbush", destination="536-22-8790")
    forged = check_request(BODY, method="Zebulon", path=PATH)
    forged.attributes.source.service = forged.attributes.request.http.host = (
        "zeb.quackenbush@example.net"
    )
    forged.attributes.request.http.id = forged.attributes.context_extensions["x"] = "536-22-8790"
    yield forged
    yield check_request(BODY, path="/patients/536-22-8790")  # fits into a span attribute
    tcp = wire.message("envoy.service.auth.v3.CheckRequest")()
    tcp.attributes.source.principal = "spiffe://Zebulon Quackenbush"
    yield tcp


def conversations():
    canary_head = {k.replace("-", "_"): v for k, v in HEADERS.items()}
    body = processing_request("request_body", body=BODY, end_of_stream=False)
    yield request_head(**canary_head), body, processing_request("request_trailers", headers=HEADERS)
    yield request_head(), body, processing_request("request_trailers", headers=HEADERS)
    yield (
        response_head(**canary_head),
        processing_request("response_body", body=BODY, end_of_stream=True),
    )
    yield (
        request_head(
            attributes=dict.fromkeys(
                ("xds.cluster_name", "xds.node.metadata['NAMESPACE']"), "536-22-8790"
            )
        ),
        body,
    )
    yield (body,)
    yield (request_head(mode=1, **canary_head),)
    yield request_head(), body, body


def fail(*_):
    raise ValueError(f"cannot handle {BODY!r}")


def lose(_):
    raise LedgerError("the disk is full")


async def drive(g):
    """Send everything. Return the guard's answers without the bodies that it passes on."""
    said = []
    for request in check_requests():
        said.append(
            await g.check(
                request, metadata=[("x-canary", "536-22-8790"), ("baggage", "ssn=536-22-8790")]
            )
        )
    for events in conversations():
        answers, code = await g.process(*events)
        for answer in answers:
            for part in ("request_body", "response_body"):
                if answer.WhichOneof("response") == part:
                    getattr(answer, part).response.ClearField("body_mutation")
        said += [*answers, code]
    async with g.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")(b"\xff" + BODY, timeout=10)
        said.append(caught.value.details())
        call = processing_call(channel)
        await call.write(request_head())
        await call.read()
        await call.done_writing()
        said.append(await code_of(call))
        said.append(await call.details())
    return said


def rendered(said):
    return b"\n".join(
        wire.encode(s) + str(s).encode() if hasattr(s, "SerializeToString") else str(s).encode()
        for s in said
    )


@pytest.mark.parametrize("fault", ["none", "translate", "ledger"])
@pytest.mark.parametrize(
    "policy", [POLICY, ALLOW_ALL, REDACT_ALL, MONITOR], ids=["deny", "allow", "redact", "monitor"]
)
def test_no_value_leaves(  # noqa: PLR0917
    guard, run, phiguard, capsysbinary, monkeypatch, caplog, policy, fault
):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs._JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    caplog.set_level(logging.DEBUG)
    if fault == "translate":
        monkeypatch.setattr("extauthz.guard.envoy.check.CheckedRequest.events", fail)
        monkeypatch.setattr("extauthz.guard.envoy.stream_context.StreamContext.after", fail)

    async def scenario():
        async with guard(policy=policy, signing=Signing(SIGNER)) as g:
            if fault == "ledger":
                g.ledger.append = lose
            return await drive(g), g

    try:
        said, g = run(scenario())
    finally:
        root.removeHandler(handler)
    ledger = b"".join(p.read_bytes() for p in (g.folder / "ledger").iterdir())
    assert (g.folder / "ledger" / "manifest.note").exists()
    spans = g.spans.get_finished_spans()
    out = {
        "answers": rendered(said),
        "log": stream.getvalue().encode(),
        "ledger": ledger,
        "spans": encode_spans(spans).SerializeToString()
        + "".join(s.to_json() for s in spans).encode(),
        "metrics": g.metrics_json.encode(),
        "metrics page": g.pages,
    }

    assert b'"level":"debug"' in out["log"]
    assert len(spans) > 10
    assert b"phiguard.decisions" in out["metrics"]
    assert b"phiguard_decisions_total{" in out["metrics page"]
    assert b'# {trace_id="' in out["metrics page"]  # an exemplar
    assert (b'"decision"' in ledger) is (fault != "ledger")
    if fault != "ledger":
        out |= read_back(phiguard, g.folder / "ledger")
        out["export as parquet"] = exported_rows(g.folder / "ledger", capsysbinary)
    for where, data in out.items():
        assert not [form for form in SOUGHT if form in data], where


SIGNER = Signer("clinic.example/ledger", bytes(32))


def read_back(phiguard, ledger):
    """What the commands for auditors say of a ledger."""
    ids = [
        record["id"]
        for file in ledger.glob("*.jsonl")
        for record in map(orjson.loads, file.read_bytes().splitlines())
        if record["kind"] == "decision"
    ]
    commands = {
        "verify": ["verify", ledger, "--key", SIGNER.public],
        "tail": ["tail", ledger],
        "query": ["query", ledger, "--format", "json"],
        "report": ["report", ledger],
        **{f"show {at}": ["show", id_, ledger] for at, id_ in enumerate(ids)},
        **{f"prove {at}": ["prove", id_, ledger] for at, id_ in enumerate(ids)},
        **{f"export as {form}": ["export", ledger, "--format", form] for form in formats.FORMS},
    }
    said = {}
    for name, arguments in commands.items():
        code, out, err = phiguard("audit", *arguments)
        assert (code, bool(out)) == (0, True), (name, err)
        said[name] = (out + err).encode()
    return said


def exported_rows(ledger, capsysbinary):
    """The file and, because its pages are compressed, what it says."""
    assert cli.main(["audit", "export", str(ledger), "--format", "parquet"]) == 0
    file = capsysbinary.readouterr().out
    rows = parquet.read_table(io.BytesIO(file)).to_pylist()
    assert rows
    return file + str(rows).encode()


def test_every_info_type_has_a_canary_or_a_reason_for_none():
    named = Counter([*INFO_TYPES.values(), *WITHOUT_CANARY])

    assert named == Counter(identifiers.INFO_TYPES.keys())


@pytest.mark.parametrize("canary", INFO_TYPES)
def test_a_canary_is_found_as_its_info_type(engine, canary):
    """Else the test above would prove nothing about its findings."""
    # beside a patient, because some values count only there
    other = {"patientName": "Ana Ruiz", "diagnosis": "E11.9"}
    more = found(engine, {**other, canary: CANARIES[canary]}) - found(
        engine, {key: other[key] for key in other.keys() - {canary}}
    )

    assert more[INFO_TYPES[canary]]


def found(engine, document):
    scanner = engine.scanner(content_type="application/json", clock=lambda: 0.0)
    scanner.feed(orjson.dumps(document))
    return Counter(each.info_type for each in scanner.finish().findings)


def test_the_canaries_are_seen_by_the_scanner(guard, run):
    """Else the search of the guard's output would prove nothing about findings."""

    async def scenario():
        async with guard() as g:
            await g.check(check_request(BODY, headers=HEADERS, path=PATH))
            return g.records()[0]

    record = run(scenario())

    assert (record["source"], record["destination"]) == (EHR, BILLING)
    assert record["verdict"] == "phi"
    assert len(record["identifiers"]) >= 17
    assert set(INFO_TYPES.values()) <= record["infoTypes"].keys()

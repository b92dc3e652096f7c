import base64

import orjson
from exported_records import FORGED, RECORD, as_read
from google.protobuf import json_format
from hypothesis import given
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

from extauthz.records.exports import otlp_logs


def parsed(line):
    """Read a line with OpenTelemetry's own schema. OTLP/JSON writes trace ids in hexadecimal."""
    data = orjson.loads(line)
    for log in data["resourceLogs"][0]["scopeLogs"][0]["logRecords"]:
        if "traceId" in log:
            log["traceId"] = base64.b64encode(bytes.fromhex(log["traceId"])).decode()
    logs = json_format.ParseDict(data, LogsData())
    (log,) = logs.resource_logs[0].scope_logs[0].log_records
    return log


def test_a_decision_as_an_event():
    log = parsed(otlp_logs.line(RECORD))
    values = {pair.key: pair.value for pair in log.attributes}
    assert (log.event_name, log.severity_number, log.time_unix_nano) == (
        "phiguard.decision",
        13,
        1793520000123456000,
    )
    assert log.trace_id.hex() == RECORD["trace"]
    assert values["phiguard.mtls"].bool_value is True
    assert [v.string_value for v in values["phiguard.audits"].array_value.values] == [
        "DENY tighter"
    ]
    counts = values["phiguard.info_type.counts"].kvlist_value.values
    assert [(pair.key, pair.value.int_value) for pair in counts] == [("PERSON_NAME", 2), ("URL", 1)]


def test_what_is_not_known_is_no_attribute():
    line = otlp_logs.line(
        {**RECORD, "mtls": None, "destination": "", "trace": "0" * 32, "decision": "ALLOW"}
    )
    log = parsed(line)
    assert not {"phiguard.mtls", "phiguard.destination"} & {pair.key for pair in log.attributes}
    assert (log.trace_id, log.severity_number) == (b"", 9)


def test_a_canary_that_was_refused_is_at_severity_info():
    canary = {**RECORD, "decision": "DENY", "reason": "CANARY"}
    assert parsed(otlp_logs.line(canary)).severity_number == 9
    assert parsed(otlp_logs.line({**canary, "enforced": False})).severity_number == 13


@given(record=FORGED)
def test_a_forged_record_fits_the_schema(record):
    parsed(otlp_logs.line(as_read(record)))

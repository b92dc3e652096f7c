"""Long bodies in FULL_DUPLEX_STREAMED: judged, masked and released piece by piece."""

import asyncio

import grpc
import orjson
from full_duplex import (
    MONITOR,
    NDJSON,
    SSN,
    body,
    converse,
    head,
    line,
    released,
)
from running_guard import (
    DENIED,
    REDACTED,
    kinds,
    processing_call,
    reasons,
)

from extauthz.guard.full_duplex import _together
from mesh.exchange.body_forms import PIECE
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject
from phiscan.identifiers import INFO_TYPES


def test_a_long_upload_with_phi_at_its_end_is_cut_off_before_it(guard, run):
    lines = line({"note": "a" * 10_000}) * 30
    events = (head(NDJSON), *[body(lines) for _ in range(16)], body(line({"x": 1}) + DENIED, True))
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers)[0] == "request_headers"
    assert kinds(answers)[-1] == "immediate_response"
    assert PIECE <= len(released(answers)) < 17 * len(lines)
    assert released(answers) == (lines * 16)[: len(released(answers))]
    assert b"example.net" not in released(answers)
    assert reasons(records)[-1] == "MINIMUM_NECESSARY"
    assert len(records) > 2


def test_one_masked_line_of_a_long_upload_leaves_the_others_as_they_were(guard, run):
    lines = line({"note": "a" * 10_000}) * 110
    events = (head(NDJSON), body(lines), body(REDACTED + b"\n" + lines), body(b"", end=True))
    answers, code, _ = converse(guard, run, *events)
    sent = released(answers)

    assert (code, SSN in sent) == (grpc.StatusCode.OK, False)
    assert sent.startswith(lines)
    assert sent.endswith(lines)
    assert orjson.loads(sent[len(lines) : -len(lines)])["patientName"] == "Ana Ruiz"


def test_what_is_kept_of_a_stream_does_not_grow_with_it():
    """A scanner process sends each kind of finding with its number, another one for each piece."""
    kept = None
    for number in range(1, 200):
        found = Finding.of(
            INFO_TYPES["EMAIL_ADDRESS"], Likelihood.LIKELY, "x", Location("", 5, 9), Subject.PERSON
        )
        kept = _together(kept, ScanReport((found._replace(number=number),)))

    assert len(kept.findings) == 1


def test_a_later_row_is_read_by_the_labels_of_the_first(guard, run):
    row = b"Ana Ruiz,E11.9,%s,\n" % (b"a" * 10_000)
    header = b"patient_name,diagnosis,note,ssn\n"
    last = b"Ana Ruiz,E11.9,b,536228790\n"
    events = (head("text/csv"), body(header + row * 110), body(last, end=True))
    answers, _, _ = converse(guard, run, *events)

    assert released(answers).startswith(header + row * 110)
    assert b"536228790" not in released(answers)
    assert released(answers).count(b"\n") == 112


def test_a_part_of_a_long_form_is_masked_and_its_boundaries_stay(guard, run):
    first = b'--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n' + b"a" * PIECE + b"\r\n"
    last = b"--b\r\ncontent-type: application/json\r\n\r\n" + REDACTED + b"\r\n--b--\r\n"
    events = (head("multipart/form-data; boundary=b"), body(first + last[:9]), body(last[9:], True))
    answers, code, _ = converse(guard, run, *events)
    sent = released(answers)

    assert (code, SSN in sent) == (grpc.StatusCode.OK, False)
    assert sent.startswith(first + b"--b\r\n")
    assert sent.endswith(b"\r\n--b--\r\n")


def test_the_first_row_need_not_name_the_columns(guard, run):
    rows = b"gauze;A12;%s;\n" % (b"a" * 10_000) * 110
    first = b"sep=;\npatient_name;diagnosis;note;ssn\n" + rows
    events = (head("text/csv"), body(first), body(b"Ana Ruiz;E11.9;b;536228790\n", end=True))
    answers, code, _ = converse(guard, run, *events)

    assert (code, b"536228790" in released(answers)) == (grpc.StatusCode.OK, False)
    assert released(answers).startswith(first + b"Ana Ruiz;E11.9;b;")


def test_a_long_table_without_names_of_columns_is_masked_in_every_piece(guard, run):
    row = b"Ana Ruiz,E11.9,536-22-8790,%s\n" % (b"a" * 10_000)
    events = (head("text/csv"), body(row * 110), body(row, end=True))
    answers, code, records = converse(guard, run, *events)

    assert (code, SSN in released(answers)) == (grpc.StatusCode.OK, False)
    assert released(answers).count(b"\n") == 111
    assert reasons(records) == ["NAMED_BY_ENTRY"] * 2


def test_bytes_stay_reserved_until_the_proxy_has_taken_them(guard, run):
    async def scenario():
        async with guard(policy=MONITOR) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head("text/csv"))
            for _ in range(7):
                await call.write(body((b"gauze,A12," + b"a" * 1013 + b"\n") * 1024))
            await call.write(body(b"", end=True))
            while len(g.records()) < 2:
                await asyncio.sleep(0)
            unread = g.worker._admission._all.bytes
            await call.done_writing()
            async for _ in call:
                pass
            return unread, g.worker._admission._all.bytes

    unread, read = run(scenario())
    assert unread >= PIECE
    assert read == 0

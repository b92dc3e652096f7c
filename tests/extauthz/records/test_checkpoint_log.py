"""Each checkpoint goes to the collector once, as it was signed."""

import pytest
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from running_guard import POLICY
from serving import Serving, free_port

from extauthz.demo.otlp_sink import OtlpSink
from extauthz.records.checkpoint_log import EVENT, CheckpointLog
from extauthz.records.ledger import key_file, note_files
from extauthz.records.ledger.notes import Signer


def test_a_note_is_sent_once_with_its_event():
    sent = InMemoryLogRecordExporter()
    log = CheckpointLog([SimpleLogRecordProcessor(sent)], Resource.create({"service.name": "g"}))
    for note in ("", "one\n", "one\n", "two\n", "two\n"):
        log.take(note)
    records = [each.log_record for each in sent.get_finished_logs()]
    assert [(each.body, each.event_name) for each in records] == [
        ("one\n", EVENT),
        ("two\n", EVENT),
    ]
    assert sent.get_finished_logs()[0].resource.attributes["service.name"] == "g"
    log.close()


def test_without_a_collector_nothing_is_sent():
    log = CheckpointLog([], Resource.create())
    log.take("one\n")
    log.close()


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"])
def test_a_guard_sends_its_last_checkpoint_to_the_collector(tmp_path, monkeypatch, variable):
    port, policy, ledger = free_port(), tmp_path / "policy.yaml", tmp_path / "ledger"
    policy.write_text(POLICY)
    key_file.write(tmp_path / "key", Signer("clinic.example/ledger", bytes(32)))
    monkeypatch.setenv(variable, f"http://127.0.0.1:{port}")
    options = "--ledger", ledger, "--checkpoint-key", tmp_path / "key", "--workers", 1
    with OtlpSink(port) as sink:
        with Serving(policy, *options, "--scanners", 0) as guard:
            guard.until("serving")
            assert guard.end() == 0
        last = note_files.read(ledger / "checkpoint-0.note").encode()
        assert any(last in export and EVENT.encode() in export for export in sink.exports)

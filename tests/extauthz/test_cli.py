import socket
import subprocess
import sys

import orjson
import pytest
from running_guard import BILLING, EHR, POLICY, REDACTED

from extauthz.commands import tree
from extauthz.records import ledger_time
from extauthz.records.ledger.file import FileLedger

COMMAND = [sys.executable, "-m", "extauthz.cli"]


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "claim.json"
    path.write_bytes(REDACTED)
    return path


def one_line(err):
    return err.startswith("phiguard: ") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",),
        ("scan",),
        ("scan", "--format", "xml", "x"),
        ("scan", "--max-bytes", "0", "x"),
        ("scan", "missing.json"),
        ("redact", "missing.json"),
        ("policy", "check", "missing.yaml"),
        ("policy", "explain", "--policy", "missing.yaml", "--from", "a", "--to", "b"),
        ("simulate", "missing.yaml"),
        ("audit", "verify", "missing"),
        ("audit", "verify", ".", "--head", "12"),
        ("audit", "tail", ".", "-n", "0"),
        ("serve", "--policy", "missing.yaml", "--listen", "127.0.0.1:0"),
        ("serve", "--policy", "p", "--listen", "nowhere"),
        ("serve", "--policy", "p", "--listen", "127.0.0.1:0", "--workers", "0"),
        ("serve", "--policy", "p", "--listen", "127.0.0.1:0", "--workers", "2"),
        (
            "serve",
            "--policy",
            "p",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            "missing",
            "--tls-key",
            "missing",
        ),
        ("serve", "--policy", "p", "--listen", "127.0.0.1:0", "--tls-ca", "missing"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(phiguard, monkeypatch, tmp_path, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = phiguard(*arguments)

    assert (code, out) == (2, "")
    assert one_line(err), err


def test_an_unknown_key_in_a_policy_names_file_line_and_a_hint(phiguard, policy):
    policy.write_text(POLICY.replace("mode:", "moode:"))
    expected = f"{policy}:6:3: error: unknown key `moode` in `spec` (did you mean `mode`?)\n"

    assert phiguard("policy", "check", policy)[:2] == (1, expected)
    assert phiguard("serve", "--policy", policy, "--listen", "127.0.0.1:0")[::2] == (
        2,
        f"phiguard: {expected}",
    )


def test_the_version_is_the_packages(phiguard):
    assert phiguard("--version")[1].startswith("phiguard 0.")


# envoy-data-plane, which `demo` imports, causes this warning.
@pytest.mark.filterwarnings("ignore:Using `@model_validator`:DeprecationWarning")
def test_every_command_has_help(phiguard):
    for command in tree.COMMANDS:
        code, out, _ = phiguard(command, "--help")
        assert (code, out.startswith("usage: ")) == (0, True)


def test_scan_as_json_lines_has_the_documented_keys_and_no_value(phiguard, document):
    code, out, _ = phiguard("scan", "--format", "jsonl", document)
    line = orjson.loads(out)

    assert code == 1
    assert list(line) == [
        "path",
        "media",
        "parts",
        "verdict",
        "coverage",
        "reason",
        "findings",
        "unlisted",
        "opaque",
        "bytes",
        "fails",
        "elapsedMs",
    ]
    assert list(line["findings"][0]) == [
        "infoType",
        "identifier",
        "likelihood",
        "detector",
        "field",
        "start",
        "end",
        "line",
        "column",
        "counted",
    ]
    assert (line["verdict"], line["bytes"]) == ("phi", len(REDACTED))
    assert "536-22-8790" not in out


def test_scan_as_a_table_counts_by_class(phiguard, document):
    code, out, _ = phiguard("scan", document)

    assert code == 1
    assert "A:1 G:1" in out
    assert "social security number" in out
    assert out.endswith("1 document, 1 with PHI\n")
    assert "536-22-8790" not in out


def test_scan_as_sarif_names_places(phiguard, document):
    _, out, _ = phiguard("scan", "--format", "sarif", document)
    run = orjson.loads(out)["runs"][0]
    result = next(r for r in run["results"] if r["ruleId"] == "US_SOCIAL_SECURITY_NUMBER")
    region = result["locations"][0]["physicalLocation"]["region"]

    assert orjson.loads(out)["version"] == "2.1.0"
    assert REDACTED[region["byteOffset"] :][: region["byteLength"]] == b"536-22-8790"
    assert {r["id"] for r in run["tool"]["driver"]["rules"]} == {
        r["ruleId"] for r in run["results"]
    }
    assert "536-22-8790" not in out


def test_a_folder_is_scanned_with_all_its_files(phiguard, tmp_path, document):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "note.txt").write_text("nothing")
    _, out, _ = phiguard("scan", "--format", "jsonl", tmp_path)

    assert [orjson.loads(line)["path"] for line in out.splitlines()] == [
        str(document),
        str(tmp_path / "sub" / "note.txt"),
    ]


def test_clean_documents_are_exit_code_0_and_unreadable_ones_2_after_the_rest(
    phiguard, tmp_path, document
):
    clean = tmp_path / "clean.txt"
    clean.write_text("nothing to see")

    assert phiguard("scan", clean)[0] == 0
    code, out, err = phiguard("scan", tmp_path / "missing", document)
    assert (code, "claim.json" in out, one_line(err)) == (3, True, True)


def test_a_document_that_is_not_seen_whole_is_not_clean(phiguard, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 20)

    code, out, _ = phiguard("scan", "--max-bytes", "10", path)
    assert (code, "TRUNCATED OVER_LIMIT" in out) == (2, True)


def test_redact_masks_and_proves_it(phiguard, document):
    code, out, _ = phiguard("redact", document)

    assert code == 0
    assert orjson.loads(out)["diagnosis"] == "E11.9"
    assert "536-22-8790" not in out
    assert "Ana Ruiz" not in out


def test_redact_writes_nothing_when_it_cannot_read_everything(phiguard, document):
    code, out, err = phiguard("redact", "--content-encoding", "unknown", document)

    assert (code, out, one_line(err)) == (2, "", True)


def test_explain_says_what_which_and_why(phiguard, policy, document):
    edge = (
        "--policy",
        policy,
        "--from",
        EHR,
        "--to",
        BILLING,
        "--method",
        "POST",
        "--path",
        "/claims",
    )
    code, out, _ = phiguard("policy", "explain", *edge, "--body", document)

    assert code == 0
    assert out.startswith("REDACT REDACTED_BY_RULE because of US_SOCIAL_SECURITY_NUMBER\n")
    assert "named by ehr-to-billing" in out


CASES = """
policy: policy.yaml
cases:
- name: a claim
  request: {{source: {ehr}, destination: {billing}, mtls: true, contentType: application/json, bodyFile: claim.json}}
  expect: {{decision: {decision}}}
"""


@pytest.mark.parametrize(("decision", "code"), [("REDACT", 0), ("ALLOW", 1)])
@pytest.mark.usefixtures("policy")
def test_cases_pass_or_fail(phiguard, document, decision, code):
    path = document.with_name("cases.yaml")
    path.write_text(CASES.format(ehr=EHR, billing=BILLING, decision=decision))
    simulated, tested = phiguard("simulate", path), phiguard("policy", "test", path)

    assert (simulated[0], tested[0]) == (code, code)
    assert tested[1].endswith(f"1 case, {code} failed; 1 of 1 rule exercised\n")
    assert ("decision is REDACT, expected ALLOW" in simulated[1]) is bool(code)


def written(folder, count=3):
    ledger = FileLedger(folder, 0, ledger_time.now)
    for number in range(count):
        ledger.append(
            {
                **dict.fromkeys(
                    ("reason", "verdict", "direction", "source", "destination", "service"), "x"
                ),
                "kind": "decision",
                "decision": "DENY",
                "enforced": True,
                "identifiers": ["A"],
                "id": f"id{number}",
            }
        )
    ledger.close()
    return ledger.head.hash


def test_verify_prints_the_head_that_it_later_asks_for(phiguard, tmp_path):
    head = written(tmp_path)
    code, out, _ = phiguard("audit", "verify", tmp_path)
    assert (code, out) == (0, f"worker 0: 4 records hold, head {head}\n")

    written(tmp_path)
    assert phiguard("audit", "verify", tmp_path, "--head", head)[0] == 0
    code, out, _ = phiguard("audit", "verify", tmp_path, "--head", "0" * 63 + "1")
    assert (code, "is in no chain" in out) == (1, True)


def test_verify_finds_a_cut_off_end_by_its_head(phiguard, tmp_path):
    head = written(tmp_path)
    segment = next(tmp_path.glob("*.jsonl"))
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-1]))

    assert phiguard("audit", "verify", tmp_path)[0] == 0
    assert phiguard("audit", "verify", tmp_path, "--head", head)[0] == 1


def test_verify_names_file_and_line_of_a_change(phiguard, tmp_path):
    written(tmp_path)
    segment = next(tmp_path.glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b'"id":"id1"', b'"id":"id7"'))
    code, out, _ = phiguard("audit", "verify", tmp_path)

    assert code == 1
    assert f"{segment.name}:3" in out


def test_tail_shows_the_last_decisions(phiguard, tmp_path):
    written(tmp_path)
    code, out, _ = phiguard("audit", "tail", tmp_path, "-n", "2")

    assert code == 0
    assert [line.split()[-1] for line in out.splitlines()] == ["id", "id1", "id2"]


def test_a_reader_that_leaves_is_no_traceback(document):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    arguments = [*COMMAND, "scan", *[str(document)] * 500, "--format", "jsonl"]
    with subprocess.Popen(arguments, **pipes) as process:  # noqa: S603 - phiguard's command
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 141


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_one_line_and_not_shared(phiguard, policy, workers):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = phiguard(
            "serve", "--policy", policy, "--listen", address, "--workers", workers
        )

    assert (code, err) == (
        2,
        f"phiguard: {address}: address already in use; "
        "stop what uses it, or name another address\n",
    )


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("audit", "export", "DIR", "--no-such"), "phiguard audit export"),
        (("audit", "export"), "phiguard audit export"),
        (("audit", "key", "show", "FILE", "more"), "phiguard audit key show"),
        (("audit", "nothing"), "phiguard audit"),
        (("scan", "FILE", "--no-such"), "phiguard scan"),
        (("--no-such", "audit", "export", "DIR"), "phiguard"),
        (("nothing",), "phiguard"),
    ],
)
def test_wrong_use_of_a_subcommand_points_to_its_own_help(phiguard, arguments, command):
    code, out, err = phiguard(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.endswith(f"; see `{command} --help`\n")

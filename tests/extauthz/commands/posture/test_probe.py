"""`phiguard posture probe`, as a user runs it: wrong use, and what the exit code says."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from canary_samples import CELL, EHR, PROBE

from extauthz.posture.canary_files import targets_text
from mesh.posture.canary.history import outcome_of
from mesh.posture.canary.outcome import Result
from mesh.posture.canary.plan import Target


class _Application(BaseHTTPRequestHandler):
    def do_POST(self):
        """Answer as an application without that path."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_error(404)

    def log_message(self, *_):
        """Print nothing."""


@pytest.fixture
def application():
    server = HTTPServer(("127.0.0.1", 0), _Application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def probe(phiguard, tmp_path):
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "targets").write_text(targets_text([Target(CELL, "ehr.clinic", 80, EHR, 8080)]))

    def run(*more, **changed):
        given = {
            "--targets": tmp_path / "targets",
            "--canary-key": tmp_path / "key",
            "--principal": PROBE,
            "--outcomes": tmp_path / "canaries.jsonl",
        } | changed
        words = [word for pair in given.items() if pair[1] for word in pair]
        return phiguard("posture", "probe", *words, *more)

    return run


def test_a_canary_that_reaches_an_application_is_a_line_and_exit_code_1(
    probe, application, tmp_path
):
    code, out, err = probe("--once", "--through", f"127.0.0.1:{application}")
    assert (code, err) == (1, "")
    assert outcome_of(out).result is Result.REACHED
    assert out == (tmp_path / "canaries.jsonl").read_text()
    code, out, err = probe("--once", "--through", f"127.0.0.1:{application}")
    assert (code, out) == (1, "")
    assert err.startswith("1 of 1 targets left out: ")


WRONG = {
    "no key": (["--once"], {"--canary-key": ""}, "--canary-key: give the key"),
    "no principal": (["--once"], {"--principal": "ehr"}, "--principal ehr: not one"),
    "too often": (["--every", "299s"], {}, "--every 299s: at least 5m"),
    "no unit": (["--every", "3600"], {}, "--every 3600: not a duration"),
    "no time": (["--once", "--timeout", "0s"], {}, "--timeout 0s: above 0"),
    "no ledger": (["--once", "--ledger", "/none"], {}, "/none: no such file"),
    "no address": (["--once", "--through", "x"], {}, "--through x: not an address"),
    "no targets": (["--once"], {"--targets": "/none"}, "/none: no such file"),
    "no folder": (["--once"], {"--outcomes": "/none/x"}, "/none/x: no such file"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_one_line_and_exit_code_2(probe, name):
    more, changed, why = WRONG[name]
    code, out, err = probe(*more, **changed)
    assert (code, out) == (2, "")
    assert why in err
    assert err.count("\n") == 1


def test_an_echo_needs_a_key_and_an_address(phiguard, tmp_path):
    (tmp_path / "key").write_bytes(b"k" * 32)
    assert "give the key" in phiguard("posture", "echo", "--listen", "127.0.0.1:0")[2]
    words = ("posture", "echo", "--canary-key", tmp_path / "key", "--listen", "x")
    assert phiguard(*words)[0] == 2

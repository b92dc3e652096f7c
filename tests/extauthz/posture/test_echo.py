"""The echo answers with the record of a nonce of its key, and says nothing else."""

import http.client
import threading
import time
from contextlib import contextmanager

import pytest
from canary_samples import KEYS, OLD, signed

from extauthz.posture import echo
from extauthz.posture.canary_client import ECHO_HEADER
from mesh.posture.canary.nonce import HEADER, PATH, Keys, Purpose
from mesh.posture.canary.record import record_of


@contextmanager
def echoing():
    server = echo.server("127.0.0.1", 0, KEYS)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(port, text, path=PATH):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={ECHO_HEADER: text})
    answer = connection.getresponse()
    said = answer.status, answer.headers.get(HEADER, ""), answer.read()
    connection.close()
    return said


def nonce(purpose=Purpose.RESPONSE, keys=KEYS):
    return signed(keys, purpose=purpose, at=int(time.time())).text


def test_it_answers_with_the_record_of_the_nonce():
    with echoing() as port:
        for purpose in (Purpose.RESPONSE, Purpose.REDACTION):
            text = nonce(purpose)
            assert ask(port, text) == (200, text, record_of(text))


OTHERS = {
    "a request's nonce": lambda: (nonce(Purpose.REQUEST), PATH),
    "a nonce of another key": lambda: (nonce(keys=Keys(OLD)), PATH),
    "a text": lambda: ("<script>", PATH),
    "another path": lambda: (nonce(), "/"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_it_answers_nothing_else(name):
    with echoing() as port:
        assert ask(port, *OTHERS[name]()) == (404, "", b"")

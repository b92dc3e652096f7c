import contextlib
import http.client
import re
import socket
import threading
import time

import orjson
import pytest

from extauthz import cli
from extauthz.commands.policy.playground import server
from extauthz.commands.policy.playground.server import LARGEST, Playground
from extauthz.commands.policy.playground.trial import Trial

POLICY = "# </textarea><script>alert(1)</script>\n"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def playground(engine):
    with Playground(0, Trial(engine, ()), POLICY) as made:
        thread = threading.Thread(target=made.serve)
        thread.start()
        yield made
        made.stop()
        thread.join()


def ask(playground, method="GET", place="", body=None, headers=(), *, path=None):
    port = int(playground.url.split(":")[2].partition("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        target = path or f"/{playground.token}/{place}"
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_the_page_loads_and_sends_nothing_elsewhere(playground):
    status, headers, body = ask(playground)
    text = body.decode()
    assert status == 200
    policy = headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<(?:script|style)[^>]*>", text) == [
        f'<style nonce="{nonce}">', f'<script nonce="{nonce}">',
    ]  # fmt: skip
    assert not re.search(r"https?://|\bsrc=|\bhref=|@import|url\(", text)
    assert "&lt;/textarea&gt;&lt;script&gt;" in text
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert ask(playground)[1]["Content-Security-Policy"] != policy


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"headers": {"Host": "evil.example"}}, 421),
        ({"headers": {"Host": "127.0.0.1"}}, 421),
        ({"headers": {"Host": ""}}, 421),
        ({"headers": {"Origin": "http://evil.example"}}, 403),
        ({"headers": {"Origin": "null"}}, 403),
        ({"path": "/"}, 404),
        ({"path": "/wrong/"}, 404),
        ({"path": "/../"}, 404),
        ({"method": "PUT"}, 501),
        ({"method": "POST", "place": "try", "body": b"{}"}, 415),
        ({"method": "POST", "place": "", "body": b"{}", "headers": JSON}, 404),
        (
            {
                "method": "POST",
                "place": "try",
                "headers": JSON | {"Content-Length": str(LARGEST + 1)},
            },
            413,
        ),
        ({"method": "POST", "place": "try", "headers": JSON | {"Content-Length": "9" * 5000}}, 413),
        ({"method": "POST", "place": "try", "headers": JSON | {"Content-Length": "-1"}}, 415),
    ],
)
def test_anyone_else_is_refused_and_nothing_is_repeated(playground, request_, status):
    found, _, body = ask(playground, **request_)
    assert (found, body) == (status, b"refused\n")


def test_a_question_is_answered_and_nothing_is_logged(playground, capsys):
    asked = orjson.dumps({"policy": "Ana: 1", "request": {"source": "Ana"}})
    status, _, body = ask(playground, "POST", "try", asked, JSON)
    assert (status, bool(orjson.loads(body)["problems"])) == (200, True)
    assert capsys.readouterr() == ("", "")


def test_a_failure_inside_says_nothing(playground, capsys, monkeypatch):
    def fail(*_):
        raise ValueError("Ana")

    monkeypatch.setattr(Trial, "answer", fail)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(playground, "POST", "try", b"{}", JSON)
    assert capsys.readouterr() == ("", "")
    assert ask(playground)[0] == 200


@pytest.mark.parametrize("begin", [b"", b"GET /", b"POST /{} HTTP/1.1\r\nHost: {}\r\nX: "])
def test_a_client_that_is_silent_or_sends_drops_keeps_nobody_out_for_long(
    playground, monkeypatch, begin
):
    monkeypatch.setattr(server, "_SECONDS", 0.3)
    monkeypatch.setattr(server._Handler, "timeout", 0.3)
    port = int(playground.url.split(":")[2].partition("/")[0])
    answered = threading.Event()
    with socket.create_connection(("127.0.0.1", port)) as slow:

        def drip():
            with contextlib.suppress(OSError):
                slow.sendall(begin)
                for _ in range(200):
                    if begin:
                        slow.sendall(b"a")
                    if answered.wait(0.05):
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        assert ask(playground)[0] == 200
        answered.set()
        thread.join()
    assert time.monotonic() - began < 5  # the drops alone would take ten seconds


def test_the_command_prints_the_address_and_ends_at_ctrl_c(tmp_path, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("http.server.HTTPServer.serve_forever", interrupted)
    path = tmp_path / "p.yaml"
    path.write_text("spec: {}\n")
    assert cli.main(["policy", "playground", str(path)]) == 0
    assert re.match(r"http://127\.0\.0\.1:\d+/[\w-]{32}/\n", capsys.readouterr().out)


def test_what_cannot_be_served_is_one_line(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["policy", "playground", "--port", str(port)]) == 2
    assert cli.main(["policy", "playground", "--port", "70000"]) == 2
    assert cli.main(["policy", "playground", str(tmp_path)]) == 2
    assert cli.main(["policy", "playground", str(tmp_path / "missing")]) == 2
    assert capsys.readouterr().err.count("\n") == 4

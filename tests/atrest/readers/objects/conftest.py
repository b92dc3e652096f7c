"""A store that speaks S3, started once: moto's server on a port of its own."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

_SECONDS = 60
PAGE = 10
"""So many keys have room on a page of a listing."""


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("moto_server")),
        "-H",
        "127.0.0.1",
        "-p",
        f"{port}",
    ]
    store = subprocess.Popen(  # noqa: S603 - a program of this environment
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": f"{PAGE}"},
    )
    try:
        _wait(store, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        store.terminate()
        store.wait()


def _wait(store: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and store.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("moto_server did not start")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def client(endpoint: str) -> Any:
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")


@pytest.fixture
def refusing() -> Iterator[str]:
    """A store that denies everything, and whose buckets are paid for by who reads them."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        pays = (
            b"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"
        )
        denied = b"<Error><Code>AccessDenied</Code><Message>ruiz_ana.pdf</Message></Error>"
        asks = self.path.endswith("?requestPayment") and "/generous" not in self.path
        self.send_response(200 if asks else 403)
        self.end_headers()
        self.wfile.write(pays if asks else denied)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

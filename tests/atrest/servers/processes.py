"""Real servers on 127.0.0.1, each in a folder of its own, stopped at the end of the tests."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATIENCE = 60


@contextlib.contextmanager
def folder(owner: str) -> Iterator[Path]:
    """A new folder. Where root runs the tests, it belongs to the server's own user."""
    found = Path(tempfile.mkdtemp(prefix="phiguard-server-"))
    if os.geteuid() == 0:
        shutil.chown(found, owner)
    try:
        yield found
    finally:
        shutil.rmtree(found, ignore_errors=True)


def run(command: list[object], owner: str, **options: object) -> None:
    """Run a program of a server as its own user: none of them runs as root."""
    user = owner if os.geteuid() == 0 else None
    done = subprocess.run(  # noqa: S603 - the programs are named in this folder
        [str(part) for part in command], user=user, capture_output=True, text=True, check=False,
        **options,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def serving(command: list[object], owner: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from when its port answers."""
    user = owner if os.geteuid() == 0 else None
    process = subprocess.Popen(  # noqa: S603 - the programs are named in this folder
        [str(part) for part in command], user=user,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < until, f"{command[0]} does not answer"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(port: int) -> bool:
    """Whether something listens."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def certificate(place: Path, owner: str) -> Path:
    """Write `server.crt`, which is its own authority, and `server.key` for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = place / "server.crt"
    found.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = place / "server.key"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    secret.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(secret, owner)
    return found

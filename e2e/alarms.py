"""A guard that is brought into every trouble that an alarm speaks of, and a real Prometheus.

The guard runs as in production: several processes, mutual TLS, a ledger. Its calls come over gRPC,
without Envoy. Prometheus has the project's rules with shorter times, and nothing else is changed.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import grpc
from kubernetes_server import ApiServer, policy_object
from running_guard import POLICY, check_request, request_head

from extauthz.demo.certificates import Authority
from extauthz.demo.processes import Processes
from extauthz.demo.topology import (
    ANALYTICS,
    BILLING,
    EHR,
    GUARD,
    INSTALLATION,
    Workload,
    free_ports,
)
from extauthz.guard.envoy import wire
from extauthz.records.ledger import key_file
from extauthz.records.ledger.notes import Signer
from mesh.posture.canary.nonce import (
    HEADER,
    KEY_BYTES,
    PATH,
    RANDOM_BYTES,
    Keys,
    Nonce,
    Purpose,
    sign,
)
from mesh.posture.canary.record import record_of

RULES: Final = Path(__file__).parents[1] / "extauthz" / "monitoring" / "phiguard-alerts.yaml"
NOISE: Final = base64.b64encode(hashlib.shake_256(b"opaque").digest(208)).decode()
CLEAN: Final = b'{"status": "ok"}'
PHI: Final = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "email": "ana.ruiz@example.net"}'
LARGE: Final = (
    b"[" + b",".join(b'{"patientName": "Ana Ruiz", "visit": %d}' % n for n in range(25_000)) + b"]"
)

# `for: 5m`, `[1h]` and `offset 1d` match; `for: all` and `[le]` do not
_FOR: Final = re.compile(r"for: \d+[smhd]")
_RANGE: Final = re.compile(r"\[\d+[smhd]\]")
_OFFSET: Final = re.compile(r"offset \d+[smhd]")
# `checkpoint_age_seconds > 600` -> `> 10`; not another threshold
_AGE: Final = re.compile(r"(checkpoint_age_seconds) > \d+")
_START_SECONDS: Final = 60.0
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def hurried(rules: str) -> str:
    """The rules with times that a test can wait for."""
    rules = _AGE.sub(r"\1 > 10", _FOR.sub("for: 0s", rules))
    return _OFFSET.sub("offset 10s", _RANGE.sub("[10s]", rules))


@dataclass
class Prometheus:
    """A running Prometheus, and every alarm that it has fired so far."""

    port: int
    fired: set[str] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)

    def api(self, path: str) -> Any:
        """What its API answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def firing(self) -> set[str]:
        """The alarms that fire now."""
        alerts = self.api("/api/v1/alerts")["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    def watch(self) -> None:
        """Take in what fires, until the end."""
        while not self._stop.wait(0.3):
            with contextlib.suppress(OSError):
                self.fired |= self.firing()

    def wait_for(self, *alarms: str, seconds: float = 60.0) -> None:
        """Wait until these alarms have fired; go on without them after a while."""
        until = time.monotonic() + seconds
        while not set(alarms) <= self.fired and time.monotonic() < until:
            time.sleep(0.2)

    def stop(self) -> None:
        self._stop.set()


@contextlib.contextmanager
def prometheus(binary: str, folder: Path, pages: list[str]) -> Iterator[Prometheus]:
    """Start Prometheus on these pages with the rules."""
    (folder / "rules.yaml").write_text(hurried(RULES.read_text()))
    config = {
        "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules.yaml")],
        "scrape_configs": [{"job_name": "phiguard", "static_configs": [{"targets": pages}]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))
    with free_ports(1) as (port,), Processes(folder) as processes:
        processes.start(
            "prometheus",
            [
                binary,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--enable-feature=exemplar-storage",
            ],
        )
        running = Prometheus(port)
        processes.wait_until(lambda: _answers(running), "Prometheus", seconds=_START_SECONDS)
        # before the first scrape, no guard is there
        processes.wait_until(
            lambda: bool(running.firing()) and "PhiguardGone" not in running.firing(),
            "the first scrape",
            seconds=_START_SECONDS,
        )
        watcher = threading.Thread(target=running.watch)
        watcher.start()
        try:
            yield running
        finally:
            running.stop()
            watcher.join()


def _answers(running: Prometheus) -> bool:
    try:
        return bool(running.api("/api/v1/rules")["groups"])
    except OSError:
        return False


@dataclass
class Troubled:
    """A guard over mutual TLS, with a certificate and an exception that end soon."""

    folder: Path
    ledger: Path
    authority: Authority = field(default_factory=Authority.create)
    port: int = 0
    page: str = ""

    @property
    def policy(self) -> Path:
        return self.folder / "policy.yaml"

    @property
    def canary_key(self) -> Path:
        """The key of canaries, which is made when it is missing."""
        path = self.folder / "canary-key"
        if not path.exists():
            path.write_bytes(os.urandom(KEY_BYTES))
        return path

    def command(self) -> list[str]:
        """The command line, with everything that it needs in place."""
        ends = (datetime.now(UTC) + timedelta(days=3)).date()
        self.policy.write_text(f"""{POLICY.rstrip()}
  - name: analytics-is-watched
    mode: monitor
    from: [{{principals: ["{ANALYTICS.principal}"]}}]
    to: [{{principals: ["{BILLING.principal}"]}}]
    phi: {{request: {{otherwise: DENY}}}}
  exceptions:
  - name: migration
    from: [{{namespaces: [clinic]}}]
    to: [{{namespaces: [archive]}}]
    allow: [PERSON_NAME]
    owner: privacy-office@clinic.example
    reason: a move
    expires: {ends}
""")
        own = self.authority.issue(
            GUARD, self.folder / "own", dns=INSTALLATION.host, lifetime=timedelta(hours=1)
        )
        key_file.write(self.folder / "key", Signer("clinic.example/ledger", os.urandom(32)))
        self.callers = {
            workload: self.authority.issue(workload, self.folder / workload.name)
            for workload in (BILLING, EHR)
        }
        options = {
            "--policy": self.policy,
            "--listen": f"127.0.0.1:{self.port}",
            "--metrics-listen": self.page,
            "--ledger": self.ledger,
            "--checkpoint-key": self.folder / "key",
            "--canary-key": self.canary_key,
            "--tls-cert": own.certificate,
            "--tls-key": own.key,
            "--tls-ca": own.authority,
            "--workers": 1,
            "--spares": 1,
            "--scanners": 1,
            "--scan-seconds": 20,
            "--max-exchanges": 64,
            "--max-request-bytes": 8_388_608,
        }
        flat = [str(part) for option in options.items() for part in option]
        return [sys.executable, "-m", "extauthz.cli", "serve", *flat]

    def worker(self) -> int:
        """The process id of the worker that serves now."""
        lines = (self.folder / "guard.log").read_text().splitlines()
        serving = [each for each in map(json.loads, lines) if each["event"] == "serving"]
        return int(serving[-1]["pid"])

    def channel(self, caller: Workload = BILLING) -> grpc.Channel:
        """A channel of a workload's proxy."""
        files = self.callers[caller]
        credentials = grpc.ssl_channel_credentials(
            files.authority.read_bytes(), files.key.read_bytes(), files.certificate.read_bytes()
        )
        options = [
            ("grpc.ssl_target_name_override", INSTALLATION.host),
            # a connection of its own: messages of one connection arrive one after the other
            ("grpc.use_local_subchannel_pool", 1),
        ]
        return grpc.secure_channel(f"127.0.0.1:{self.port}", credentials, options)

    def check(self, body: bytes = CLEAN, **options: Any) -> None:
        """Ask about one request, as billing's proxy does. The answer does not matter."""
        with self.channel() as channel, contextlib.suppress(grpc.RpcError):
            method = channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")
            method(wire.encode(check_request(body, **options)), timeout=60)

    @contextlib.contextmanager
    def held(self, caller: Workload, number: int) -> Iterator[None]:
        """Keep messages of a workload open, whose bodies do not come."""
        done = threading.Event()

        def events() -> Iterator[bytes]:
            yield wire.encode(request_head(content_length="1000"))
            done.wait()

        with self.channel(caller) as channel:
            process = channel.stream_stream(f"/{wire.EXTERNAL_PROCESSOR}/Process")
            calls = [process(events(), timeout=120) for _ in range(number)]
            for call in calls:
                with contextlib.suppress(grpc.RpcError):
                    next(call)
            try:
                yield
            finally:
                done.set()
                for call in calls:
                    call.cancel()

    @contextlib.contextmanager
    def traffic(self, send: Callable[[], None], pause: float) -> Iterator[None]:
        """Call `send` again and again meanwhile."""
        done = threading.Event()

        def run() -> None:
            while not done.wait(pause):
                send()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def canary(key: Path) -> dict[str, Any]:
    """What a check of a canary says of its request, beside its body."""
    named = Nonce(
        Purpose.REQUEST, EHR.principal, BILLING.principal, 8080,
        "finance/Deployment/billing/inbound/8080/mesh", int(time.time()),
        os.urandom(RANDOM_BYTES).hex().translate(_LETTERS),
    )  # fmt: skip
    text = sign(named, Keys(key.read_bytes())).text
    return {"headers": {HEADER: text}, "path": PATH}


class Closed:
    """A guard that starts while the policy of a namespace is broken."""

    def __init__(self) -> None:
        wide = {
            "mode": "enforce",
            "rules": [
                {"name": "all", "from": [{}], "to": [{}], "phi": {"request": {"allow": ["A"]}}}
            ],
        }
        broken = {"rules": [{"name": "out", "from": [{}], "to": [{"namespaces": ["finance"]}]}]}
        self.api = ApiServer(
            [policy_object("mesh", "wide", wide), policy_object("clinic", "own", broken)]
        )
        self.api.__enter__()
        self.port, page = _two_ports()
        self.page = f"127.0.0.1:{page}"
        self.options = ["--policy", "kubernetes://mesh", "--kubernetes-api", self.api.url]
        self.environment: dict[str, str] = {}


class Blind:
    """A guard whose scanner sees nothing, over plain gRPC. It knows the key of canaries."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "blind-key"
        self._key.write_bytes(os.urandom(KEY_BYTES))
        policy = folder / "blind.yaml"
        policy.write_text(POLICY)
        self.port, page = _two_ports()
        self.page = f"127.0.0.1:{page}"
        self.options = ["--policy", str(policy), "--canary-key", str(self._key)]
        # Python runs this module before all others, in each process of the guard
        site = folder / "blind-site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(_BLINDED)
        self.environment = {"PYTHONPATH": str(site)}

    def canary(self) -> None:
        """Send one canary."""
        said = canary(self._key)
        body = record_of(said["headers"][HEADER])
        with (
            grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel,
            contextlib.suppress(grpc.RpcError),
        ):
            method = channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")
            method(wire.encode(check_request(body, **said)), timeout=60)


_BLINDED: Final = """
from phiscan import scanner

scanner.Scanner.feed = lambda self, data: None
"""


def _two_ports() -> tuple[int, int]:
    with free_ports(2) as (first, second):
        return first, second


def stop_for_a_while(pid: int, fired: Callable[[], None]) -> None:
    """Let a process hang until something happened."""
    os.kill(pid, signal.SIGSTOP)
    try:
        fired()
    finally:
        os.kill(pid, signal.SIGCONT)


def no_longer_writes(pid: int) -> None:
    """Let each write of a process to a file fail, as on a full disk."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def writes_again(pid: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of 64 MiB at a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], check=True)  # noqa: S607
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)  # noqa: S607


def at_once(number: int, send: Callable[[], None]) -> None:
    """Call `send` several times at the same time."""
    with ThreadPoolExecutor(number) as pool:
        for each in [pool.submit(send) for _ in range(number)]:
            each.result()

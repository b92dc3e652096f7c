"""Workers that are killed at random under load lose no decision whose answer has left."""

import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from e2e.checks import numbered
from extauthz.demo.programs import POLICY
from extauthz.guard.envoy import wire
from extauthz.records.ledger.segments import records_from

WORKERS: Final = 2
CLIENTS: Final = 6
SECONDS: Final = 120.0


class Guard:
    """`phiguard serve` in processes of its own. Their log tells who serves."""

    def __init__(self, folder: Path, key: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        words = ["serve", "--policy", str(POLICY), "--listen", self.address]
        words += ["--workers", str(WORKERS), "--spares", "1", "--scanners", "0"]
        words += ["--ledger", str(folder), "--fsync", "each", "--checkpoint-key", str(key)]
        words += ["--checkpoint-seconds", "1"]
        command = [sys.executable, "-m", "extauthz.cli", *words]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        self.serving: dict[int, int] = {}
        self.served = 0
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            said: dict[str, Any] = json.loads(line)
            if said.get("event") == "serving":
                with self._changed:
                    self.serving[said["worker"]] = said["pid"]
                    self.served += 1
                    self._changed.notify_all()

    def until_served(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.served >= count, SECONDS)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        if self.process.stderr is not None:
            self.process.stderr.close()


class Load:
    """Clients that ask until they are stopped, and the decisions of the answers that they got."""

    def __init__(self, address: str) -> None:
        self.answered: set[str] = set()
        self._address = address
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        decode = wire.decoder("envoy.service.auth.v3.CheckResponse")
        options = [("grpc.use_local_subchannel_pool", 1)]
        while not self._stopping.is_set():
            with grpc.insecure_channel(self._address, options) as channel:
                check = channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")
                for number in itertools.count():
                    try:
                        answer = decode(check(numbered(number), timeout=10))
                    except grpc.RpcError:
                        break  # the worker was killed: no answer
                    fields = answer.dynamic_metadata.fields
                    self.answered.add(fields["decision_id"].string_value)
                    if self._stopping.is_set():
                        break
            time.sleep(0.02)

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(SECONDS)


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    audit("key", "new", "clinic.example/ledger", tmp_path / "key")
    running = Guard(tmp_path / "ledger", tmp_path / "key")
    yield running
    running.close()


def audit(*words: object) -> str:
    command = [sys.executable, "-m", "extauthz.cli", "audit", *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_every_answered_decision_is_in_the_ledger_after_random_kills(
    guard: Guard, tmp_path: Path, kills: int
) -> None:
    chance = random.Random(kills)  # noqa: S311 - no secret
    guard.until_served(WORKERS)
    load = Load(guard.address)
    for number in range(kills):
        time.sleep(chance.uniform(0.0, 0.4))
        if number == kills // 2:  # yesterday's manifest
            shutil.copy(tmp_path / "ledger" / "manifest.note", tmp_path / "yesterday.note")
        os.kill(guard.serving[chance.randrange(WORKERS)], signal.SIGKILL)
        guard.until_served(WORKERS + number + 1)
    load.stop()
    assert guard.end() == 0

    kept = [
        json.loads(line)["id"]
        for worker in range(WORKERS)
        for _, line in records_from(tmp_path / "ledger", worker, 1)
        if b'"kind":"decision"' in line
    ]
    assert len(load.answered) > kills
    assert load.answered - set(kept) == set()
    assert len(kept) == len(set(kept))
    public = audit("key", "show", tmp_path / "key").strip()
    said = audit(
        "verify", tmp_path / "ledger", "--key", public, "--checkpoint", tmp_path / "yesterday.note"
    )
    assert said.count("records hold") == WORKERS
    for id_ in chance.sample(kept, 2):
        proof = tmp_path / "proof"
        proof.write_text(audit("prove", id_, tmp_path / "ledger"))
        assert id_ in audit("verify-proof", proof, "--key", public)

"""Go's `sumdb/note` and `transparency-dev/merkle` accept phiguard's notes and proofs.

They are fetched by the Go tools. Where these are missing, the tests say that they did not run.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from extauthz.records.ledger import key_file
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notary import Signing

pytestmark = pytest.mark.slow
SOURCE = Path(__file__).with_name("interop")
SIZES = (1, 2, 3, 8, 64)


@pytest.fixture(scope="module")
def interop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("NOT RUN: there is no Go here, so no foreign tool has checked the proofs")
    built = tmp_path_factory.mktemp("go") / "interop"
    command = [go, "build", "-o", str(built), "."]
    environment = {**os.environ, "GOFLAGS": "-mod=readonly"}
    made = subprocess.run(
        command, cwd=SOURCE, env=environment, check=False, capture_output=True, text=True
    )
    if "dial tcp" in made.stderr or "no such host" in made.stderr:
        pytest.skip("NOT RUN: Go cannot fetch its modules, so no foreign tool checked the proofs")
    assert made.returncode == 0, made.stderr
    return built


def audit(*words: object) -> str:
    command = [sys.executable, "-m", "extauthz.cli", "audit", *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def accepts(interop: Path, key: str, proof: str) -> bool:
    done = subprocess.run([interop, key], input=proof, check=False, capture_output=True, text=True)
    return done.returncode == 0


def test_go_accepts_records_and_growth_and_no_changed_one(interop: Path, tmp_path: Path) -> None:
    folder, key = tmp_path / "ledger", tmp_path / "key"
    public = audit("key", "new", "clinic.example/ledger", key).strip()
    signer, _ = key_file.read(key)
    old = None
    for size in SIZES:
        ledger = FileLedger(folder, 0, lambda: "2026-08-01T12:00:00Z", signing=Signing(signer))
        for number in range(size):
            ledger.append({"kind": "decision", "id": f"{size}-{number}"})
        ledger.close()
        for number in {0, size // 2, size - 1}:
            proof = audit("prove", f"{size}-{number}", folder)
            assert accepts(interop, public, proof)
            index = f"index {proof.partition('index ')[2].partition(chr(10))[0]}\n"
            assert not accepts(interop, public, proof.replace(index, "index 0\n"))
        new = tmp_path / f"{size}.note"
        shutil.copy(folder / "manifest.note", new)
        if old is not None:
            growth = audit("prove", "--consistency", old, new, folder)
            assert accepts(interop, public, growth)
            other = growth.splitlines()
            other[-1] = "A" * 43 + "="
            assert not accepts(interop, public, "\n".join(other) + "\n")
        old = new
    stranger = audit("key", "new", "clinic.example/ledger", tmp_path / "other").strip()
    assert not accepts(interop, stranger, audit("prove", "1-0", folder))

"""A cell is UP only while every file of a folder is there: by a real proxy's dump and a ledger."""

import json
import shutil

import pytest
from ledgers_in_folders import BILLING, DECISION, EHR
from posture_folder import write
from real_dumps import FOLDER

from extauthz.cli import main
from extauthz.records.ledger.file import FileLedger

NOW = "2026-11-30T15:00:00Z"
POD = "ehr-7d9c-0"
GUARD = "phiguard-7d9c-0"
UP = {"clinic/Deployment/ehr/inbound/8080/mesh"}
SYNCED = [{"proxy": f"{POD}.clinic", "listener_sent": "a", "listener_acked": "a"}]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A folder with all evidence about `ehr`. The ledger of its guard is beside it."""
    top = tmp_path_factory.mktemp("posture")
    folder = write(top / "given", at=NOW)
    dump = (FOLDER / "guarded.json").read_text().replace("ehr-6c9f-x2v4p", POD)
    for name, text in (
        (f"proxies/clinic.{POD}.json", dump),
        ("istiod/syncz.json", json.dumps(SYNCED)),
        ("canaries.jsonl", ""),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    ledger = FileLedger(top / GUARD, 0, lambda: NOW.replace("Z", ".000000Z"))
    ledger.append({"kind": "start", "host": GUARD})
    ledger.append({**DECISION, "source": BILLING, "destination": EHR, "caller": EHR})
    ledger.close()
    return folder


def states(folder, capsys, *options):
    words = ["posture", "audit", str(folder), "--now", NOW, "--format", "json", *options]
    main([*words, "--ledger", str(folder.parent / GUARD)])
    cells = json.loads(capsys.readouterr().out)["cells"]
    return {each["cell"]: each["state"] for each in cells}


@pytest.fixture
def copied(given, tmp_path):
    shutil.copytree(given.parent, tmp_path / "all")
    return tmp_path / "all" / "given"


def test_with_all_evidence_the_cell_is_up(given, capsys):
    found = states(given, capsys)
    assert {cell for cell, state in found.items() if state == "UP"} >= UP
    assert main(["posture", "explain", str(given), *UP, "--now", NOW]) == 0
    out = capsys.readouterr().out
    assert "observed: missing" in out  # without its ledger


FILES = [
    "collected.json", f"proxies/clinic.{POD}.json", "istiod/syncz.json", "canaries.jsonl",
    "objects/configmaps.json", "objects/pods.json", "objects/services.json",
    "objects/namespaces.json", "objects/envoyfilters.networking.istio.io.json",
    "objects/peerauthentications.security.istio.io.json",
    "objects/mutatingwebhookconfigurations.admissionregistration.k8s.io.json",
]  # fmt: skip


@pytest.mark.parametrize("how", ["gone", "cut"])
@pytest.mark.parametrize("name", FILES)
def test_without_one_file_nothing_is_up(copied, capsys, name, how):
    path = copied / name
    if how == "cut" and path.stat().st_size:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.unlink()
    assert "UP" not in states(copied, capsys).values()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"MINIMUM_NECESSARY"', b'"MINIMUM_NECESSARX"'), (GUARD.encode(), b"phiguard-7d9c-1")],
)
def test_with_a_ledger_that_was_changed_nothing_is_up(copied, capsys, old, new):
    (segment,) = (copied.parent / GUARD).glob("*.jsonl")
    assert old in segment.read_bytes()
    segment.write_bytes(segment.read_bytes().replace(old, new))
    assert "UP" not in states(copied, capsys).values()


def test_with_evidence_that_is_old_nothing_is_up(given, capsys):
    words = ["posture", "audit", str(given), "--now", "2026-11-30T16:00:01Z", "--format", "json"]
    main([*words, "--ledger", str(given.parent / GUARD)])
    assert '"state": "UP"' not in capsys.readouterr().out

"""Makes the pictures of the README and the docs again, from what the programs print and write.

    make pictures

It runs the demo on a terminal, makes the reports of its ledger and of a posture, and photographs
both with Chromium. Debian's package chromium must be there. docs/images/denied-trace.png is not
made here: it needs Zipkin (`make e2e-slow` asks one).
"""

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.own_tests import ROOT
from tools.terminal_picture import svg

IMAGES: Final = ROOT / "docs/images"
GRAPH: Final = IMAGES / "policy-graph.svg"
_EXAMPLE: Final = "examples/hospital/hospital.yaml"
_WIDTH: Final = 130
_PHIGUARD: Final = (sys.executable, "-m", "extauthz.cli")
_SIZES: Final = {"audit-report": (1200, 1150), "posture": (1200, 1150)}
# the tests' sample mesh with the dump of a real proxy, and one Service whose port nobody reads
_POSTURE: Final = """
import json, sys
from pathlib import Path
from ledgers_in_folders import BILLING, DECISION, EHR
from posture_folder import HOLE, objects, write
from real_dumps import FOLDER
from extauthz.records.ledger.file import FileLedger

top, now, pod = Path(sys.argv[1]), sys.argv[2], "ehr-7d9c-0"
mesh = write(top / "mesh", [*objects(), HOLE], at=now)
dump = (FOLDER / "guarded.json").read_text().replace("ehr-6c9f-x2v4p", pod)
synced = [{"proxy": f"{pod}.clinic", "listener_sent": "a", "listener_acked": "a"}]
for name, text in (
    (f"proxies/clinic.{pod}.json", dump),
    ("istiod/syncz.json", json.dumps(synced)),
    ("canaries.jsonl", ""),
):
    (mesh / name).parent.mkdir(exist_ok=True)
    (mesh / name).write_text(text)
ledger = FileLedger(top / "phiguard-7d9c-0", 0, lambda: now.replace("Z", ".000000Z"))
ledger.append({"kind": "start", "host": "phiguard-7d9c-0"})
ledger.append({**DECISION, "source": BILLING, "destination": EHR, "caller": EHR})
ledger.close()
"""
_POSTURE_AT: Final = "2026-11-30T15:00:00Z"
"""When that dump was taken: the certificate in it is valid."""


def main() -> int:
    """Make all pictures. Return the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("pictures: chromium is not installed (Debian's package chromium)", file=sys.stderr)
        return 2
    GRAPH.write_bytes(graph())
    with tempfile.TemporaryDirectory(prefix="phiguard-pictures-") as name:
        folder = Path(name)
        (IMAGES / "demo.svg").write_bytes(_demo(folder / "demo"))
        _run(
            "audit", "report", str(folder / "demo/ledger"), "-o", str(folder / "audit-report.html")
        )
        _posture(folder)
        for page in _SIZES:
            _photograph(chromium, folder / f"{page}.html", IMAGES / f"{page}.png")
    print(*sorted(path.name for path in IMAGES.iterdir()))
    return 0


def _demo(folder: Path) -> bytes:
    """Return the picture of a demo that leaves its files in a folder."""
    dropped = {"NO_COLOR", "CI", "COLORTERM", "COLUMNS"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    command = [*_PHIGUARD, "demo", "--output", str(folder)]
    code, said = on_terminal(command, _WIDTH, {**kept, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
    if code:
        raise subprocess.CalledProcessError(code, command, said)
    return svg(said.decode(), title="phiguard demo", width=_WIDTH).encode()


def graph() -> bytes:
    """Return the picture of the example policy, as `phiguard policy graph` draws it."""
    command = [*_PHIGUARD, "policy", "graph", "--format", "svg", _EXAMPLE]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def on_terminal(
    command: Sequence[str], width: int, environment: Mapping[str, str]
) -> tuple[int, bytes]:
    """Run a command on a terminal of this width. Return its exit code and what it wrote."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, width, 0, 0))
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        output = _drained(ours)
    os.close(ours)
    return running.returncode, output


def _drained(terminal: int) -> bytes:
    found = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the last writer has closed it
            return found
        if not part:
            return found
        found += part


def _run(*arguments: str, folder: Path = ROOT, code: int = 0) -> None:
    done = subprocess.run([*_PHIGUARD, *arguments], cwd=folder, check=False)
    if done.returncode != code:
        raise subprocess.CalledProcessError(done.returncode, arguments)


def _posture(folder: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]
    path = ":".join(str(ROOT / each) for each in settings["ini_options"]["pythonpath"])
    made = [sys.executable, "-c", _POSTURE, str(folder), _POSTURE_AT]
    subprocess.run(made, env={**os.environ, "PYTHONPATH": path}, check=True)
    options = ["--ledger", "phiguard-7d9c-0", "--now", _POSTURE_AT]
    options += ["--format", "html", "--output", "posture.html"]
    # the page names the folder as it was given; 1: a cell is DOWN, which the picture shows
    _run("posture", "audit", "mesh", *options, folder=folder, code=1)


def _photograph(chromium: str, page: Path, picture: Path) -> None:
    wide, high = _SIZES[page.stem]
    options = [
        "--headless=new",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--window-size={wide},{high}",
    ]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # its sandbox is not for root
    shot = [chromium, *options, f"--screenshot={picture}", page.as_uri()]
    subprocess.run(shot, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())

"""Builds a release: sdist, wheel, bill of materials, changelog section and their checksums.

Everything comes from the commit and nothing from the work tree: the files from `git archive`, the
time from the commit's date. The packages are built twice in different folders, and any difference
is an error. No network is used.

`make release` first refuses what should not be released: uncommitted changes, a version without a
changelog section, a tag of another commit. `make dist` builds without these checks, and takes the
section [Unreleased] if the version has none.
"""

import argparse
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tools.changelog import section
from tools.own_tests import PACKAGES, ROOT
from tools.sbom import bill

# files of the commit that an sdist does not need
_NOT_IN_SDIST: Final = (
    ".github/",
    ".ci/",
    ".gitignore",
    ".containerignore",
    ".editorconfig",
    ".pre-commit-config.yaml",
)
_BUILD: Final = (
    "import sys, setuptools.build_meta as b; print(getattr(b, 'build_' + sys.argv[1])(sys.argv[2]))"
)

_MAN: Final = "share/man/man1/"
_CHART: Final = "share/phiguard/chart/"


class ReleaseError(Exception):
    """Nothing was built. The text says why."""


@dataclass(frozen=True)
class Built:
    """The two packages, each as name and bytes."""

    sdist: tuple[str, bytes]
    wheel: tuple[str, bytes]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build into `dist/`. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.release")
    parser.add_argument("--rehearse", action="store_true", help="build what may not be released")
    chosen = parser.parse_args(arguments)
    os.umask(0o022)
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    try:
        changes = _changes(version, chosen.rehearse)
        if not chosen.rehearse:
            refuse(ROOT, version)
        built = _proven()
    except (ReleaseError, ValueError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    made = datetime.fromtimestamp(_epoch(), UTC)
    files = dict([built.sdist, built.wheel])
    files[f"phiguard-{version}.cdx.json"] = bill(version, ROOT / "requirements.lock", made).encode()
    files[f"phiguard-{version}.changes.md"] = changes.encode()
    files["SHA256SUMS"] = checksums(files).encode()
    _write(files)
    return 0


def refuse(root: Path, version: str) -> None:
    """Raise ReleaseError when the tree has uncommitted changes or another commit has the tag."""
    if dirty := _git(root, "status", "--porcelain"):
        raise ReleaseError(f"the tree has uncommitted changes:\n{dirty}")
    at = _git(root, "for-each-ref", "--format=%(objectname)%(*objectname)", f"refs/tags/v{version}")
    # an annotated tag is followed by the commit that it names
    if at and not at.endswith(_git(root, "rev-parse", "HEAD")):
        raise ReleaseError(
            f"the tag v{version} exists at another commit; raise the version in pyproject.toml"
        )


def check_wheel(content: bytes) -> None:
    """Raise ReleaseError when a wheel lacks what it needs at run time.

    It may hold the product's packages, its man pages and its chart, and nothing else.
    """
    # `phiguard-0.1.0.data/data/share/...` is put below the environment's own folder
    names = [
        name.partition(".data/data/")[2] or name
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
    ]
    needed = [f"{package}/py.typed" for package in PACKAGES]
    needed += [p.relative_to(ROOT).as_posix() for p in (ROOT / "extauthz/demo").glob("*.yaml")]
    needed += [f"{_MAN}{page.name}" for page in (ROOT / "docs/man").glob("*.1")]
    chart = ROOT / "istio-config/chart"
    needed += [
        f"{_CHART}{path.relative_to(chart).as_posix()}"
        for path in chart.rglob("*")
        if path.is_file()
    ]
    if missing := sorted(set(needed) - set(names)):
        raise ReleaseError(f"the wheel lacks {', '.join(missing)}")
    tops = {name.split("/")[0] for name in names if not name.startswith((_MAN, _CHART))}
    if more := sorted(top for top in tops - set(PACKAGES) if not top.endswith(".dist-info")):
        raise ReleaseError(f"the wheel holds {', '.join(more)}")


def check_sdist(content: bytes, tracked: Sequence[str]) -> None:
    """Raise ReleaseError when an sdist lacks a file of the commit to build, test or read."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = [name for name in tracked if not name.startswith(_NOT_IN_SDIST)]
    if missing := sorted(set(wanted) - names):
        raise ReleaseError(f"the sdist lacks {', '.join(missing)}; see MANIFEST.in")


def checksums(files: dict[str, bytes]) -> str:
    """Return the lines for `sha256sum --check`."""
    return "".join(f"{hashlib.sha256(files[n]).hexdigest()}  {n}\n" for n in sorted(files))


def repacked(sdist: bytes, epoch: int) -> bytes:
    """Return the same sdist with sorted members, without owners, and with one time for all.

    setuptools writes the current time.
    """
    tar = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(sdist)) as old,
        tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            member.mtime = epoch
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    return gzip.compress(tar.getvalue(), mtime=epoch)


def _changes(version: str, rehearse: bool) -> str:
    text = (ROOT / "CHANGELOG.md").read_text()
    try:
        return section(text, version)
    except ValueError:
        if rehearse:
            return section(text, "Unreleased")
        raise


def _proven() -> Built:
    """Build twice, and check that the builds are equal, complete and run."""
    built = _build()
    if built != _build():
        raise ReleaseError("two builds of one commit differ")
    check_wheel(built.wheel[1])
    check_sdist(built.sdist[1], _git(ROOT, "ls-files").splitlines())
    _try(built.wheel)
    return built


def _build() -> Built:
    """Export the commit, build its sdist, and build the wheel from the sdist alone."""
    epoch = _epoch()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        out.mkdir()
        commit = subprocess.check_output(["git", "archive", "--prefix=commit/", "HEAD"], cwd=ROOT)
        _unpack(commit, Path(folder))
        sdist = _hook("sdist", Path(folder, "commit"), out, epoch)
        packed = repacked(sdist.read_bytes(), epoch)
        _unpack(packed, Path(folder))
        wheel = _hook("wheel", Path(folder, sdist.name.removesuffix(".tar.gz")), out, epoch)
        return Built((sdist.name, packed), (wheel.name, wheel.read_bytes()))


def _hook(kind: str, source: Path, out: Path, epoch: int) -> Path:
    """Run a build hook of setuptools. Return the file that it made."""
    run = subprocess.run(
        [sys.executable, "-c", _BUILD, kind, str(out)],
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise ReleaseError(f"setuptools cannot build the {kind}:\n{run.stderr}")
    return out / run.stdout.splitlines()[-1]


def _try(wheel: tuple[str, bytes]) -> None:
    """Install the wheel alone and run it, with this environment's packages."""
    with tempfile.TemporaryDirectory() as folder:
        package, document = Path(folder, wheel[0]), Path(folder, "claim.json")
        package.write_bytes(wheel[1])
        document.write_text('{"patient": {"name": "Ottoline Marsh", "ssn": "512-44-9031"}}')
        venv.create(Path(folder, "venv"))
        python = Path(folder, "venv/bin/python")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "-q",
            "--no-index",
            "--no-deps",
        ]
        _run([*pip, str(package)], folder, 0)
        # A folder in PYTHONPATH provides its packages but not its .pth files, which would provide
        # the work tree.
        command = str(Path(folder, "venv/bin/phiguard"))
        _run([command, "--version"], folder, 0)
        _run([command, "scan", str(document)], folder, 1)


def _run(command: Sequence[str], folder: str, code: int) -> None:
    environment = os.environ | {
        "PYTHONPATH": next(path for path in sys.path if path.endswith("site-packages")),
        "XDG_CACHE_HOME": folder,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode != code:
        raise ReleaseError(
            f"{' '.join(command)} ended with {run.returncode}:\n{run.stdout}{run.stderr}"
        )


def _write(files: dict[str, bytes]) -> None:
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    for name, content in files.items():
        (dist / name).write_bytes(content)
        print(f"release: dist/{name}")


def _unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        members.extractall(folder, filter="data")


def _epoch() -> int:
    return int(_git(ROOT, "log", "-1", "--format=%ct"))


def _git(root: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=root, text=True).strip()


if __name__ == "__main__":
    sys.exit(main())

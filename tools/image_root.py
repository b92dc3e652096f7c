"""Builds the Containerfile twice without a container engine or a registry, and tries the image.

`buildah` carries out the steps, each in a chroot. A root that `debootstrap` makes, with Debian's
Python, stands in for the base image, so what this proves is the Containerfile's steps and not the
base of a release. Both builds must be equal, file by file and as an image. `runc` then runs it as
the guard's pod would. It needs root and three packages of Debian: buildah, debootstrap and runc.
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tools import image_ci
from tools.image_run import USER, Image, RunError, prove
from tools.image_tree import differences, entries, faults, size
from tools.own_tests import ROOT

_TOOLS: Final = ("buildah", "debootstrap", "runc")
_BASE: Final = ROOT / ".tools/image-base.tar"
_BASE_SUITE: Final = "bookworm"  # its Python is 3.11, as in the base image
_BASE_PACKAGES: Final = "ca-certificates,python3,python3-pip,python3-venv"
_SHOWN: Final = 20


class RootError(Exception):
    """The image cannot be built, or is not what it should be. The text says why."""


def main() -> int:
    """Build and try. Return the exit code: 2 when this machine cannot."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid():
        print(f"image-root: not run; needs root and {', '.join(missing or _TOOLS)}")
        return 2
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="phiguard-image-") as folder:
        store = _Store(Path(folder))
        try:
            _prove(store, Path(folder))
        except (RootError, RunError, image_ci.CiError) as error:
            print(f"image-root: {error}", file=sys.stderr)
            return 1
        finally:
            store.clear()
    return 0


class _Store:
    """Images in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._options = [
            "--root",
            str(folder / "store"),
            "--runroot",
            str(folder / "run"),
            "--storage-driver",
            "vfs",
        ]

    def buildah(self, *arguments: str) -> str:
        """Run buildah. Return what it printed. Raises RootError when it fails."""
        return _run(["buildah", *self._options, *arguments])

    def base(self) -> None:
        """Make the image `base` of Debian's packages."""
        if not _BASE.exists():
            root = self._folder / "debian"
            _run(
                [
                    "debootstrap",
                    "--variant=minbase",
                    f"--include={_BASE_PACKAGES}",
                    _BASE_SUITE,
                    str(root),
                ]
            )
            _BASE.parent.mkdir(exist_ok=True)
            _run(["tar", "-C", str(root), "-cf", str(_BASE), "."])
        container = self.buildah("from", "scratch").strip()
        self.buildah("add", "--quiet", container, str(_BASE), "/")
        self.buildah("commit", "--quiet", "--rm", container, "base")

    def build(self, tag: str, epoch: int, version: str, *more: str) -> dict[str, Any]:
        """Build the Containerfile, with more options. Return what buildah says of the image."""
        home = self._folder / "home"
        # pip's settings for this machine, in a folder that the image leaves out
        (home / ".pip").mkdir(parents=True, exist_ok=True)
        authorities = ssl.get_default_verify_paths().cafile
        if authorities:
            shutil.copy(authorities, home / "authorities.pem")
            (home / ".pip/pip.conf").write_text("[global]\ncert = /root/authorities.pem\n")
        arguments = {"BASE": "localhost/base", "SOURCE_DATE_EPOCH": epoch, "VERSION": version}
        options = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        options += ["--isolation=chroot", "--layers=false", f"--timestamp={epoch}"]
        self.buildah("build", *options, f"--volume={home}:/root:ro", *more, "--tag", tag, str(ROOT))
        found: dict[str, Any] = json.loads(self.buildah("inspect", "--type", "image", tag))
        return found

    def tree(self, tag: str) -> Path:
        """Return the folder with the image's files."""
        return Path(self.buildah("mount", self.buildah("from", tag).strip()).strip())

    def run(self, tag: str, repository: Path, command: Sequence[str]) -> tuple[int, str]:
        """Run a command of an image on a repository. Return its exit code and what it printed."""
        container = self.buildah("from", tag).strip()
        mounted = ["--isolation=chroot", f"--volume={repository}:/repository:ro", container]
        done = subprocess.run(
            ["buildah", *self._options, "run", *mounted, "--", *command],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def clear(self) -> None:
        """Unmount and delete everything."""
        self.buildah("umount", "--all")
        self.buildah("rm", "--all")
        self.buildah("rmi", "--all", "--force")


def _prove(store: _Store, folder: Path) -> None:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    epoch = int(_run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]))
    store.base()
    print("image-root: a root of Debian's packages stands in for the base image")
    one, other = (store.build(tag, epoch, version) for tag in ("one", "other"))
    root = store.tree("one")
    tree = entries(root)
    _refuse("two builds differ", differences(tree, entries(store.tree("other"))))
    if one["FromImageID"] != other["FromImageID"]:
        raise RootError("two builds have equal files and differ as images")
    _refuse("the image holds what it should not", faults(tree))
    late = [path for path, entry in tree.items() if entry.time > epoch]
    _refuse("files are younger than the commit", late)
    print(f"image-root: two builds are equal: {one['FromImageID']}, {len(tree)} entries")
    print(f"image-root: {size(root) / 1e6:.0f} MB; no compiler, pip, setuid or open file")
    _labelled(one, version)
    config = one["OCIv1"]["config"]
    if config["User"] != f"{USER}:{USER}":
        raise RootError(f"the image runs as {config['User']}")
    bill = json.loads((root / "opt/phiguard/share/sbom/phiguard.cdx.json").read_text())
    if bill["metadata"]["component"]["version"] != version:
        raise RootError("the bill of materials is of another version; run `make dist`")
    pod = folder / "phiguard-image-rehearsal"
    pod.mkdir()
    prove(Image(root, tuple(config["Env"]), tuple(config["Entrypoint"])), version, pod)
    print("image-root: with a read-only root, `serve` gets healthy and ends; `scan` finds a number")
    store.build("ci", epoch, version, "--target=ci")
    repository = folder / "repository"
    repository.mkdir()
    image_ci.prove(lambda command: store.run("ci", repository, command), repository)
    print("image-root: the target ci scans what git tracks, as a user that cannot write there")


def _labelled(image: dict[str, Any], version: str) -> None:
    labels = image["OCIv1"]["config"]["Labels"]
    prefix = "org.opencontainers.image."
    names = ("title", "description", "licenses", "version", "revision", "created")
    _refuse("labels are missing", [name for name in names if not labels.get(prefix + name)])
    if labels[f"{prefix}version"] != version:
        raise RootError("the label of the version is not the argument")


def _refuse(what: str, lines: Sequence[str]) -> None:
    if lines:
        raise RootError("\n  ".join([f"{what}:", *lines[:_SHOWN]]))


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RootError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

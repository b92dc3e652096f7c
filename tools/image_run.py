"""Runs an image's tree as the guard's pod would: with runc, and with what the pod template says.

The root is read-only, there are no capabilities and no network but loopback. What the pod mounts is
mounted, and nothing else can be written.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from extauthz.demo.certificates import Authority
from extauthz.demo.topology import GUARD
from mesh.istio.install.pod import template
from mesh.istio.installation import HEALTH_PORT, Installation
from tools.own_tests import ROOT

USER: Final = 10001
_PYTHON: Final = "/opt/phiguard/bin/python"
_SECONDS: Final = 300
"""How long the guard may take to start on a busy machine. The pod's probe allows 60 s."""
_WHO: Final = """
import os
for line in open("/proc/self/status"):
    if line.startswith("CapEff"):
        capabilities = int(line.split()[1], 16)
print(os.getuid(), os.getgid(), capabilities, bool(os.statvfs("/").f_flag & os.ST_RDONLY))
"""
_HEALTH: Final = f"""
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
with grpc.insecure_channel("127.0.0.1:{HEALTH_PORT}") as channel:
    asked = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
raise SystemExit(asked.status != health_pb2.HealthCheckResponse.SERVING)
"""
_SAMPLE: Final = '{"patient": {"name": "Ottoline Marsh", "ssn": "512-44-9031"}}'


class RunError(Exception):
    """The image does not run as the pod would run it. The text says what it did."""


@dataclass(frozen=True)
class Image:
    """An image: its tree, its environment, and what starts in it."""

    root: Path
    environment: tuple[str, ...]
    entrypoint: tuple[str, ...]


def prove(image: Image, version: str, folder: Path) -> None:
    """Run the image's command line and its guard. Raises RunError when one of them fails.

    Args:
        image: what to run.
        version: what `phiguard --version` must say.
        folder: an empty folder for what the pod mounts.
    """
    pod = _Pod(image, folder)
    said = pod.run([_PYTHON, "-c", _WHO])
    if said != f"{USER} {USER} 0 True\n":
        raise RunError(f"user, group, capabilities, read-only root: {said}")
    if (said := pod.run(["phiguard", "--version"])) != f"phiguard {version}\n":
        raise RunError(f"phiguard --version: {said}")
    # 1: something was found
    if "US_SOCIAL_SECURITY_NUMBER" not in (
        said := pod.run(["phiguard", "scan", "/etc/phiguard/sample.json"], 1)
    ):
        raise RunError(f"phiguard scan found no number: {said}")
    pod.serve()


class _Pod:
    """The container of the pod template, in runc."""

    def __init__(self, image: Image, folder: Path) -> None:
        self._image = image
        self._folder = folder
        self._container: dict[str, Any] = _container()
        self._fill()

    def run(self, arguments: Sequence[str], code: int = 0) -> str:
        """Run one program to its end. Return what it printed."""
        done = subprocess.run(
            self._command(arguments),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != code:
            raise RunError(f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def serve(self) -> None:
        """Run the pod's own command until it is healthy, then end it as a kubelet does."""
        arguments = [*self._image.entrypoint, *self._container["args"]]
        log = self._folder / "log"
        with log.open("wb") as output:
            guard = subprocess.Popen(
                self._command(arguments), stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        try:
            self._wait(guard)
            subprocess.run(["runc", "kill", self._name, "TERM"], check=True)
            code = guard.wait(_SECONDS)
        except (RunError, subprocess.SubprocessError) as error:
            raise RunError(f"serve: {error}\n{log.read_text()}") from error
        finally:
            subprocess.run(
                ["runc", "delete", "--force", self._name], capture_output=True, check=False
            )
        if code or not list((self._folder / "ledger").rglob("*.*")):
            raise RunError(f"serve ended with {code}, or wrote no ledger:\n{log.read_text()}")

    @property
    def _name(self) -> str:
        return self._folder.name

    def _wait(self, guard: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            if guard.poll() is not None:
                raise RunError(f"ended with {guard.returncode}")
            asked = ["runc", "exec", self._name, _PYTHON, "-c", _HEALTH]
            if not subprocess.run(asked, capture_output=True, check=False).returncode:
                return
            time.sleep(5)
        raise RunError("not healthy in time")

    def _fill(self) -> None:
        """Write what the pod's volumes hold, as its user may read it."""
        policy, ledger = self._folder / "policy", self._folder / "ledger"
        policy.mkdir()
        ledger.mkdir()
        shipped = yaml.safe_load((ROOT / "istio-config/guard/11-policy.yaml").read_text())
        for name, text in shipped["data"].items():
            (policy / name).write_text(text)
        (policy / "sample.json").write_text(_SAMPLE)
        Authority.create().issue(GUARD, self._folder / "istio-certs")
        for path in [
            ledger,
            *(self._folder / "istio-certs").rglob("*"),
            ledger.parent / "istio-certs",
        ]:
            subprocess.run(["chown", f"{USER}:{USER}", str(path)], check=True)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        bundle = self._folder / "bundle"
        shutil.rmtree(bundle, ignore_errors=True)
        bundle.mkdir()
        subprocess.run(["runc", "spec"], cwd=bundle, check=True)
        config = json.loads((bundle / "config.json").read_text())
        config["root"] = {"path": str(self._image.root), "readonly": True}
        config["process"] |= {
            "terminal": False,
            "user": {"uid": USER, "gid": USER},
            "args": list(arguments),
            "env": [*self._image.environment, *_variables(self._container)],
            "noNewPrivileges": True,
            "capabilities": {},
        }
        config["mounts"] += map(self._mount, self._container["volumeMounts"])
        (bundle / "config.json").write_text(json.dumps(config))
        return ["runc", "run", "--bundle", str(bundle), self._name]

    def _mount(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        path = asked["mountPath"]
        if asked["name"] == "tmp":
            kind: dict[str, Any] = {"type": "tmpfs", "source": "tmpfs"}
            return {"destination": path, "options": ["nosuid", "nodev", "size=16m"], **kind}
        rights = "ro" if asked.get("readOnly") else "rw"
        source = str(self._folder / asked["name"])
        return {"destination": path, "source": source, "options": ["bind", rights]}


def _container() -> dict[str, Any]:
    spec: Any = template(Installation("phiguard-system", "phiguard:rehearsal"))["spec"]
    (container,) = spec["containers"]
    return dict(container)


def _variables(container: Mapping[str, Any]) -> list[str]:
    given = {each["name"]: each.get("value", "phiguard-0") for each in container["env"]}
    return [f"{name}={value}" for name, value in given.items()]

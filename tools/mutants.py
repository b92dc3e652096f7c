"""Runs the tests against each mutant of the modules that decide what passes.

A mutant that no test notices is a survivor: it shows a line that no test protects. The module's own
test files run first (`own_tests`). When they pass, the wider files of its room run.
`mutants_accepted.toml` lists the survivors that mean the same as the original, each with its
reason. The exit code is 1 for a new survivor, or for an entry that no longer survives.

The work tree is copied once for each of two workers, and only the copies are changed. A worker
imports the third-party packages once and forks for each mutant, so a mutant costs its tests and not
a start of Python. A mutant that exceeds its time limit counts as noticed. Hypothesis draws the same
few examples each time, and does not shrink a failure.
"""

import argparse
import compileall
import contextlib
import importlib
import json
import os
import py_compile
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final, TextIO

from tools.mutation import Mutant, mutants
from tools.own_tests import PACKAGES, ROOT, OwnTests, modules

ACCEPTED: Final = Path(__file__).with_name("mutants_accepted.toml")
# the modules that decide, and the test files that run when a module's own tests pass
TARGETS: Final[dict[str, Sequence[str]]] = {
    "mesh/policy/": (
        "tests/mesh/policy",
        "tests/mesh/exchange",
        "tests/mesh/analysis/test_decision_tables.py",
    ),
    "mesh/exchange/": ("tests/mesh/exchange", "tests/extauthz/guard"),
    "phiscan/scanner.py": (
        "tests/phiscan/test_deadline.py",
        "tests/phiscan/test_recognizer.py",
        "tests/phiscan/test_memory.py",
        "tests/phiscan/test_arguments.py",
    ),
    "phiscan/engine.py": (
        "tests/phiscan/test_scanner.py",
        "tests/phiscan/test_deadline.py",
        "tests/phiscan/test_arguments.py",
    ),
    "phiscan/examination.py": (
        "tests/phiscan/test_deadline.py",
        "tests/phiscan/embedded/test_opaque.py",
        "tests/phiscan/embedded/test_escaped.py",
        "tests/phiscan/labelled/test_program_messages.py",
        "tests/phiscan/test_evasion.py",
    ),
    "phiscan/scan_context.py": ("tests/phiscan/test_scanner.py", "tests/phiscan/people"),
    "phiscan/evidence.py": ("tests/phiscan/test_scanner.py", "tests/phiscan/people"),
    "phiscan/verdict.py": ("tests/phiscan/test_scanner.py", "tests/phiscan/formats/fhir"),
    "extauthz/records/ledger/": (
        "tests/extauthz/records",
        "tests/extauthz/commands/audit/test_export.py",
    ),
}
_WORKERS: Final = 2
_LIMIT: Final = 20.0  # seconds, added to ten times the time on the unchanged module
_MEMORY: Final = 8 << 30
_THIRD_PARTY: Final = (
    "pytest",
    "hypothesis",
    "yaml",
    "lxml.etree",
    "hyperscan",
    "orjson",
    "simdjson",
    "brotli",
    "zstandard",
    "google.protobuf.message",
    "grpc.aio",
    "cryptography.x509",
    "opentelemetry.sdk.trace",
    "opentelemetry.sdk.metrics",
)
# The first failure is enough. Hypothesis is imported before pytest could rewrite its assertions,
# which does no harm here.
_PYTEST: Final = ("-x", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


class SetupError(Exception):
    """The tests fail on the unchanged module, or do not import it."""


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed."""

    module: str
    mutant: Mutant


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all mutants of the named modules, or of all targets. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("modules", nargs="*", help="paths of modules; all targets without")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.worker:
        return _work(sys.stdin, sys.stdout)
    # `sys.exit` removes the copies
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    targets = chosen.modules or [m for m in modules() if any(m.startswith(t) for t in TARGETS)]
    accepted: dict[str, dict[str, str]] = tomllib.loads(ACCEPTED.read_text())
    own = OwnTests()
    survivors: list[Survivor] = []
    with _workers() as workers, ThreadPoolExecutor(_WORKERS) as pool:
        for module in targets:
            try:
                survivors += _survivors(module, _rings(module, own), workers, pool)
            except SetupError as error:
                print(f"mutants: {error}", file=sys.stderr)
                return 2
    faults = judge(survivors, {module: accepted.get(module, {}) for module in targets})
    for fault in faults:
        print(fault)
    print(f"mutants: {len(survivors)} survive, {len(faults)} faults")
    return 1 if faults else 0


def judge(survivors: Sequence[Survivor], accepted: dict[str, dict[str, str]]) -> list[str]:
    """Return one line for each survivor that is not accepted, and each accepted non-survivor."""
    alive = {(survivor.module, survivor.mutant.name) for survivor in survivors}
    faults = [
        f"{survivor.module}:{survivor.mutant.line}: survives: {survivor.mutant.name}"
        for survivor in survivors
        if not accepted.get(survivor.module, {}).get(survivor.mutant.name)
    ]
    faults += [
        f"{module}: accepted, but does not survive: {name}"
        for module, names in accepted.items()
        for name in names
        if (module, name) not in alive
    ]
    return faults


def _rings(module: str, own: OwnTests) -> list[Sequence[str]]:
    wider = next((files for start, files in TARGETS.items() if module.startswith(start)), ())
    rings = [own.of(module), [path for path in wider if (ROOT / path).exists()]]
    return [ring for ring in rings if ring]


class _Worker:
    """One copy of the tree and the process that runs tests in it."""

    def __init__(self, folder: Path) -> None:
        self._tree = folder / "tree"
        self._copy()
        environment = os.environ | {
            "PYTHONPATH": str(self._tree),
            "TMPDIR": str(folder),
            "CI": "true",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.mutants", "--worker"],
            cwd=self._tree,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _copy(self) -> None:
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.check_output(listed, cwd=ROOT, text=True).split("\0"):
            if name and (ROOT / name).is_file():
                target = self._tree / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        # by hash, because a mutant may have the size and the time stamp of the source that it
        # replaces
        by_hash = py_compile.PycInvalidationMode.CHECKED_HASH
        for package in PACKAGES:
            compileall.compile_dir(self._tree / package, quiet=2, invalidation_mode=by_hash)

    def passes(self, module: str, source: str, tests: Sequence[str], limit: float) -> bool:
        """Whether the tests pass within the limit when the module has this source."""
        orders, answers = self._process.stdin, self._process.stdout
        if orders is None or answers is None:
            raise TypeError("a worker is started with pipes")
        path = self._tree / module
        original = path.read_bytes()
        path.write_text(source)
        try:
            orders.write(json.dumps([list(tests), limit]) + "\n")
            orders.flush()
            answer = answers.readline()
        finally:
            path.write_bytes(original)
        if not answer:  # a dead worker notices nothing
            raise SetupError("a worker ended before its tests did")
        return answer == "passed\n"

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@contextlib.contextmanager
def _workers() -> Iterator[SimpleQueue[_Worker]]:
    free: SimpleQueue[_Worker] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="m") as folder, contextlib.ExitStack() as stack:
        for number in range(_WORKERS):
            worker = _Worker(Path(folder, str(number)))
            stack.callback(worker.close)
            free.put(worker)
        yield free


def _survivors(
    module: str,
    rings: Sequence[Sequence[str]],
    workers: SimpleQueue[_Worker],
    pool: ThreadPoolExecutor,
) -> list[Survivor]:
    """Return the mutants of one module that pass all rings of tests, in source order."""
    source = (ROOT / module).read_text()
    if not rings:
        raise SetupError(f"{module} has no tests; name them in own_tests.toml")
    started = time.monotonic()

    def passes(changed: str, tests: Sequence[str], limit: float) -> bool:
        worker = workers.get()
        try:
            return worker.passes(module, changed, tests, limit)
        finally:
            workers.put(worker)

    limits = []
    for tests in rings:
        before = time.monotonic()
        if not passes(source, tests, 600):
            raise SetupError(f"{' '.join(tests)} fail before {module} is changed")
        limits.append(_LIMIT + 10 * (time.monotonic() - before))
    if passes("raise ImportError\n", rings[0], limits[0]):
        raise SetupError(f"{' '.join(rings[0])} do not import {module} from the copy")

    def survives(mutant: Mutant) -> bool:
        changed = mutant.of(source)
        return all(
            passes(changed, tests, limit) for tests, limit in zip(rings, limits, strict=True)
        )

    made = mutants(source)
    alive = [m for m, alive in zip(made, pool.map(survives, made), strict=True) if alive]
    seconds = time.monotonic() - started
    print(f"{module}: {len(made)} mutants, {len(alive)} survive, {seconds:.0f} s", flush=True)
    return [Survivor(module, mutant) for mutant in alive]


def _work(orders: TextIO, answers: TextIO) -> int:
    """Read one order per line, run its tests in a fork, and answer `passed` or `noticed`."""
    for name in _THIRD_PARTY:
        importlib.import_module(name)
    for order in orders:
        tests, limit = json.loads(order)
        child = os.fork()
        if not child:
            _run_tests(tests)
        answers.write("passed\n" if _passed(child, limit) else "noticed\n")
        answers.flush()
    return 0


def _run_tests(tests: Sequence[str]) -> None:
    """Start a process group, run the tests, and exit with their code. Never returns."""
    import pytest  # noqa: PLC0415 - only the worker needs it
    from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 - as above

    quick = settings(
        max_examples=40,
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    settings.register_profile("mutants", quick)
    settings.load_profile("mutants")
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    code = 1
    try:
        code = int(pytest.main([*tests, *_PYTEST]))
    finally:
        os._exit(code)


def _passed(child: int, limit: float) -> bool:
    """Wait for a child that leads a process group, then kill what is left of the group."""
    deadline = time.monotonic() + limit
    status = None
    while status is None and time.monotonic() < deadline:
        ended, code = os.waitpid(child, os.WNOHANG)
        if ended:
            status = os.waitstatus_to_exitcode(code)
        else:
            time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if status is None:
        os.waitpid(child, 0)
    return status == 0


if __name__ == "__main__":
    sys.exit(main())

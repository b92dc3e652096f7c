"""Branch coverage of each module by its own test files.

Coverage by the whole suite flatters: any test that scans a document runs half of `phiscan`. Here a
line counts only when the module is imported, or when a test of the module's own files (`own_tests`)
runs it.

The own test files run in two processes. Each test file is measured alone, and only in the modules
that it belongs to: tracing all modules takes four times as long. All modules are imported first and
measured separately, so that it does not matter which test imports a module first.

A room is a folder of modules. `coverage_floor.toml` holds a percentage for each room. A room below
its floor fails the run.
"""

import argparse
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import coverage
import pytest
from coverage.exceptions import CoverageWarning

from tools.own_tests import PACKAGES, ROOT, OwnTests, modules

FLOOR: Final = Path(__file__).with_name("coverage_floor.toml")
_IMPORTS: Final = "imports"
_WORST: Final = 10
_PROCESSES: Final = 2


@dataclass(frozen=True)
class Covered:
    """Statements and branches of a module or a room: all of them, and those that were reached."""

    reached: int
    all: int

    def __add__(self, other: "Covered") -> "Covered":
        return Covered(self.reached + other.reached, self.all + other.all)

    @property
    def percent(self) -> float:
        """0 to 100; 100 when there is nothing to reach."""
        return 100 * self.reached / self.all if self.all else 100.0


class _PartOfFile:
    """A pytest plugin: measures each test file alone, and saves it as a separate part."""

    def __init__(self, folder: Path, own: OwnTests) -> None:
        self._folder = folder
        self._tested: defaultdict[str, list[str]] = defaultdict(list)
        for module in modules():
            for test in own.of(module):
                self._tested[test].append(str(ROOT / module))
        self._current = ""
        self._measured: coverage.Coverage | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        test = item.path.relative_to(ROOT).as_posix()
        if test != self._current:
            self.save()
            self._current = test
            self._measured = _started(_part(self._folder, test), self._tested[test])
        return (yield)

    def save(self) -> None:
        """Stop, and write what was measured."""
        if self._measured:
            _saved(self._measured)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and compare with the floor or write it. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.own_coverage", description=__doc__)
    parser.add_argument("--write-floor", action="store_true", help="write coverage_floor.toml anew")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        return _measure(Path(chosen.measure[0]), chosen.measure[1:])
    own = OwnTests()
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder)
        tests = sorted({test for module in modules() for test in own.of(module)})
        if code := _measure_in_processes(parts, tests):
            print("coverage: tests failed; nothing was measured", file=sys.stderr)
            return code
        by_module = {module: _covered(parts, module, own.of(module)) for module in modules()}
    _print_modules(by_module, own)
    rooms = by_room(by_module)
    if chosen.write_floor:
        FLOOR.write_text(floor_text(rooms))
        print(f"coverage: wrote {FLOOR.relative_to(ROOT)}")
        return 0
    faults = below(rooms, tomllib.loads(FLOOR.read_text()) if FLOOR.exists() else {})
    for fault in faults:
        print(f"coverage: {fault}", file=sys.stderr)
    return 1 if faults else 0


def by_room(by_module: dict[str, Covered]) -> dict[str, Covered]:
    """Return the sums of each folder of modules, sorted."""
    rooms: defaultdict[str, Covered] = defaultdict(lambda: Covered(0, 0))
    for module, covered in by_module.items():
        rooms[Path(module).parent.as_posix()] += covered
    return dict(sorted(rooms.items()))


def floor_text(rooms: dict[str, Covered]) -> str:
    """Return the floor file: each room's percentage, rounded down."""
    head = "# Written by `make coverage-floor`: percent of statements and branches, by own tests.\n"
    return head + "".join(f'"{room}" = {int(room_.percent)}\n' for room, room_ in rooms.items())


def below(rooms: dict[str, Covered], floor: dict[str, int]) -> list[str]:
    """Return one line for each room that is below its floor, has no floor, or is gone."""
    faults = [
        f"{room} fell to {covered.percent:.1f} %; its floor is {floor[room]} %"
        for room, covered in rooms.items()
        if room in floor and covered.percent < floor[room]
    ]
    faults += [
        f"{room} has no floor; run `make coverage-floor`" for room in rooms if room not in floor
    ]
    faults += [
        f"{room} has a floor but no modules; run `make coverage-floor`"
        for room in floor
        if room not in rooms
    ]
    return faults


def _measure_in_processes(parts: Path, tests: Sequence[str]) -> int:
    """Measure all test files. Return the largest exit code of pytest."""
    # name the core, because the default depends on the Python version
    environment = os.environ | {"COVERAGE_CORE": "ctrace", "CI": "true"}
    running = []
    for number in range(_PROCESSES):
        command = [sys.executable, "-m", "tools.own_coverage", "--measure", str(parts)]
        share = tests[number::_PROCESSES]
        running.append(subprocess.Popen([*command, *share], cwd=ROOT, env=environment))
    return max([process.wait() for process in running])


def _measure(parts: Path, tests: Sequence[str]) -> int:
    """Measure these test files in this process. Return pytest's exit code."""
    imports = _started(
        _part(parts, f"{_IMPORTS}.{os.getpid()}"), [str(ROOT / m) for m in modules()]
    )
    for module in modules():
        name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        importlib.import_module(name)
    _saved(imports)
    plugin = _PartOfFile(parts, OwnTests())
    code = pytest.main([*tests, "-p", "no:cacheprovider"], plugins=[plugin])
    plugin.save()
    return int(code)


def _started(part: Path, files: Sequence[str]) -> coverage.Coverage:
    measured = coverage.Coverage(data_file=str(part), branch=True, config_file=False, include=files)
    measured.start()
    return measured


def _saved(measured: coverage.Coverage) -> None:
    measured.stop()
    with warnings.catch_warnings():
        # a test file need not reach its modules; that is what is measured
        warnings.simplefilter("ignore", CoverageWarning)
        measured.save()


def _part(folder: Path, name: str) -> Path:
    return folder / name.replace("/", ".")


def _covered(folder: Path, module: str, tests: Sequence[str]) -> Covered:
    parts = [*folder.glob(f"{_IMPORTS}.*"), *(_part(folder, test) for test in tests)]
    joined = coverage.Coverage(data_file=None, branch=True, config_file=False)
    joined.combine([str(part) for part in parts if part.exists()], keep=True)
    with redirect_stdout(io.StringIO()) as printed:
        joined.json_report([str(ROOT / module)], outfile="-")
    totals = json.loads(printed.getvalue())["totals"]
    reached = totals["covered_lines"] + totals.get("covered_branches", 0)
    return Covered(reached, totals["num_statements"] + totals.get("num_branches", 0))


def _print_modules(by_module: dict[str, Covered], own: OwnTests) -> None:
    orphans = [
        module
        for module, covered in by_module.items()
        if not own.of(module) and covered.percent < 100
    ]
    print("\nno own test file, and more than an import reaches:")
    for module in orphans:
        print(f"  {by_module[module].percent:5.1f} %  {module}")
    print(f"\nthe {_WORST} worst by their own tests:")
    worst = sorted(set(by_module) - set(orphans), key=lambda module: by_module[module].percent)
    for module in worst[:_WORST]:
        print(f"  {by_module[module].percent:5.1f} %  {module}  ({', '.join(own.of(module))})")
    print("\nby package:")
    for package in PACKAGES:
        total = sum((c for m, c in by_module.items() if m.startswith(f"{package}/")), Covered(0, 0))
        print(f"  {total.percent:5.1f} %  {package}")


if __name__ == "__main__":
    sys.exit(main())

"""Which test files belong to a module: its own test files.

The own test file of `phiscan/readers/tables/csv.py` is `tests/phiscan/readers/tables/test_csv.py`.
`own_tests.toml` lists the exceptions, each with its reason. `make coverage` and `make mutants` both
judge a module by these files.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("phiscan", "mesh", "atrest", "extauthz")
_TABLE: Final = Path(__file__).with_name("own_tests.toml")


class OwnTests:
    """The own test files of each module below one root. Paths are relative, with slashes.

    Raises:
        ValueError: the table names a module or a test file that does not exist, or no reason.
    """

    def __init__(self, root: Path = ROOT, table: Path = _TABLE) -> None:
        self._root = root
        self._exceptions: dict[str, Sequence[str]] = {}
        for module, entry in tomllib.loads(table.read_text()).items():
            for path in (module, *entry["tests"]):
                if not (root / path).is_file():
                    raise ValueError(f"{table.name} names `{path}`, which does not exist")
            if not entry.get("reason"):
                raise ValueError(f"{table.name} gives no reason for `{module}`")
            self._exceptions[module] = entry["tests"]

    def of(self, module: str) -> Sequence[str]:
        """Return the own test files of a module; empty when it has none."""
        if module in self._exceptions:
            return self._exceptions[module]
        path = Path(module)
        mirrored = Path("tests") / path.with_name(f"test_{path.name}")
        return [mirrored.as_posix()] if (self._root / mirrored).is_file() else []


def modules(root: Path = ROOT) -> list[str]:
    """Return each module of the product that holds code, sorted."""
    found = (path for package in PACKAGES for path in (root / package).rglob("*.py"))
    return sorted(path.relative_to(root).as_posix() for path in found if path.stat().st_size)

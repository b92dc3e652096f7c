"""The laboratory of all faults, started once, and the table of what each fault cost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("e2e.faults.judge", "e2e.faults.site")

from e2e.faults.judge import Row  # noqa: E402 - its assertions are rewritten above
from e2e.faults.site import Site, open_site  # noqa: E402

_ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture(scope="package")
def site(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(envoy, tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture
def rows(pytestconfig: pytest.Config) -> list[Row]:
    return pytestconfig.stash.setdefault(_ROWS, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    rows = config.stash.get(_ROWS, [])
    if not rows:
        return
    terminalreporter.section("faults: what failed from the fault to the recovery")
    width = max(len(row.name) for row in rows)
    terminalreporter.write_line(
        f"{'fault':<{width}} {'clean':>6} {'failed':>7} {'share':>6} {'marked':>7}"
        f" {'well after':>11}  ends of those that failed"
    )
    for row in rows:
        share = f"{row.failed / row.clean:.0%}" if row.clean else "-"
        terminalreporter.write_line(
            f"{row.name:<{width}} {row.clean:>6} {row.failed:>7} {share:>6} {row.marked:>7}"
            f" {row.recovered:>9.1f} s  {row.ends}"
        )

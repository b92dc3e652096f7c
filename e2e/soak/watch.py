"""Watches the processes of a guard during a soak: samples of each, and which came and went."""

from dataclasses import dataclass, field

from e2e.soak import processes
from e2e.soak.flatness import BOUNDS, Sample, TooFewError, Trend, trend
from e2e.soak.processes import Holding


@dataclass(slots=True)
class Process:
    """One process and its samples.

    Args:
        role: in the guard.
        samples: seconds since the start, with what it held.
    """

    role: str
    samples: list[tuple[float, Holding]] = field(default_factory=list)

    def series(self, quantity: str) -> list[Sample]:
        """Return the samples of one quantity of `BOUNDS`."""
        return [(at, _quantities(holding)[quantity]) for at, holding in self.samples]

    def trends(self) -> dict[str, Trend]:
        """Return the trend of each quantity. Raises TooFewError."""
        return {name: trend(self.series(name), bound) for name, bound in BOUNDS.items()}


class Watch:
    """All processes of one guard.

    Args:
        root: process id of `phiguard serve`.
        workers: its `--workers`.
    """

    def __init__(self, root: int, workers: int) -> None:
        self._root = root
        self._workers = workers
        self.processes: dict[int, Process] = {}
        self.gone: list[str] = []

    def sample(self, at: float) -> None:
        """Take one sample of each process. `at` is in seconds since the start."""
        roles = processes.tree(self._root, self._workers)
        for pid in self.processes.keys() - roles.keys():
            self.gone.append(self.processes.pop(pid).role)
        for pid, role in roles.items():
            try:
                held = processes.holding(pid)
            except OSError:  # it has just ended; the next sample shows that
                continue
            self.processes.setdefault(pid, Process(role)).samples.append((at, held))

    def together(self) -> tuple[float, float]:
        """Return RSS and PSS of all processes together, in MiB, by their last samples."""
        last = [each.samples[-1][1] for each in self.processes.values()]
        return sum(held.rss for held in last), sum(held.pss for held in last)

    def problems(self) -> list[str]:
        """Return what is not as it must be."""
        found = [f"a process ended: {role}" for role in self.gone]
        for pid, process in self.processes.items():
            try:
                trends = process.trends()
            except TooFewError as error:
                found.append(f"{process.role} {pid} cannot be judged: {error}")
                continue
            found += [
                f"{process.role} {pid}: {name} grew by {each.growth:.1f}, bound {each.bound:.1f}"
                for name, each in trends.items()
                if not each.is_flat
            ]
        return found

    def table(self) -> str:
        """Return one row for each process."""
        heads = "".join(f"{name:>14}{'growth':>9}{'bound':>8}" for name in BOUNDS)
        rows = [f"{'process':<18}{'pss MiB':>9}{heads}"]
        for process in self.processes.values():
            row = f"{process.role:<18}{process.samples[-1][1].pss:>9.1f}"
            try:
                for each in process.trends().values():
                    row += f"{each.median:>14.1f}{each.growth:>+9.1f}{each.bound:>8.1f}"
            except TooFewError:
                row += "  too few samples"
            rows.append(row)
        rss, pss = self.together()
        rows.append(f"{'together':<18}{pss:>9.1f}{rss:>14.1f}")
        return "\n".join(rows)


def _quantities(held: Holding) -> dict[str, float]:
    return {"rss MiB": held.rss, "descriptors": held.descriptors, "threads": held.threads}

"""Ray as the engine: the same units on a cluster that is already there.

Ray runs a task again when its node is lost, so a unit may be read twice. That does no harm, because
results are kept by unit. Credentials are not sent: each node has its own environment, and what Ray
is given it shows on its dashboard.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from atrest.detection import Detection
from extauthz.rest.schedule import Schedule
from extauthz.rest.task import Outcome, Task, lost, perform
from extauthz.rest.worker import Beat, Detectors

_RETRIES: Final = 3
_LOOK_SECONDS: Final = 1.0
_AHEAD: Final = 2
"""So many tasks for each CPU are given out at once, so that none waits for the next."""


class RayError(Exception):
    """There is no cluster. The text is one line that names the fix."""


class RayEngine:
    """A Ray cluster.

    Args:
        address: `ray://HOST:PORT` of a cluster's client server; `ray`: the one of this machine.
        detectors: that each process of the cluster compiles once.

    Raises:
        RayError: Ray is not installed, or there is no cluster at this address.
    """

    def __init__(self, address: str, detectors: Detectors) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise RayError("--engine ray: pip install 'phiguard[rest-ray]'") from None
        self._ray: Any = ray
        self._detectors = detectors
        try:
            ray.init(
                address="auto" if address == "ray" else address,
                log_to_driver=False,
                ignore_reinit_error=True,
            )
        # Ray raises what its transport raises; its text may hold an address and no more helps
        except Exception as error:  # noqa: BLE001 - one line in place of any of them
            raise RayError(
                f"{address}: no Ray cluster answers ({type(error).__name__}); "
                "start one with `ray start --head`, or name its client server"
            ) from None
        self._perform = ray.remote(max_retries=_RETRIES, num_cpus=1)(_perform)

    def run(self, schedule: Schedule, beat: Callable[[Beat], None]) -> Iterator[Outcome]:
        """Perform all tasks, and yield outcomes as they come.

        Args:
            schedule: which task is next.
            beat: called with what was read, and once a second.
        """
        running: dict[Any, tuple[Task, float]] = {}
        while True:
            while len(running) < self._room() and (task := schedule.next()) is not None:
                running[self._perform.remote(task, self._detectors)] = (task, time.monotonic())
            if not running:
                return
            ready, _ = self._ray.wait(list(running), timeout=_LOOK_SECONDS)
            beat(Beat(0, 0))
            for reference in ready:
                task, began = running.pop(reference)
                schedule.done(task)
                outcome = self._outcome(reference, task, began)
                beat(Beat(outcome.profile.rows, outcome.profile.bytes))
                yield outcome

    def _room(self) -> int:
        return _AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def _outcome(self, reference: object, task: Task, began: float) -> Outcome:
        try:
            outcome: Outcome = self._ray.get(reference)
        except self._ray.exceptions.RayError:
            return lost(task.unit, time.monotonic() - began)
        return outcome

    def close(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()


def _perform(task: Task, detectors: Detectors) -> Outcome:
    """Read one unit: what runs on the cluster."""
    return perform(task, _loaded(detectors), _nobody_looks)


def _nobody_looks(_: int, __: int) -> None:
    """What is read is known when the unit ends."""


@cache
def _loaded(detectors: Detectors) -> Detection:
    """Compile the detectors once in each process of the cluster."""
    return detectors.load()

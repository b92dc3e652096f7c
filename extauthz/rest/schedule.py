"""Which unit is next: sources take turns, and none is read over more connections than allowed."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from extauthz.rest.task import Task

AHEAD: Final = 100_000
"""So many units of a source are listed before they are read, for the time that is left."""


@dataclass(slots=True)
class Feed:
    """The tasks of one source.

    Args:
        source: its name.
        tasks: those to be read; listed as they are asked for.
        connections: how many of them may be read at once; 0: as many as there are workers.
    """

    source: str
    tasks: Iterator[Task]
    connections: int = 0
    ahead: deque[Task] = field(default_factory=deque, init=False)
    is_listed: bool = field(default=False, init=False)

    def fill(self) -> None:
        """List ahead."""
        while not self.is_listed and len(self.ahead) < AHEAD:
            task = next(self.tasks, None)
            if task is None:
                self.is_listed = True
            else:
                self.ahead.append(task)


class Schedule:
    """Gives out tasks.

    Args:
        feeds: one for each source.
    """

    def __init__(self, feeds: list[Feed]) -> None:
        self._feeds = deque(feeds)
        self._running: Counter[str] = Counter()

    def next(self) -> Task | None:
        """Return the next task, or None while no source may be read by one more."""
        for _ in range(len(self._feeds)):
            feed = self._feeds[0]
            self._feeds.rotate(-1)
            feed.fill()
            is_free = not feed.connections or self._running[feed.source] < feed.connections
            if feed.ahead and is_free:
                self._running[feed.source] += 1
                return feed.ahead.popleft()
        return None

    def done(self, task: Task) -> None:
        """A task that was given out has ended."""
        self._running[task.unit.source] -= 1

    @property
    def left(self) -> tuple[int, int, bool]:
        """Units and bytes that were listed and not given out, and whether those are all."""
        sizes = [max(0, task.unit.size) for feed in self._feeds for task in feed.ahead]
        return len(sizes), sum(sizes), all(feed.is_listed for feed in self._feeds)

"""Sums over the observations of one operation.

Both ends see the same message. So the sums are made for each vantage and direction, and the largest
counts.
"""

from collections import defaultdict

from mesh.message.facts import Direction, Vantage
from mesh.observed.observation import Observation
from phiscan.finding import Verdict


class CallSum:
    """The sums over all observations of one operation."""

    def __init__(self) -> None:
        self.routes: set[str] = set()
        self.phi = False
        self._messages: dict[tuple[Vantage, Direction], int] = defaultdict(int)
        self._kinds: dict[tuple[Vantage, Direction], dict[str, int]] = defaultdict(
            lambda: defaultdict(int)
        )
        self._open: dict[Direction, set[str]] = defaultdict(set)
        self._health: dict[Direction, set[str]] = defaultdict(set)
        self._media: dict[Direction, set[str]] = defaultdict(set)

    def add(self, observation: Observation) -> None:
        """Add one observation."""
        sighting, content = observation.sighting, observation.content
        side = sighting.vantage, sighting.direction
        self.routes.add(sighting.route)
        self._messages[side] += observation.count
        self._media[sighting.direction].update(content.media)
        if sighting.verdict is not Verdict.PHI:
            return
        self.phi = True
        self._health[sighting.direction].update(content.health)
        for name, count in content.identifiers.items():
            self._kinds[side][name] += count
            if content.masked.get(name, 0) < count:
                self._open[sighting.direction].add(name)

    @property
    def messages(self) -> int:
        """Messages of the busiest vantage and direction."""
        return max(self._messages.values(), default=0)

    def counts(self, direction: Direction) -> dict[str, int]:
        """The number of messages that held each identifier, by infoType."""
        sides = [kinds for (_, way), kinds in self._kinds.items() if way is direction]
        return {
            name: max(kinds.get(name, 0) for kinds in sides)
            for name in sorted({n for kinds in sides for n in kinds})
        }

    def unmasked(self, direction: Direction) -> set[str]:
        """Identifiers that at least one message carried unmasked."""
        return self._open[direction]

    def health(self, direction: Direction) -> set[str]:
        """Health information in messages with PHI."""
        return self._health[direction]

    def media(self, direction: Direction) -> set[str]:
        """What messages were read as, with and without PHI."""
        return self._media[direction]

    @property
    def names(self) -> tuple[str, ...]:
        """Identifiers of both directions, sorted."""
        return tuple(sorted({name for direction in Direction for name in self.counts(direction)}))

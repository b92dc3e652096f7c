"""Manners: what a store has to bear."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Manners:
    """How a store may be used.

    Args:
        rows_per_second: at most so many; 0: without limit.
        bytes_per_second: at most so many; 0: without limit.
        statement_seconds: a statement that takes longer is ended.
        lock_seconds: a lock that is waited for longer ends the read of a table.
        lag_seconds: a replica that is further behind is left alone; 0: without limit.
    """

    rows_per_second: float = 0
    bytes_per_second: float = 0
    statement_seconds: int = 300
    lock_seconds: int = 5
    lag_seconds: float = 60

    def share(self, readers: int) -> "Manners":
        """Return what each of so many readers at once may do."""
        return replace(
            self,
            rows_per_second=self.rows_per_second / readers,
            bytes_per_second=self.bytes_per_second / readers,
        )

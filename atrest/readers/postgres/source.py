"""A PostgreSQL database as a source: one unit a table, one connection, nothing but reads."""

from collections.abc import Iterator, Mapping, Sequence

from atrest.manners import Manners
from atrest.protection import Evidence, Protection, Shield
from atrest.readers.address import Address
from atrest.readers.postgres import catalogue, rows
from atrest.readers.postgres.address import addresses
from atrest.readers.postgres.session import Session
from atrest.readers.throttle import Pace
from atrest.source import Budget, Item, ReadError, Reason, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit

_STORAGE = Evidence("PostgreSQL", "does not know its disk", Shield.UNKNOWN)


class Postgres:
    """The tables of one database.

    Args:
        name: the source's name.
        addresses: where, and who: one for each server, of which a replica is read.
        manners: how it may be used.
    """

    def __init__(self, name: str, addresses: Sequence[Address], manners: Manners) -> None:
        self.name = name
        self._session = Session(addresses, manners)
        self._pace = Pace.of(manners)

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every table. Raises ReadError when the database cannot be asked."""
        with self._session.snapshot() as session:
            found = catalogue.units(session, self.name)
            has_large_objects = catalogue.has_large_objects(session)
        yield from found
        if has_large_objects:
            yield Unlisted(
                self.name, "pg_largeobject", Reason.NO_READER, "large objects are not read"
            )

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield the rows of a table, as they were at one moment. Raises ReadError."""
        with self._session.snapshot() as session:
            table = catalogue.table(session, unit.name)
            yield from rows.read(session, table, budget, self._pace)

    def protection(self, _: Unit) -> Protection:
        """What is known of the connection. Of its disk PostgreSQL knows nothing."""
        try:
            return Protection((_STORAGE,), (self._session.transport(),))
        except ReadError:
            return Protection((_STORAGE,))

    def close(self) -> None:
        """End the connection."""
        self._session.close()


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Postgres:
    """Open a database. Raises ReadError for credentials that cannot be read."""
    return Postgres(spec.name, addresses(spec, environ), manners)

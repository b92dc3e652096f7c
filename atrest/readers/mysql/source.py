"""MySQL or MariaDB as a source: one unit a table, one connection, nothing but reads."""

from collections.abc import Iterator, Mapping, Sequence

from atrest.manners import Manners
from atrest.protection import SERVERS_DISK, Protection
from atrest.readers.address import Address
from atrest.readers.mysql import catalogue, rows
from atrest.readers.mysql.address import addresses
from atrest.readers.mysql.session import Session
from atrest.readers.throttle import Pace
from atrest.source import Budget, Item, ReadError, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit

# The disk below may be encrypted, whatever the tablespace is.


class Mysql:
    """The tables of one database, or of all.

    Args:
        name: the source's name.
        addresses: where, and who: one for each server, of which a replica is read. Their
            database may be empty: all.
        manners: how it may be used.
    """

    def __init__(self, name: str, addresses: Sequence[Address], manners: Manners) -> None:
        self.name = name
        self._database = addresses[0].database
        self._session = Session(addresses, manners)
        self._pace = Pace.of(manners)

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every table. Raises ReadError when the server cannot be asked."""
        found: list[Unit] = []
        with self._session.snapshot() as session:
            names = [self._database] if self._database else catalogue.schemas(session)
            for schema in names:
                found += catalogue.units(session, self.name, schema)
        yield from sorted(found)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield the rows of a table, as they were at one moment. Raises ReadError."""
        with self._session.snapshot() as session:
            table = catalogue.table(session, unit.name)
            yield from rows.read(session, table, budget, self._pace)

    def protection(self, unit: Unit) -> Protection:
        """What InnoDB says of the table's file, and what is known of the connection."""
        try:
            connection = (self._session.transport(),)
        except ReadError:
            return Protection((SERVERS_DISK,))
        try:
            with self._session.snapshot() as session:
                found = catalogue.tablespace(session, unit.name)
        except ReadError:  # MySQL has no such table, and without PROCESS it may not be read
            found = None
        return Protection((SERVERS_DISK, *([found] if found else ())), connection)

    def close(self) -> None:
        """End the connection."""
        self._session.close()


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Mysql:
    """Open a server. Raises ReadError for credentials that cannot be read."""
    return Mysql(spec.name, addresses(spec, environ), manners)

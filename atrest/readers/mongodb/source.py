"""MongoDB as a source: one unit a collection, one connection, nothing but finds.

A collection up to a million documents is sampled by its keys: all keys are read, which needs the
index alone, some are chosen, and their documents are read. That is exactly uniform, and its seed
repeats it. A larger one is sampled by the server ($sample).
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from atrest.manners import Manners
from atrest.protection import SERVERS_DISK, Evidence, Protection, Shield
from atrest.readers.address import Address
from atrest.readers.mongodb.client import address, client
from atrest.readers.mongodb.documents import FETCH, as_items, pieces
from atrest.readers.mongodb.errors import FAILURES, UNKNOWN_STAGE, read_error
from atrest.readers.throttle import Pace
from atrest.readers.tls import SslMode
from atrest.sample import reservoir
from atrest.source import Budget, Item, Method, ReadError, Reason, Sampled, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

_SYSTEM: Final = frozenset(("admin", "config", "local"))
_PROFILE: Final = "system.profile"
"""Holds the queries that were asked, with their values."""
_MOST_KEYS: Final = 1_000_000
_ASKED: Final = 2_500
"""Keys in one question. Their documents are sent as they are read."""
# The disk below may be encrypted, whatever the server does.
_Documents = Iterable[RawBSONDocument]


class Mongodb:
    """The collections of one database, or of all.

    Args:
        spec: which.
        address: where, and who. Its database may be empty: all.
        manners: how it may be used.
    """

    def __init__(self, spec: Spec, address: Address, manners: Manners) -> None:
        self.name = spec.name
        self._spec = spec
        self._address = address
        self._manners = manners
        self._most_ms = manners.statement_seconds * 1000
        self._pace = Pace.of(manners)
        self._opened: MongoClient[RawBSONDocument] | None = None

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every collection. Views are left out: their documents lie in collections.

        Raises:
            ReadError: the server cannot be asked.
        """
        with self._asking() as server:
            names = [self._address.database] if self._address.database else _databases(server)
            found = [
                self._unit(server, database, str(collection["name"]))
                for database in names
                for collection in server[database].list_collections(
                    filter={"type": {"$ne": "view"}}, authorizedCollections=True, nameOnly=True
                )
                if not str(collection["name"]).startswith("system.")
                or collection["name"] == _PROFILE
            ]
        yield from sorted(found)

    def _unit(self, server: MongoClient[RawBSONDocument], database: str, name: str) -> Unit:
        rows = size = -1
        with contextlib.suppress(OperationFailure):  # a right that reading does not need
            found = server[database].command("collStats", name)
            # a time series has no count
            rows, size = int(found.get("count", -1)), int(found.get("size", -1))
        return Unit(self.name, f"{database}.{name}", UnitKind.COLLECTION, "", size, rows)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield the documents of a collection. Raises ReadError."""
        database, _, name = unit.name.partition(".")
        with self._asking() as server:
            if name not in server[database].list_collection_names(filter={"name": name}):
                raise ReadError(Reason.GONE)
            documents, method = self._chosen(server[database][name], budget)
            for some, weight in pieces(documents, self._pace.at_once(FETCH)):
                self._pace.take(len(some), weight)
                yield from as_items(some)
        yield Sampled(method, budget.seed)

    def _chosen(
        self, collection: Collection[RawBSONDocument], budget: Budget
    ) -> tuple[_Documents, Method]:
        """Return the documents to be read, and how they were chosen."""
        limits: dict[str, Any] = {"maxTimeMS": self._most_ms}
        has_all = not budget.rows or (
            collection.count_documents({}, limit=budget.rows + 1, **limits) <= budget.rows
        )
        if has_all:
            return collection.find(max_time_ms=self._most_ms, batch_size=FETCH), Method.ALL
        if collection.estimated_document_count(**limits) > _MOST_KEYS:
            try:
                stage = {"$sample": {"size": budget.rows}}
                return collection.aggregate([stage], batchSize=FETCH, **limits), Method.STORES
            except OperationFailure as error:
                if error.code not in UNKNOWN_STAGE:
                    raise
        return self._by_keys(collection, budget), Method.RANDOM

    def _by_keys(self, collection: Collection[RawBSONDocument], budget: Budget) -> _Documents:
        """Yield the documents at keys that are chosen among all, each with the same chance."""
        every = collection.find(
            projection={"_id": 1}, max_time_ms=self._most_ms, batch_size=10 * FETCH
        )
        chosen = reservoir(((each["_id"],) for each in every), budget.rows, budget.seed).rows
        for start in range(0, len(chosen), _ASKED):
            keys = [key for (key,) in chosen[start : start + _ASKED]]
            yield from collection.find(
                {"_id": {"$in": keys}}, max_time_ms=self._most_ms, batch_size=FETCH
            )

    def protection(self, _: Unit) -> Protection:
        """What the server says of its storage, and how it is reached."""
        is_plain = self._address.tls.mode is SslMode.DISABLE
        connection = Evidence(
            "TLS of the driver",
            self._address.tls.mode.value,
            Shield.DOWN if is_plain else Shield.UP,
        )
        try:
            with self._asking() as server:
                found = server.admin.command("serverStatus").get("encryptionAtRest")
        except ReadError:
            return Protection((SERVERS_DISK,), (connection,))
        if not isinstance(found, Mapping) or "encryptionEnabled" not in found:
            return Protection((SERVERS_DISK,), (connection,))
        is_on = bool(found["encryptionEnabled"])
        storage = Evidence(
            "serverStatus.encryptionAtRest",
            "encryptionEnabled" if is_on else "not encryptionEnabled",
            Shield.UP if is_on else Shield.DOWN,
        )
        return Protection((SERVERS_DISK, storage), (connection,))

    def close(self) -> None:
        """End the connection."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[MongoClient[RawBSONDocument]]:
        try:
            if self._opened is None:
                self._opened = client(self._address, self._spec, self._manners)
            yield self._opened
        except FAILURES as error:
            raise read_error(error) from None


def _databases(server: MongoClient[RawBSONDocument]) -> list[str]:
    return [name for name in server.list_database_names() if name not in _SYSTEM]


def open_source(spec: Spec, manners: Manners, environ: Mapping[str, str]) -> Mongodb:
    """Open a server. Raises ReadError for credentials that cannot be read."""
    return Mongodb(spec, address(spec, environ), manners)

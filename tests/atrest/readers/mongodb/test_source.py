"""On FerretDB: what is listed, how it is sampled, and what is known of its protection."""

import pytest
from pymongo import MongoClient
from reading import ALL, chosen, everything_said, opened, read, units

from atrest.protection import Shield
from atrest.readers.throttle import Pace, Throttle
from atrest.source import Budget, ReadError, Reason, Rows
from atrest.unit import Unit, UnitKind

MANY = 2_000


def unit(name):
    return Unit("", name, UnitKind.COLLECTION)


@pytest.fixture
def many(ferret):
    """A collection with many small documents, whose keys are their numbers."""
    with ferret.database("many") as database:
        database.t.insert_many([{"_id": n, "name": f"n{n}"} for n in range(MANY)])
        yield "many"


def test_collections_are_listed_with_their_size(ferret, source):
    with ferret.database("listed") as database:
        database["patient.notes"].insert_one({"mrn": 1})
        database.ward.insert_many([{"bed": 1}, {"bed": 2}])
        found = units(source("listed"))
        assert list(found) == ["listed.patient.notes", "listed.ward"]
        assert {each.kind for each in found.values()} == {UnitKind.COLLECTION}
        assert {each.version for each in found.values()} == {""}, "nothing honest exists"
        assert found["listed.ward"].rows == 2
        assert found["listed.ward"].size > 0
        assert read(source("listed"), "listed.patient.notes")[0][0]["mrn"] == 1


def test_without_a_database_all_are_listed(ferret, source):
    with ferret.database("one") as one, ferret.database("two") as two:
        one.t.insert_one({})
        two.t.insert_one({})
        assert list(units(source())) == ["one.t", "two.t"]


def test_fields_are_columns_and_what_is_within_them_is_json(ferret, source):
    with ferret.database("fields") as database:
        database.t.insert_many([
            {"_id": 1, "mrn": "A1", "address": {"city": "Lyon", "scan": b"%PDF-1.7"}},
            {"_id": 2, "name": "Ruiz", "tags": ["a", {"b": None}], "scan": b"%PDF-1.7"},
        ])  # fmt: skip
        mine = source("fields")
        pieces = [i for i in mine.read(unit("fields.t"), ALL) if isinstance(i, Rows)]
        assert [piece.columns for piece in pieces] == [
            ("_id", "mrn", "address", "name", "tags", "scan")
        ]
        assert pieces[0].rows == [
            [1, "A1", {"city": "Lyon", "scan": "JVBERi0xLjc="}, None, None, None],
            [2, None, None, "Ruiz", ["a", {"b": None}], b"%PDF-1.7"],
        ]


def test_every_document_of_a_small_collection_is_read(many, source):
    rows, method, unread = read(source(many), "many.t", Budget(rows=MANY))
    assert {row["_id"] for row in rows} == set(range(MANY))
    assert (method, unread) == ("all", [])


def test_a_sample_has_the_size_asked_for_and_its_seed_repeats_it(many, source):
    mine = source(many)
    first = chosen(mine, "many.t", "_id", rows=700, seed=7)
    assert len(first) == 700
    assert chosen(mine, "many.t", "_id", rows=700, seed=7) == first
    assert chosen(mine, "many.t", "_id", rows=700, seed=8) != first


def test_where_the_server_cannot_sample_its_keys_are_read(many, source, monkeypatch):
    monkeypatch.setattr("atrest.readers.mongodb.source._MOST_KEYS", 100)
    assert len(chosen(source(many), "many.t", "_id", rows=700, seed=7)) == 700


def test_the_oldest_and_the_newest_documents_have_the_same_chance(many, source):
    mine = source(many)
    ids = [n for seed in range(5) for n in chosen(mine, "many.t", "_id", rows=400, seed=seed)]
    tenths = [sum(n * MANY // 10 <= i < (n + 1) * MANY // 10 for i in ids) for n in range(10)]
    # 200 each with a standard deviation of 12
    assert all(140 < tenth < 260 for tenth in tenths)


@pytest.mark.parametrize("name", ["gone.t", "nowhere", "many.none"])
def test_a_collection_that_is_gone_says_so(many, source, name):
    items = source(many).read(unit(name), ALL)
    with pytest.raises(ReadError) as caught:
        next(items)
    assert caught.value.reason is Reason.GONE


def test_large_documents_come_in_small_pieces(ferret, source):
    with ferret.database("large") as database:
        database.t.insert_many([{"_id": n, "note": "x" * 1_500_000} for n in range(8)])
        mine = source("large")
        pieces = [i for i in mine.read(unit("large.t"), ALL) if isinstance(i, Rows)]
        assert [len(piece.rows) for piece in pieces] == [3, 3, 2]


def test_a_read_that_is_given_up_leaves_the_source_usable(many, source):
    mine = source(many)
    items = mine.read(unit("many.t"), ALL)
    next(items)
    items.close()
    assert len(read(mine, "many.t")[0]) == MANY


def test_rows_are_paced(many, source):
    mine, slept = source(many), []
    now = [0.0]

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    mine._pace = Pace(*(Throttle(rate, lambda: now[0], sleep) for rate in (100, 0)))
    pieces = [i for i in mine.read(unit("many.t"), ALL) if isinstance(i, Rows)]
    assert {len(piece.rows) for piece in pieces} == {100}
    assert sum(slept) == pytest.approx(MANY / 100)


def test_a_server_without_tls_and_without_encryption_says_neither(many, source):
    found = source(many).protection(unit("many.t"))
    assert (found.stored, found.carried) == (Shield.UNKNOWN, Shield.DOWN)


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_tls_reaches_a_server_that_it_trusts(ferret, many, mode):
    options = f"?sslmode={mode}&sslrootcert={ferret.certificate}"
    mine = opened(f"mongodb://localhost:{ferret.tls_port}/many{options}", {})
    assert list(units(mine)) == ["many.t"]
    assert mine.protection(unit("many.t")).carried is Shield.UP
    mine.close()


def test_a_server_that_nobody_vouches_for_is_refused(ferret, monkeypatch):
    monkeypatch.setattr("atrest.readers.mongodb.client._SECONDS", 2)
    mine = opened(f"mongodb://localhost:{ferret.tls_port}/x?sslmode=verify-full", {})
    with pytest.raises(ReadError) as caught:
        units(mine)
    assert caught.value.detail == "TLS: not trusted; sslrootcert=FILE names the authority"
    mine.close()


def test_a_server_that_is_not_there_is_unreachable_and_unknown(monkeypatch):
    monkeypatch.setattr("atrest.readers.mongodb.client._SECONDS", 1)
    mine = opened("mongodb://127.0.0.1:1/x", {})
    with pytest.raises(ReadError) as caught:
        units(mine)
    assert caught.value.reason is Reason.UNREACHABLE
    assert mine.protection(unit("x.y")).stored is Shield.UNKNOWN
    mine.close()


def test_a_wrong_password_is_refused_and_not_said(ferret):
    mine = opened(f"mongodb://me@127.0.0.1:{ferret.port}/x", {"MONGODB_PASSWORD": "wrong-canary"})
    with pytest.raises(ReadError) as caught:
        units(mine)
    assert "wrong-canary" not in everything_said(caught.value)
    mine.close()


def test_nothing_is_written(ferret, many, source):
    with MongoClient("127.0.0.1", ferret.port) as client:
        before = client.list_database_names(), client.many.list_collection_names()
        read(source(many), "many.t")
        source(many).protection(unit("many.t"))
        assert (client.list_database_names(), client.many.list_collection_names()) == before

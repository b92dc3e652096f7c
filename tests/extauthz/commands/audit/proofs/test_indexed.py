"""`audit prove ID` reads the index first, and believes nothing of it."""

import pytest

from extauthz.commands.audit.proofs import indexed
from extauthz.records.ledger import frames, housekeeping, id_index
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.id_index import IdIndex
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer

KEY = Signer("clinic.example/ledger", bytes(32))
COUNT = 40
SEARCHED = "no index names it; it was found by reading all records\n"


def identity(number, worker=0):
    return f"{((2 * number + worker + 1) * 2654435761) % 2**32:08x}{number:024x}"


def written(folder, worker=0):
    ledger = FileLedger(
        folder, worker, lambda: "2026-08-01T12:00:00.000000Z",
        signing=Signing(KEY), segment_bytes=4000,
    )  # fmt: skip
    index = IdIndex(folder, worker)
    for number in range(COUNT):
        ledger.append({"kind": "decision", "id": identity(number, worker)})
        index.grow()
    ledger.close()
    while index.grow():
        pass


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    monkeypatch.setattr(id_index, "PART_BYTES", 1500)
    monkeypatch.setattr(indexed, "PART_BYTES", 1500)
    monkeypatch.setattr(frames, "FRAME_BYTES", 700)


@pytest.fixture
def folder(tmp_path):
    written(tmp_path / "one", 0)
    written(tmp_path / "one", 1)
    written(tmp_path / "two", 0)
    return tmp_path


@pytest.fixture
def prove(phiguard, folder):
    """Prove a record. Return the number of the record, and whether all were searched."""

    def run(identity, *names):
        code, out, err = phiguard("audit", "prove", identity, *[folder / name for name in names])
        assert (code, err.count("\n")) == (0, int(bool(err)))
        assert not err or err.endswith(SEARCHED)
        (folder / "proof").write_text(out)
        code, told, _ = phiguard("audit", "verify-proof", folder / "proof", "--key", KEY.public)
        assert (code, f"id {identity}" in told) == (0, True)
        return int(told.split()[1]), bool(err)

    return run


def packed(folder):
    for worker in (0, 1):
        while housekeeping.pack_next(folder, worker):
            pass
    assert len(list(folder.glob("*.zst"))) > 3


@pytest.mark.parametrize("worker", [0, 1])
@pytest.mark.parametrize("packs", [False, True])
def test_each_record_is_found_without_a_search(prove, folder, worker, packs):
    if packs:
        packed(folder / "one")
    assert len(list((folder / "one").glob("ledger-0-*"))) > 2
    for number in range(COUNT):
        place, is_searched = prove(identity(number, worker), "one")
        assert number + 2 < place < number + 8  # behind `start` and `key`
        assert not is_searched


def test_of_replicas_each_has_its_own_index(prove):
    assert prove(identity(7, 1), "two", "one")[1] is False


def missing(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def torn(path):
    path.write_bytes(path.read_bytes()[:50])


def garbage(path):
    path.write_bytes(b"\xff" * 4000)


def of_another(path):
    path.write_bytes((path.parent / "ledger-1.ids").read_bytes())


def changed_places(path, change):
    """Change the list of positions in each block."""
    data = bytearray(path.read_bytes())
    at = 0
    while at < len(data):
        count = int.from_bytes(data[at + 24 : at + 28], "little")
        places = range(at + 36, at + 36 + 8 * count, 8)
        found = change([int.from_bytes(data[p : p + 4], "big") for p in places])
        for place, new in zip(places, found, strict=True):
            data[place : place + 4] = new.to_bytes(4, "big")
        at += 32 + 8 * count
    path.write_bytes(bytes(data))


def lines_of_others(path):
    changed_places(path, lambda places: [*places[1:], places[0]])


def within_lines(path):
    changed_places(path, lambda places: [place + 100 for place in places])


def beyond(path):
    changed_places(path, lambda places: [2**31 for _ in places])


@pytest.mark.parametrize(
    "spoil", [missing, empty, torn, garbage, of_another, lines_of_others, within_lines, beyond]
)
def test_an_index_that_says_nothing_or_what_is_wrong_costs_only_time(prove, folder, spoil):
    before = [prove(identity(number), "one")[0] for number in range(COUNT)]
    spoil(folder / "one" / "ledger-0.ids")
    found = [prove(identity(number), "one") for number in range(COUNT)]
    assert [place for place, _ in found] == before
    assert any(is_searched for _, is_searched in found)


def test_an_id_that_is_in_no_index_is_looked_for_everywhere(phiguard, folder):
    code, out, err = phiguard("audit", "prove", "0" * 32, folder / "one")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "no decision has this id" in err


def test_what_an_index_points_at_counts_only_with_its_own_hash(phiguard, folder):
    path = sorted((folder / "one").glob("ledger-0-*"))[0]
    wanted = identity(3)
    data = path.read_bytes()
    at = data.index(f'"id":"{wanted}"'.encode())
    begin = data.rindex(b"\n", 0, at) + 1
    path.write_bytes(data[:begin] + data[begin:].replace(b'"decision"', b'"decisioN"', 1))
    code, out, err = phiguard("audit", "prove", wanted, folder / "one")
    assert (code, out, "no decision has this id" in err) == (2, "", True)


def test_ids_of_another_form_are_searched(phiguard, tmp_path):
    ledger = FileLedger(tmp_path, 0, lambda: "2026-08-01T12:00:00.000000Z", signing=Signing(KEY))
    ledger.append({"kind": "decision", "id": "7"})
    ledger.close()
    code, _, err = phiguard("audit", "prove", "7", tmp_path)
    assert (code, err) == (0, f"phiguard: 7: {SEARCHED}")

import argparse
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.commands.audit import filters
from extauthz.commands.audit import search as search_module
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.search import Search
from extauthz.commands.audit.wanted import Condition, Wanted
from extauthz.records.ledger import frames
from extauthz.records.ledger.chain import ChainHead, seal, segment_name, unseal


def sealed(*records, head=None):
    data, head = b"", head or ChainHead()
    for record in records:
        line, head = seal(record, head)
        data += line
    return data


@pytest.fixture
def chain(tmp_path):
    def made(*times, worker=0, folder="a", **keys):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        records = [{"kind": "decision", "time": f"2026-11-{t}Z", **keys} for t in times]
        name = segment_name(worker, 1)
        (place / name).write_bytes(sealed(*records))
        return Chain(place, worker, (name,))

    return made


EARLY, MID, LATE = "01T00:00:00.000000", "01T23:59:59.999999", "02T00:00:00.000000"


def times(hits):
    return [hit.time[8:-1] for hit in hits]


def test_chains_of_many_folders_are_merged_by_time(chain):
    chains = [chain(EARLY, LATE), chain(MID, folder="b"), chain(MID, LATE, worker=1)]
    assert times(Search(Wanted()).over(chains)) == [EARLY, MID, MID, LATE, LATE]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("01T00:00:00.000000", "02T00:00:00.000000", [EARLY, MID]),
        ("01T00:00:00.000001", "02T00:00:00.000001", [MID, LATE]),
        ("01T23:00:00.000000", "01T23:59:59.999999", []),
        ("02T00:00:00.000000", "", [LATE]),
        ("", "01T23:59:59.999999", [EARLY]),
    ],
)  # fmt: skip
def test_a_period_holds_its_beginning_and_not_its_end_whatever_the_order(
    chain, since, until, expected
):
    # the clock jumped back before the last record
    of = chain(LATE, MID, EARLY)
    wanted = Wanted((), *(f"2026-11-{word}Z" if word else "" for word in (since, until)))
    assert sorted(times(Search(wanted).of(of))) == expected


def test_a_needle_elsewhere_in_the_line_is_no_hit(chain):
    of = chain(EARLY, reason="no", rules=["wanted"])
    asked = Condition((b'"wanted"',), lambda record: record["reason"] == "wanted")
    assert list(Search(Wanted((asked,))).of(of)) == []


DECIDED = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["decision", "start", 'decision"', "\\decision"]),
        "reason": st.sampled_from(["OK", "NO", "kind", 'OK","kind":"decision']),
        "time": st.sampled_from(["2026-11-01T00:00:00.000000Z", 'x"Z', "é", ""]),
        "audits": st.dictionaries(
            st.sampled_from(["kind", "reason", "time", "OK"]), st.sampled_from(["decision", "OK"])
        ),
    }
)


@given(st.lists(DECIDED, max_size=5), st.sampled_from([("decision",), ("start", "decision")]))
def test_what_the_bytes_tell_is_what_the_record_says(chain_of, records, kinds):
    asked = Wanted((filters.kinds(kinds), filters.exactly("reason", "OK")))
    found = list(Search(asked).of(chain_of(records)))
    whole = [unseal(line) for line in sealed(*records).splitlines()]
    wanted = [record for record in whole if asked.fits(record)]
    assert [hit.record for hit in found] == wanted
    assert [hit.time for hit in found] == [record["time"] for record in wanted]


SENT = st.fixed_dictionaries(
    {
        "kind": st.just("decision"),
        "source": st.sampled_from([None, "", "ehr", "eh", "e*", 'e"', "\\", "é", 3, ["ehr"]]),
        "rules": st.lists(st.sampled_from(["source", '"source":"ehr'])),
        "audits": st.dictionaries(st.just("source"), st.sampled_from(["ehr", ""])),
        "time": st.just("2026-11-01T00:00:00.000000Z"),
    }
)
PATTERNS = st.sampled_from(["*", "e*", "ehr*", "ehr", "eh", "e", "e**", "\\*", 'e"*', "é*", ""])


@given(st.lists(SENT, max_size=5), st.lists(PATTERNS, min_size=1, max_size=2))
def test_a_pattern_finds_in_the_bytes_what_it_names_in_the_records(chain_of, records, patterns):
    parser = argparse.ArgumentParser()
    filters.add_filters(parser)
    sources = [word for pattern in patterns for word in ("--source", pattern)]
    wanted = filters.wanted(parser.parse_args([*sources, "--principal", "*"]))
    whole = [unseal(line) for line in sealed(*records).splitlines()]
    matching = [record for record in whole if wanted.fits(record)]
    assert [hit.record for hit in Search(wanted).of(chain_of(records))] == matching
    alone = Wanted(tuple(each for each in wanted.conditions if each.key))
    matching = [record for record in whole if alone.fits(record)]
    assert [hit.record for hit in Search(alone).of(chain_of(records))] == matching


def test_a_source_that_may_be_any_is_told_without_its_record(chain, monkeypatch):
    monkeypatch.setattr(search_module, "parsed", lambda line: pytest.fail("parsed"))
    parser = argparse.ArgumentParser()
    filters.add_filters(parser)
    for pattern in ("*", "e*"):
        wanted = filters.wanted(parser.parse_args(["--source", pattern]))
        assert times(Search(wanted).of(chain(EARLY, source="ehr"))) == [EARLY]
        assert times(Search(wanted).of(chain(EARLY, source=None))) == []


@pytest.fixture(scope="session")
def chain_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")

    def made(records):
        (folder / segment_name(0, 1)).write_bytes(sealed(*records))
        return Chain(folder, 0, (segment_name(0, 1),))

    return made


def test_the_bytes_of_a_usual_line_tell_without_its_record(chain, monkeypatch):
    monkeypatch.setattr(search_module, "parsed", lambda line: pytest.fail("parsed"))
    asked = Wanted((filters.kinds(["decision"]), filters.exactly("reason", "OK")))
    assert times(Search(asked).of(chain(EARLY, LATE, reason="OK"))) == [EARLY, LATE]
    assert times(Search(asked).of(chain(EARLY, reason="NO"))) == []


def test_a_sealed_line_that_is_no_json_is_no_record(chain):
    of = chain(EARLY)
    line = b'"hash":"' + b"0" * 64 + b'",kind":"decision","time":"2026-11-01T00:00:00.000000Z"'
    digest = hashlib.sha256(line[74:]).hexdigest().encode()
    (of.folder / of.names[0]).write_bytes(line.replace(b"0" * 64, digest) + b"\n")
    assert list(Search(Wanted()).of(of)) == []


def test_a_line_that_somebody_changed_is_counted_and_a_torn_one_is_not(chain):
    of = chain(EARLY, MID, LATE)
    place = of.folder / of.names[0]
    one, two, three = place.read_bytes().splitlines(keepends=True)
    place.write_bytes(one + two.replace(b"decision", b"decisioN") + three[:40] + b"\n" + three)
    search = Search(Wanted())
    assert times(search.of(of)) == [EARLY, LATE]
    assert search.odd == {place: 1}


def test_a_segment_is_read_in_parts_and_its_torn_end_is_left_out(chain, monkeypatch):
    of = chain(EARLY, MID, LATE)
    place = of.folder / of.names[0]
    whole = place.read_bytes()
    place.write_bytes(whole + b'{"torn"')
    for size in (1, 7, len(whole) // 2, len(whole), len(whole) + 3):
        monkeypatch.setattr(frames, "FRAME_BYTES", size)
        assert b"".join(of.parts(of.names[0])) == whole
        assert times(Search(Wanted()).of(of)) == [EARLY, MID, LATE]


@given(st.lists(DECIDED, max_size=5))
def test_what_is_told_of_all_lines_is_what_is_told_of_each(records):
    for asked in (filters.kinds(["decision"]), filters.exactly("reason", "OK")):
        found = sealed(*records).splitlines()
        assert asked.told_of_all(found) <= all(asked.told(line) is True for line in found)
        wanted = Wanted((asked,))
        assert wanted.told_of(found) == list(map(wanted.told, found))

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from kept_units import EXPORT, LOCKED, PATIENTS, PLACES, SCAN, UNITS, WARDS, stored
from rest_catalogue import catalogue

from atrest.protection import Shield
from extauthz.commands.rest.page import sections, summary
from extauthz.commands.rest.page.page import Report, page
from extauthz.commands.rest.page.summary import Summary
from extauthz.rest.store import Run

CUT = replace(SCAN, profile=replace(SCAN.profile, gaps=Counter(["OVER_LIMIT"])))
ENDED = Run(1, "2026-11-30T08:00:00Z", "2026-11-30T08:30:00Z")


def counted(*units):
    found = Summary()
    for kept in units:
        found.take(kept)
    return found


def report(*units, places=(), runs=(ENDED,)):
    return page(Report("2026-11-30T09:00:00Z", "1.2.3", counted(*units), runs, places, ()))


def text_of(markup):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", "".join(markup)))


def test_each_source_is_told_with_its_units_and_how_they_are_stored():
    said = text_of(sections.sources(counted(*UNITS)))
    assert "s3://archive 1 1 0 1 0 0" in said
    assert "postgres://db.clinic/ehr 2 1 0 0 1 0" in said
    assert "file:///data 2 0 0 0 0 1" in said


def test_each_identifier_is_counted_once_a_unit():
    said = text_of(sections.identifiers(counted(*UNITS)))
    assert "s3://archive A name 1 s3://archive D phone 1" in said
    assert "postgres://db.clinic/ehr H medical record 1" in said


def test_units_with_phi_come_with_the_evidence_those_without_encryption_first():
    said = text_of(sections.protection(counted(*UNITS)))
    places = ["Not encrypted", "2019/XXX", "GetBucketEncryption: none (DOWN)", "Not known", "public.patient", "pg_stat_ssl: TLSv1.3 (UP)"]  # fmt: skip
    assert [said.index(place) for place in places] == sorted(said.index(p) for p in places)
    assert "letter.pdf" not in said  # identifiers without health context


def test_what_a_sample_says_is_a_bound():
    found = counted(*UNITS)
    assert "public.patient mrn MEDICAL_RECORD_NUMBER H very likely" in text_of(
        sections.columns(found)
    )
    assert ("postgres://db.clinic/ehr public.ward", 30, "0 % of all rows") in found.clean
    sampled = replace(WARDS, profile=replace(WARDS.profile, methods=Counter(["bernoulli"])))
    assert counted(sampled).clean[0][2] == "at most 10 % of rows at 95 %"


def test_what_was_not_read_is_told_with_its_reason():
    said = text_of(sections.not_read(counted(*UNITS), PLACES))
    assert "secret/=x.csv NOT_PERMITTED permission denied" in said
    assert "closed\u2028room".replace("\u2028", " ") in said
    assert "2019/XXX export.csv OVER_LIMIT" in said


@pytest.mark.parametrize(
    ("units", "css", "words"),
    [
        ([EXPORT], "broken", "without encryption: 1"),
        ([PATIENTS], "broken", "encryption is not known: 1"),
        ([LOCKED], "broken", "could not be read, where PHI may lie: 1"),
        ([CUT], "broken", "not seen whole, where PHI may lie: 1 (OVER_LIMIT 1)."),
        ([replace(PATIENTS, protection=stored(Shield.UP))], "holds", "is stored encrypted"),
        ([SCAN, WARDS], "holds", "No unit holds PHI"),
    ],
)
def test_the_first_sentence_is_the_worst_that_was_found(units, css, words):
    banner = re.search(r'<p class="(holds|broken)">([^<]*)</p>', report(*units))
    assert (banner[1], words in banner[2]) == (css, True)


@pytest.mark.parametrize(
    ("runs", "words"),
    [((), "Nothing was scanned yet"), ((replace(ENDED, ended=""),), "The last run did not end")],
)
def test_what_was_not_scanned_to_the_end_is_never_said_to_hold(runs, words):
    said = report(SCAN, runs=runs)
    assert 'class="holds"' not in said
    assert words in said


def test_lists_end_and_say_how_many_more_there_are():
    many = [replace(LOCKED, name=f"{number}.csv") for number in range(summary.KEPT + 7)]
    assert "and 7 more" in text_of(sections.not_read(counted(*many), ()))
    assert len(counted(*many).not_read) == summary.KEPT


def test_units_without_encryption_are_never_crowded_out():
    many = [replace(PATIENTS, name=f"t{number}") for number in range(summary.KEPT + 7)]
    assert "2019/XXX" in text_of(sections.protection(counted(*many, EXPORT)))


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_the_page_loads_nothing_runs_nothing_and_escapes_names():
    hostile = replace(EXPORT, name="<script>alert(1)</script>", source='s3://"><img src=x>')
    parser = Elements()
    parser.feed(report(hostile))
    names = {tag for tag, _ in parser.found}
    assert not names & {"script", "img", "link", "iframe", "a", "object"}
    assert not any(k.startswith("on") or k in ("src", "href") for _, a in parser.found for k in a)
    policy = [a["content"] for _, a in parser.found if a.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_what_changed_is_told_from_the_second_run_on(phiguard, tmp_path):
    more = replace(SCAN, protection=stored(Shield.DOWN), version="2")
    first = catalogue(tmp_path / "a", UNITS)
    second = catalogue(tmp_path / "b", UNITS, [*UNITS[:2], more, *UNITS[3:]])
    pages = [
        phiguard("rest", "report", "--format", "html", "--catalogue", folder)[1]
        for folder in (first, second)
    ]
    assert "There was no run before." in pages[0]
    assert "UNENCRYPTED file:///data scans/letter.pdf" in text_of(pages[1])

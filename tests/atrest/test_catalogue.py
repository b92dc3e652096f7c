"""Entries say what was found, how much of it, and what that claims."""

from collections import Counter

import pytest

from atrest.catalogue import Kept, claim_of, entries, is_exposed
from atrest.profile import Column, Hit, Profile
from atrest.protection import Evidence, Protection, Shield
from atrest.unit import UnitKind
from phiscan.finding import Likelihood, Subject

DOWN = Protection((Evidence("bucket", "none", Shield.DOWN),))


def hit(info_type, likelihood=Likelihood.LIKELY, path="", detector="prose"):
    return Hit(path, info_type, likelihood, Subject.PATIENT, detector)


def kept(profile, version="1", protection=DOWN):
    return Kept(
        "ab12", "sqlite:///a", "t", UnitKind.TABLE, version, "d1", profile, protection, "2026"
    )


def profile(hits, rows=100, **facts):
    column = Column(rows, rows, Counter(hits))
    return Profile(rows=rows, columns={"c": column}, verdicts=Counter(["phi"]), **facts)


def test_findings_of_one_infotype_are_one_entry():
    hits = {
        hit("PERSON_NAME"): 30,
        hit("PERSON_NAME", Likelihood.VERY_LIKELY, detector="csv_column"): 20,
        hit("PERSON_NAME", path="patient.name"): 5,
    }
    found = list(entries(kept(profile(hits, methods=Counter(["all"])))))
    assert [(e.field, e.hits, e.likelihood.name, e.detectors) for e in found] == [
        ("", 50, "VERY_LIKELY", ("csv_column", "prose")),
        ("patient.name", 5, "LIKELY", ("prose",)),
    ]
    assert found[0].claim.words == "50 % of all rows"


@pytest.mark.parametrize(
    ("likelihood", "count", "sure"),
    [
        (Likelihood.LIKELY, 1, True),
        (Likelihood.POSSIBLE, 1, False),
        (Likelihood.POSSIBLE, 10, False),
        (Likelihood.POSSIBLE, 11, True),
    ],
)
def test_what_is_only_possible_has_to_be_frequent(likelihood, count, sure):
    (found,) = entries(kept(profile({hit("PHONE_NUMBER", likelihood): count})))
    assert found.is_sure is sure


@pytest.mark.parametrize(
    ("facts", "least", "most"),
    [
        ({"methods": Counter(["all"])}, 0.0, 0.0),
        ({"methods": Counter(["bernoulli"])}, 0.0, 0.0295),
        # no bound follows from the first rows, or from what was not read whole
        ({"methods": Counter(["blocks"])}, 0.0, 1.0),
        ({"methods": Counter(["all"]), "unread": Counter(["GONE"])}, 0.0, 1.0),
        ({"methods": Counter(["bernoulli"]), "gaps": Counter(["OVER_LIMIT"])}, 0.0, 1.0),
    ],
)
def test_a_claim_is_only_what_follows(facts, least, most):
    found = claim_of(Profile(rows=100, **facts), 0, 100)
    assert (found.least, found.most) == pytest.approx((least, most), abs=1e-3)


@pytest.mark.parametrize(
    ("version", "unread", "final"),
    [
        ("1", [], True),
        ("", [], False),
        ("1", ["GONE"], False),
        ("1", ["NO_READER"], False),
        ("1", ["WORKER_LOST"], False),
        # these would be the same again
        ("1", ["ENCRYPTED"], True),
        ("1", ["MALFORMED"], True),
    ],
)
def test_what_may_mend_is_read_again(version, unread, final):
    assert kept(Profile(unread=Counter(unread)), version).is_final is final


def test_phi_that_is_known_to_lie_open_is_exposed():
    found = profile({hit("PERSON_NAME"): 90})
    assert is_exposed(kept(found))
    assert not is_exposed(kept(found, protection=Protection()))


def test_an_entry_as_json_has_these_keys_and_no_other():
    (found,) = entries(kept(profile({hit("PERSON_NAME"): 1})))
    assert set(found.to_json("A")) == {
        "source", "object", "key", "kind", "column", "field", "infoType", "identifier",
        "likelihood", "subject", "sure", "rowsSeen", "filled", "hits", "fractionLeast",
        "fractionMost", "verdict", "whole", "storage", "connection", "lastSeen", "detectors",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("info_type", "likelihood", "hits", "texts", "is_sure"),
    [
        ("PERSON_NAME", Likelihood.VERY_LIKELY, 1, 0, True),
        ("PERSON_NAME", Likelihood.LIKELY, 6, 0, False),
        ("PERSON_NAME", Likelihood.LIKELY, 6, 100, True),
        ("PERSON_NAME", Likelihood.LIKELY, 60, 0, True),
        ("PERSON_NAME", Likelihood.POSSIBLE, 6, 100, False),
        ("US_SOCIAL_SECURITY_NUMBER", Likelihood.LIKELY, 1, 0, True),
        ("US_SOCIAL_SECURITY_NUMBER", Likelihood.POSSIBLE, 1, 0, False),
        ("US_SOCIAL_SECURITY_NUMBER", Likelihood.POSSIBLE, 11, 0, True),
    ],
)
def test_a_column_holds_what_a_label_its_texts_or_most_of_its_cells_say(
    info_type, likelihood, hits, texts, is_sure
):
    column = Column(100, 100, Counter({hit(info_type, likelihood): hits}), Counter(), texts)
    (found,) = entries(kept(Profile(rows=100, columns={"a": column})))
    assert found.is_sure is is_sure

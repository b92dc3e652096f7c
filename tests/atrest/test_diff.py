"""What changed between two readings."""

import dataclasses
from collections import Counter

import pytest
from kept_units import kept, profile

from atrest.diff import Change, ChangeKind, changes
from atrest.protection import Evidence, Protection, Shield

UP = Protection((Evidence("x", "on", Shield.UP),))
DOWN = Protection((Evidence("x", "off", Shield.DOWN),))
NAME = Change(ChangeKind.NEW, "c", "PERSON_NAME")


def test_a_new_unit_holds_everything_anew():
    assert changes(None, kept(profile("PERSON_NAME"))) == [NAME]


def test_a_unit_that_is_gone_holds_nothing():
    assert changes(kept(profile("PERSON_NAME")), None) == [
        Change(ChangeKind.GONE, "c", "PERSON_NAME")
    ]


def test_a_column_changes_what_it_holds():
    before, after = kept(profile("PERSON_NAME")), kept(profile("PERSON_NAME", "US_NPI"))
    assert changes(before, after) == [Change(ChangeKind.NEW, "c", "US_NPI")]
    assert changes(before, before) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (UP, DOWN, ChangeKind.UNENCRYPTED),
        (Protection(), DOWN, ChangeKind.UNENCRYPTED),
        (DOWN, UP, ChangeKind.ENCRYPTED),
        # what can no longer be asked has not changed, as far as is known
        (UP, Protection(), None),
        (UP, UP, None),
    ],
)
def test_encryption_changes(before, after, kind):
    unit = kept(profile())
    found = changes(
        dataclasses.replace(unit, protection=before), dataclasses.replace(unit, protection=after)
    )
    assert [change.kind for change in found] == ([kind] if kind else [])


def test_the_verdict_changes():
    before, after = profile("PERSON_NAME"), profile("PERSON_NAME")
    worse = dataclasses.replace(after, verdicts=Counter(["phi"]))
    assert changes(kept(before), kept(worse)) == [Change(ChangeKind.VERDICT, "", "phi")]

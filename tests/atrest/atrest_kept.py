"""Units of a catalogue, for tests."""

from collections import Counter

from atrest.catalogue import Kept
from atrest.profile import Column, Hit, Profile
from atrest.protection import Protection
from atrest.unit import UnitKind
from phiscan.finding import Likelihood, Subject


def profile(*info_types, rows=100):
    """A table whose column `c` holds these infoTypes in every row."""
    hits = {
        Hit("", name, Likelihood.LIKELY, Subject.PATIENT, "csv_column"): rows for name in info_types
    }
    return Profile(rows=rows, columns={"c": Column(rows, rows, Counter(hits))})


def kept(found, *, key="ab12", source="sqlite:///a.db", name="t", version="1"):
    """A unit with this profile."""
    return Kept(
        key,
        source,
        name,
        UnitKind.TABLE,
        version,
        "d1",
        found,
        Protection(),
        "2026-11-30T08:00:00Z",
    )

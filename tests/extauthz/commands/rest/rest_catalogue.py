"""A catalogue on disk with the kept units of the tests."""

from kept_units import PLACES, UNITS

from extauthz.rest.folder import Folder
from extauthz.rest.store import Store

BEGAN = "2026-11-30T08:00:00Z"


def catalogue(path, *runs, places=PLACES):
    """Make a catalogue of runs, each a list of units, and return its folder."""
    folder = Folder(path)
    folder.make()
    store = Store(folder.database, create=True)
    for units in runs or (UNITS,):
        run = store.begin(BEGAN, "d1g3st")
        for kept in units:
            store.put(run, kept, "how", 1.0)
        for place in places:
            store.put_unlisted(run, place, place.name)
        store.end(run, BEGAN, {kept.source for kept in UNITS})
    store.close()
    return path

"""The sections of the page."""

from collections.abc import Iterator, Sequence
from typing import Final

from atrest.protection import Evidence, Shield
from atrest.source import Unlisted
from extauthz.commands.pages.html import Markup, element, table
from extauthz.commands.rest.page.summary import KEPT, Guarded, Summary
from extauthz.rest.store import Changed
from phiscan.identifiers import INFO_TYPES, Identifier

_TITLES: Final = {each.value: each.name.replace("_", " ").lower() for each in Identifier}
_STORED: Final = {
    Shield.DOWN: "Not encrypted",
    Shield.UNKNOWN: "Not known whether encrypted",
    Shield.UP: "Encrypted",
}


def sources(summary: Summary) -> Iterator[Markup]:
    """Yield what each source holds, and how it is stored."""
    yield table(
        ("source", "units", "with PHI", "encrypted", "not encrypted", "not known", "not read"),
        [
            (
                name,
                source.units,
                source.phi.total(),
                source.phi[Shield.UP],
                source.phi[Shield.DOWN],
                source.phi[Shield.UNKNOWN],
                source.not_read,
            )
            for name, source in sorted(summary.sources.items())[:KEPT]
        ],
        empty="No source was scanned.",
    )
    yield from _left_out(len(summary.sources))


def identifiers(summary: Summary) -> Iterator[Markup]:
    """Yield the units of each source by the identifiers that they hold, and all infoTypes."""
    rows = [
        (name, letter, _TITLES[letter], source.identifiers[letter])
        for name, source in sorted(summary.sources.items())
        for letter in sorted(source.identifiers)
    ]
    yield table(
        ("source", "class", "identifier, 45 CFR 164.514(b)(2)(i)", "units"),
        rows[:KEPT],
        empty="No identifier was found.",
    )
    yield from _left_out(len(rows))
    yield element("h3", "InfoTypes")
    yield table(
        ("infoType", "what it is", "columns and documents"),
        [
            (name, INFO_TYPES[name].title if name in INFO_TYPES else "of this organisation", count)
            for name, count in summary.info_types.most_common(KEPT)
        ],
        empty="None was found.",
    )


def protection(summary: Summary) -> Iterator[Markup]:
    """Yield the units with PHI by how they are stored, the least protected first."""
    if not summary.phi:
        yield element("p", "No unit holds PHI.")
    for shield, title in _STORED.items():
        if found := summary.guarded[shield]:
            yield element("h3", title)
            yield table(
                ("unit", "holds", "storage", "connection", "read"),
                [_guarded(each) for each in found],
                empty="",
            )
            yield from _left_out(summary.stored(shield))


def columns(summary: Summary) -> Iterator[Markup]:
    """Yield where what was found, and how many of all rows hold it."""
    yield element(
        "p",
        "A table is sampled. A range is a bound on all rows at 95 % (Clopper and Pearson), and "
        "speaks of rows in which the detectors would find something.",
        class_="soft",
    )
    yield table(
        ("unit", "column", "infoType", "class", "likelihood", "how much of it"),
        summary.columns,
        empty="Nothing was found.",
    )
    yield from _left_out(summary.column_count)


def clean(summary: Summary) -> Iterator[Markup]:
    """Yield the tables in which nothing was found, and what their sample says."""
    yield table(
        ("unit", "rows read", "rows that may hold something all the same"),
        summary.clean,
        empty="Something was found in every table.",
    )
    yield from _left_out(summary.clean_count)


def not_read(summary: Summary, places: Sequence[Unlisted]) -> Iterator[Markup]:
    """Yield what was not read, and why: PHI may lie there."""
    yield table(("unit", "reason", "detail"), summary.not_read, empty="Every unit could be opened.")
    yield from _left_out(summary.reasons.total())
    if places:
        yield element("h3", "Places that could not be listed")
        yield table(
            ("place", "reason", "detail"),
            [(f"{p.source} {p.name}", p.reason.value, p.detail) for p in places[:KEPT]],
            empty="",
        )
        yield from _left_out(len(places))
    if summary.partly:
        yield element("h3", "Not seen whole")
        yield table(("unit", "gap"), summary.partly, empty="")
        yield from _left_out(summary.partly_seen)


def changes(found: Sequence[Changed], runs: int) -> Iterator[Markup]:
    """Yield what the last run found changed."""
    if runs < 2:
        yield element("p", "There was no run before.")
        return
    yield table(
        ("change", "unit", "column", "what"),
        [
            (
                each.change.kind.value,
                f"{each.source} {each.name}",
                each.change.column,
                each.change.info_type,
            )
            for each in found[:KEPT]
        ],
        empty="The last run found nothing changed.",
    )
    yield from _left_out(len(found))


def _guarded(each: Guarded) -> tuple[str, str, str, str, str]:
    guarded = each.kept.protection
    return (
        f"{each.source} {each.name}",
        ", ".join(each.holds) or "a record as a whole",
        _evidence(guarded.storage),
        _evidence(guarded.connection),
        each.kept.read_at[:10],
    )


def _evidence(found: Sequence[Evidence]) -> str:
    """Return where a verdict was read."""
    said = "; ".join(f"{e.asked}: {e.answer} ({e.shield.value})" for e in found)
    return said or "nothing could be asked"


def _left_out(total: int) -> Iterator[Markup]:
    if total > KEPT:
        more = f"and {total - KEPT:,} more; `phiguard rest report --format csv` lists all"
        yield element("p", more, class_="soft")

"""The synthetic hospital: at least 60 tables and 600 columns, 40 % of them about individuals."""

from collections.abc import Iterator, Sequence
from typing import Final

from bench.eval.at_rest import nested
from bench.eval.at_rest.identifying import BY_NAME, KINDS, MISLEADING, Kind
from bench.eval.at_rest.made import Column, Style, Table, Truth
from bench.eval.at_rest.ordinary import BESIDE, TABLES
from bench.eval.at_rest.person import Person, people
from bench.eval.people import Invent

ROWS: Final = 300
_SPARSE_ROWS: Final = 600
_SPARSE_EVERY: Final = 100
_PERSONAL: Final = 9
"""Columns of individuals in a table of people."""
_BESIDE: Final = 4
_USELESS: Final = (Style.CODED, Style.MISLEADING)
_DOCUMENTS: Final = (
    (Style.JSON, "profile", nested.profile_json),
    (Style.JSON, "payload", nested.claim_json),
    (Style.FHIR, "resource", nested.fhir_patient),
    (Style.FHIR, "body", nested.fhir_condition),
    (Style.HL7, "message", nested.hl7_adt),
)


def hospital(seed: int) -> list[Table]:
    """Return its tables. Values, words and which columns stand together vary with the seed."""
    return [
        *_people(seed, Style.USEFUL, "en", 9),
        *_people(seed, Style.RUN, "en", 5),
        *(table for lang in ("fr", "de", "es") for table in _people(seed, Style.FOREIGN, lang, 3)),
        *_people(seed, Style.CODED, "en", 6),
        *_people(seed, Style.CODED, "de", 1),
        *_people(seed, Style.MISLEADING, "en", 4),
        *_documents(seed),
        *_sparse(seed),
        *_nobody(seed, coded=False),
        *_nobody(seed, coded=True),
    ]


def _people(seed: int, style: Style, language: str, count: int) -> Iterator[Table]:
    for number in range(count):
        invent = Invent(f"{seed} {style} {language} {number}")
        rows = people(invent, ROWS, language)
        kinds = _kinds(invent, language)
        names = list(MISLEADING)
        invent.rng.shuffle(names)
        columns = [
            *(
                _personal(
                    kind,
                    names.pop() if style in _USELESS else _name(kind, style, language, invent),
                    style,
                    rows,
                    invent,
                )
                for kind in kinds
            ),
            *_beside(invent, len(rows)),
        ]
        yield _table(
            f"{style.name.lower()}_{language}_{number}", columns, style, invent, is_phi=True
        )


def _kinds(invent: Invent, language: str) -> list[Kind]:
    """Choose what a table has of each person: a name and a date of birth, health, and more."""
    known = [kind for kind in KINDS if language == "en" or language in kind.foreign]
    name = [BY_NAME["full name"]]
    if invent.chance(0.4):
        name = [BY_NAME["given name"], BY_NAME["family name"]]
    health = [k for k in known if k.classes.startswith("+")]
    must = [*name, BY_NAME["birth date"], invent.pick(*health)]
    rest = [kind for kind in known if kind not in must and "name" not in kind.name]
    return must + invent.rng.sample(rest, _PERSONAL - len(must))


def _personal(
    kind: Kind, name: str, style: Style, rows: Sequence[Person], invent: Invent
) -> Column:
    is_bare = style in _USELESS and not kind.tells
    truth = Truth(kind.classes, Style.BARE if is_bare else style)
    return Column(name, [kind.value(person, invent) for person in rows], truth, kind.name)


def _name(kind: Kind, style: Style, language: str, invent: Invent) -> str:
    if style is Style.RUN:
        return invent.pick(*kind.run)
    return invent.pick(*(kind.useful if language == "en" else kind.foreign[language]))


def _beside(invent: Invent, rows: int) -> list[Column]:
    chosen = invent.rng.sample(sorted(BESIDE), _BESIDE)
    return [Column(n, [BESIDE[n](invent) for _ in range(rows)], None, n) for n in chosen]


def _documents(seed: int) -> Iterator[Table]:
    for style, name, cell in _DOCUMENTS:
        invent = Invent(f"{seed} {style} {name}")
        rows = people(invent, ROWS // 3, "en")
        values = [cell(person, invent) for person in rows]
        columns = [
            Column(name, values, Truth("+ABCDFHIR", style), style.value),
            *_beside(invent, len(rows)),
        ]
        yield _table(f"documents_{name}", columns, style, invent, is_phi=True)


def _sparse(seed: int) -> Iterator[Table]:
    for number in range(3):
        invent = Invent(f"{seed} sparse {number}")
        rows = people(invent, _SPARSE_ROWS, "en")
        values = [
            nested.note(person, invent) if place % _SPARSE_EVERY == 0 else nested.ticket(invent)
            for place, person in enumerate(rows)
        ]
        invent.rng.shuffle(values)
        truth = Truth("+ABCDFHIR", Style.SPARSE)
        name = invent.pick("comment", "remarks", "text", "description")
        columns = [Column(name, values, truth, "sparse"), *_beside(invent, len(rows))]
        yield _table(f"sparse_{number}", columns, Style.SPARSE, invent, is_phi=True)


def _nobody(seed: int, *, coded: bool) -> Iterator[Table]:
    for name, kinds in TABLES.items():
        invent = Invent(f"{seed} {name} {coded}")
        columns = [
            Column(label, [value(invent) for _ in range(ROWS)], None, f"{name}.{label}")
            for label, value in kinds.items()
        ]
        style = Style.CODED if coded else Style.USEFUL
        yield _table(f"{name}_{'x' if coded else 'a'}", columns, style, invent, is_phi=False)


def _table(
    name: str, columns: list[Column], style: Style, invent: Invent, *, is_phi: bool
) -> Table:
    """Put the columns in some order. Coded tables have numbers for names."""
    invent.rng.shuffle(columns)
    if style is Style.CODED:
        form = invent.pick("c_{}", "col{}", "F{:03d}", "attr_{}")
        columns = [
            Column(form.format(number), c.values, c.truth, c.kind)
            for number, c in enumerate(columns, 1)
        ]
    return Table(name, tuple(columns), is_phi)

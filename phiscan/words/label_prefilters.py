"""Hyperscan expressions for the labels of `phiscan.words.labels`.

A text in which none of them occurs has no label with a meaning, so nothing reads its labels.
"""

from collections.abc import Iterator

from phiscan.finding import Subject
from phiscan.words.label_vocabulary import NOISE, SUBJECTS, VOCABULARY
from phiscan.words.labels import SEPARATOR


def of_labels() -> Iterator[tuple[str, bool]]:
    """Hyperscan expressions for labels, with whether each is caseless.

    One of them occurs in every ASCII text that has a label with a meaning. A core of one short word
    needs a word boundary, or nearly every text would match. Camel case makes boundaries too.
    """
    for words in sorted(
        {core for *_, weak, cores in VOCABULARY for core in cores.split() if not weak} | {*SUBJECTS}
    ):
        parts = words.split("-")
        if len(parts) > 1 or len(words) > 6:
            yield SEPARATOR.join(parts), True
        else:
            yield rf"(?:^|[^a-z]){words}(?:$|[^a-z])", True
            own = f"{words}|{words.capitalize()}|{words.upper()}"
            yield rf"[a-z0-9](?:{own})(?:$|[^a-z])|(?:^|[^a-zA-Z])(?:{own})[A-Z]", False


def of_values() -> Iterator[tuple[str, bool]]:
    """Hyperscan expressions for JSON strings that are labels, with whether each is caseless.

    They match where `of_labels` does, if the rest of a string and the end of a value follow:
    `"columns": ["ssn"]`, `"field": "patient.ssn"`; not `"ssn": 1`. One of them occurs in every
    ASCII text in which a string without escapes is such a label. A weak core counts alone, or with
    a subject before it.
    """
    rest = r'[^"\\]*"\s*[,\]}]'
    for words in sorted(
        {core for *_, weak, cores in VOCABULARY for core in cores.split() if not weak}
    ):
        parts = words.split("-")
        if len(parts) > 1 or len(words) > 6:
            yield SEPARATOR.join(parts) + rest, True
        else:
            after = rf'(?:[^a-z"\\]{rest}|"\s*[,\]}}])'
            yield rf"[^a-z]{words}{after}", True
            own = f"{words}|{words.capitalize()}|{words.upper()}"
            yield rf"[a-z0-9](?:{own}){after}", False
            yield rf"[^a-zA-Z](?:{own})[A-Z]{rest}", False
    weak = "|".join(
        SEPARATOR.join(core.split("-"))
        for *_, is_weak, cores in VOCABULARY
        for core in cores.split()
        if is_weak
    )
    yield rf'(?:{"|".join(sorted(SUBJECTS))})[^"\\]{{0,12}}(?:{weak}){rest}', True
    noise = "|".join(sorted(NOISE))
    yield (
        rf'"(?:(?:{noise})[^a-z"]{{1,3}}){{0,6}}(?:{weak})'
        r'(?:[^a-z"\\][^"\\]{0,16})?"\s*[,\]}]',
        True,
    )
    patients = "|".join(w for w, subject in SUBJECTS.items() if subject is Subject.PATIENT)
    yield rf'[^a-z](?:{patients})"\s*[,\]}}]', True

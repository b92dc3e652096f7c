"""What a whole column says that a cell does not."""

import random

import pytest

from atrest import inference
from atrest.catalogue import Kept, entries
from atrest.examine import examine
from atrest.profile import Profile
from atrest.protection import Protection
from atrest.source import Budget, Method, Rows, Sampled
from atrest.unit import UnitKind
from phiscan.finding import Subject, Verdict

ROWS = 120
GIVEN = "Ana Bernd Carla Dieter Elena Fatima Gerald Helga Ivan Julia Kevin Laura".split()
FAMILY = "Ruiz Okafor Lindqvist Marsh Petrosyan Nakamura Doherty Vogel Appiah Sanz".split()


def people(seed=1):
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [
        f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}{chance.choice('aeiou')}"
        for _ in range(ROWS)
    ]


def days(first, last, seed=2):
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [
        f"{chance.randint(first, last)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        for _ in range(ROWS)
    ]


def picks(text, seed=3):
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [chance.choice(text.split("|")) for _ in range(ROWS)]


BORN = days(1931, 2012)
ICD = picks("E11.9|I10|J45.909|F32.1|S72.001A")
NPIS = ["1234567893", "1245319599", "1003000126", "1992711220"] * (ROWS // 4)
BEDS = [f"{chr(65 + n % 20)}{n % 10}{n % 7}" for n in range(ROWS)]


def told(**columns):
    """What is told of columns named `c_1`, `c_2`, ... by the names that the test gives them."""
    names = [f"c_{n}" for n in range(1, len(columns) + 1)]
    rows = list(zip(*columns.values(), strict=True))
    found = inference.labels(names, rows)
    return {name: found[n].text for n, name in enumerate(columns) if n in found}


def test_dates_over_a_life_beside_names_are_dates_of_birth():
    assert told(who=people(), day=BORN) == {"who": "full_name", "day": "birth_date"}


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (days(2019, 2025), "dates of some years are no lives"),
        (days(1930, 1955), "nobody was born later"),
        ([f"{each} 10:30:00" for each in BORN], "nobody keeps the minute of a birth"),
        ([*BORN[:-2], "n/a", "see note"], "not all are dates"),
    ],
)
def test_other_dates_beside_names_are_no_dates_of_birth(day, why):
    assert "day" not in told(who=people(), day=day), why


def test_dates_over_a_life_beside_nobody_are_dates_of_things():
    films = [f"The Last Station {n}" for n in range(ROWS)]
    assert told(title=films, released=BORN) == {}


def test_codes_count_beside_a_person_only():
    assert told(code=ICD, bed=BEDS) == {}
    assert told(who=people(), code=ICD)["code"] == "icd10"


def test_a_bed_looks_like_a_code_of_a_diagnosis_and_is_none():
    assert "bed" not in told(who=people(), bed=BEDS)


def test_names_beside_the_numbers_of_providers_are_providers():
    assert told(npi=NPIS, who=people()) == {"npi": "npi", "who": "provider_name"}


def test_names_with_a_title_are_providers():
    assert told(who=[f"{name}, MD" for name in people()]) == {"who": "provider_name"}


@pytest.mark.parametrize(
    "cells",
    [
        [f"SCN-{n:03d}" for n in range(ROWS)],
        [f"Kestrel Office Chair {n}" for n in range(ROWS)],
        picks("Victoria|Charlotte|Austin|Madison"),
        picks("Cardiology|Oncology|Surgery"),
    ],
)
def test_look_alikes_are_no_names(cells):
    assert told(other=cells, day=BORN) == {}


def test_few_cells_tell_nothing():
    rows = list(zip(people()[:15], BORN[:15], strict=True))
    assert inference.labels(("c_1", "c_2"), rows) == {}


def test_a_column_whose_name_says_what_it_is_is_not_judged_by_its_content():
    rows = [(name,) for name in people()]
    assert inference.labels(("account_number",), rows) == {}


def look(detection, names, columns):
    rows = list(zip(*columns, strict=True))
    profile, _ = examine(
        [Rows(names, rows), Sampled(Method.ALL)], detection, Budget(), lambda _, __: None
    )
    return Kept("", "", "t", UnitKind.TABLE, "", "", profile, Protection(), "")


def test_a_table_without_useful_names_is_phi_and_says_why(detection):
    kept = look(detection, ("c_1", "c_2", "c_3"), (people(), BORN, ICD))
    found = {entry.column: entry for entry in entries(kept) if entry.is_individuals}
    assert {name: entry.info_type for name, entry in found.items()} == {
        "c_1": "PERSON_NAME",
        "c_2": "DATE_OF_BIRTH",
        "c_3": "DIAGNOSIS",
    }
    assert found["c_2"].detectors == (inference.BIRTH_DATES,)
    assert found["c_2"].hits == ROWS
    assert found["c_3"].subject is Subject.PATIENT
    assert kept.verdict is Verdict.PHI
    assert {d for e in found.values() for d in e.detectors} <= inference.REASONS.keys()


def test_the_profile_holds_no_cell_and_no_name_that_was_put_in(detection):
    kept = look(detection, ("c_1", "c_2"), (people(), BORN))
    text = str(kept.profile.to_json())
    assert "birth_date" not in text.replace(inference.BIRTH_DATES, "")
    assert not any(cell in text for cell in (*people(), *BORN))


def test_order_and_pieces_do_not_matter(detection):
    one = look(detection, ("c_1", "c_2"), (people(), BORN)).profile
    other = look(detection, ("c_1", "c_2"), (people(7), days(1931, 2012, 8))).profile
    assert one + other == other + one
    assert one + Profile() == one


def test_a_name_that_is_a_value_is_hidden_though_another_stands_in_its_place(detection):
    names = ("Patient Ana Ruiz DOB 03/14/1958", "c_2", "c_3")
    kept = look(detection, names, (BORN, people(), ICD))
    assert "Ruiz" not in str(kept.profile.to_json())
    assert "column 1" in kept.profile.columns


def test_logs_and_lists_are_about_nobody(detection):
    addresses = [f"93.184.{n}.{n + 7}" for n in range(ROWS)]
    kept = look(detection, ("client_ip", "drug_name"), (addresses, ["metformin 500 mg"] * ROWS))
    assert {entry.info_type for entry in entries(kept)} >= {"IP_ADDRESS", "MEDICATION"}
    assert not any(entry.is_individuals for entry in entries(kept))
    assert kept.verdict is not Verdict.PHI


def test_codes_of_nobody_are_the_persons_beside_them(detection):
    kept = look(detection, ("ssn", "c_2"), ([f"51{n % 9}-44-{1000 + n}" for n in range(ROWS)], ICD))
    found = {e.column: e.info_type for e in entries(kept) if e.is_individuals}
    assert found == {"ssn": "US_SOCIAL_SECURITY_NUMBER", "c_2": "DIAGNOSIS"}

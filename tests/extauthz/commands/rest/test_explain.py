"""`phiguard rest explain`: shapes and their shares."""

from dataclasses import replace

from kept_units import PATIENTS, column, hit
from rest_catalogue import catalogue

from atrest.profile import Profile, Shape


def test_the_shares_of_shapes_are_those_of_their_infotype(tmp_path, phiguard):
    # a row may hold two numbers, each with its shape; another field may hold the same infoType
    phone, name = "PHONE_NUMBER", "PERSON_NAME"
    hits = {hit(phone): 100, hit(phone, field="work"): 20, hit(name): 50}
    shapes = {Shape(phone, "999-9999"): 90, Shape(phone, "+9"): 60, Shape(name, "Aa"): 50}
    unit = replace(PATIENTS, profile=Profile(rows=500, columns={"c": column(hits, shapes=shapes)}))
    folder = catalogue(tmp_path / "c", [unit])
    _, out, _ = phiguard("rest", "explain", "public.patient.c", "--catalogue", folder)
    looks = [line.strip() for line in out.splitlines() if "looks like" in line]
    assert looks == [
        "looks like `Aa` 100 %",
        "looks like `999-9999` 60 %, `+9` 40 %",
        "looks like `999-9999` 60 %, `+9` 40 %",
    ]

"""Vehicle identification numbers."""

import pytest

from phiscan.detectors import vehicle


@pytest.mark.parametrize("text", ["VIN 1M8GDM9AXKP042788", "vehicle: 5GZCZ43D13S812715"])
def test_finds_numbers_beside_a_label(values, text):
    assert values(vehicle, text) == [("VEHICLE_IDENTIFICATION_NUMBER", text.split()[-1])]


@pytest.mark.parametrize(
    "text", ["VIN: 1M8GDM9A0KP042788", "vin number 1M8GDM9A0KP042788", "VIN #WVWZZZ1JZ3W386752"]
)
def test_a_label_stands_in_for_a_check_digit_that_other_countries_do_not_have(values, text):
    assert values(vehicle, text) == [("VEHICLE_IDENTIFICATION_NUMBER", text.split()[-1].strip("#"))]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("build 1M8GDM9AXKP042788", "a random code of 17 passes one time in thirty"),
        (
            "vehicle 1M8GDM9A1KP042788",
            "the check digit is wrong, and no label says that it is a VIN",
        ),
        ("VIN 1M8GDM9AXKP04278", "sixteen characters"),
        ("VIN 1M8GDM9AXKP042O88", "the letter O is not used"),
        ("vin 11111111111111111", "digits only"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(vehicle, text) == [], reason

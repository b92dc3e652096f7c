"""Names that are the whole value of a key for a person."""

import pytest

import phiscan


def names(text):
    return [
        text.encode()[f.location.start : f.location.end].decode()
        for f in phiscan.scan(text.encode()).findings
        if f.info_type == "PERSON_NAME"
    ]


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ('{"subscriber": "Nkem Okafor", "dx": "M54.50"}', "Nkem Okafor", "people only"),
        ('{"donor": "Nkem Okafor", "dx": "I10"}', "Nkem Okafor", "a role of people"),
        ('{"client": "Walter Okafor", "dx": "I10"}', "Walter Okafor", "a given name"),
        ('{"patient": {"display": "Nkem Okafor"}, "dx": "I10"}', "Nkem Okafor", "as shown"),
        ('{"fromPatient": "Nkem Okafor", "dx": "I10"}', "Nkem Okafor", "who wrote"),
        ('{"pt": "Nkem Okafor", "dx": "I10"}', "Nkem Okafor", "an abbreviation"),
    ],
)
def test_a_key_for_people_names_them_where_health_is_spoken_of(text, name, why):
    assert names(text) == [name], why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"client": "Lakeside Imaging", "dx": "I10"}', "a company"),
        ('{"subscriber": "Nkem Okafor", "plan": "sports"}', "no word of health"),
        ('{"subscriber": "Nkem Okafor of Acme", "dx": "I10"}', "a sentence"),
        ('{"pharmacist": "Walter Okafor", "dx": "I10"}', "a provider"),
        ('{"pt": "Point of Origin", "dx": "I10"}', "no name"),
    ],
)
def test_other_values_are_no_names(text, reason):
    assert names(text) == [], reason


def test_the_element_of_a_person_names_them():
    text = "<visit><client>Walter Okafor</client><dx>I10</dx></visit>"

    assert names(text) == ["Walter Okafor"]

"""Names of units, there and back; what needs a server is tested with the source."""

import pytest

from atrest.readers.mysql.catalogue import parts_of, quoted, unit_name
from atrest.source import ReadError


@pytest.mark.parametrize(
    ("schema", "table", "name"),
    [
        ("ehr", "patient", "ehr.patient"),
        ("ehr", "Bed.Plan", "ehr.`Bed.Plan`"),
        ("a-b", "c`d", "`a-b`.`c``d`"),
        ("été", "x_1", "été.x_1"),
    ],
)
def test_a_name_leads_back_to_its_table(schema, table, name):
    assert unit_name(schema, table) == name
    assert parts_of(name) == (schema, table)


@pytest.mark.parametrize("name", ["", "t", "a.b.c", "`a.b", "a.", ".b"])
def test_what_is_no_name_leads_nowhere(name):
    with pytest.raises(ReadError):
        parts_of(name)


def test_a_quoted_name_cannot_end_its_quotes():
    assert quoted("a`; DROP") == "`a``; DROP`"

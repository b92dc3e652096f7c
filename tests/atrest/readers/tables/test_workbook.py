import io
from datetime import date

import pytest
from workbooks import Day, ods, ods_row, xlsx, xlsx_of

from atrest.readers import content, extras
from atrest.readers.content import Opened
from atrest.readers.tables import workbook
from atrest.source import Budget, Document, Item, Method, ReadError, Reason, Rows, Sampled

HEADER = ("mrn", "name", "dob")
ROWS = [HEADER, ("00123", "Ana Ruiz", Day(21258)), ("00124", "", Day(21259)), ("", "", "")]


def read(data: bytes, rows: int = 0) -> list[Item]:
    return list(workbook.read(io.BytesIO(data), Budget(rows=rows, seed=3)))


def test_each_sheet_is_a_table_with_its_name_and_dates_are_dates():
    found = read(xlsx({"Ward": ROWS, "Other": [("a", "b"), (1, 2.5)]}))
    assert found == [
        Rows(
            HEADER,
            [("00123", "Ana Ruiz", date(1958, 3, 14)), ("00124", None, date(1958, 3, 15))],
            "Ward",
        ),
        Sampled(Method.ALL, 3),
        Rows(("a", "b"), [(1, 2.5)], "Other"),
        Sampled(Method.ALL, 3),
    ]


def test_an_open_document_is_read_like_it():
    found = read(ods(ods_row("mrn", "name") + ods_row("00123", "Ana Ruiz")))
    assert found[0] == Rows(("mrn", "name"), [("00123", "Ana Ruiz")], "Ward")


def test_titles_stand_above_the_header():
    rows = [("Patients of the north ward", "", ""), ("", "", ""), *ROWS]
    (first, _) = read(xlsx({"Ward": rows}))
    assert isinstance(first, Rows)
    assert first.columns == HEADER
    assert len(first.rows) == 2


def test_a_sheet_without_a_header_is_no_table():
    assert read(xlsx({"Numbers": [(1, 2), (3, 4)], "One": [("x",), ("y",)]})) == []


def test_a_sample_is_drawn_over_the_whole_sheet():
    rows = [("n", "m"), *((n, n) for n in range(2000))]
    found = read(xlsx({"S": rows}), rows=100)
    numbers = [row[0] for item in found if isinstance(item, Rows) for row in item.rows]
    assert len(set(numbers)) == 100
    assert max(numbers) > 1800
    assert found[-1] == Sampled(Method.RANDOM, 3)


def test_a_workbook_that_would_take_too_much_memory_is_not_opened():
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(ReadError) as caught:
        read(xlsx_of({"S": corner}))
    assert caught.value.reason is Reason.OVER_LIMIT


def test_a_torn_workbook_is_malformed():
    with pytest.raises(ReadError) as caught:
        read(xlsx_of({"S": "<row><c></row>"}))
    assert caught.value.reason is Reason.MALFORMED


def items(data: bytes) -> list[Item]:
    return list(content.items(Opened(io.BytesIO(data), len(data)), Budget()))


def test_a_workbook_is_read_as_a_document_too_for_what_stands_in_no_cell():
    data = xlsx({"Ward": ROWS})
    found = items(data)
    assert isinstance(found[0], Rows)
    assert found[-1] == Document(data)


@pytest.mark.parametrize("broken", [xlsx_of({"S": "<row><c></row>"}), xlsx({"S": ROWS})[:-30]])
def test_a_workbook_that_its_library_cannot_read_is_a_document(broken: bytes):
    assert items(broken) == [Document(broken)]


def test_without_the_library_a_workbook_is_a_document(monkeypatch: pytest.MonkeyPatch):
    def missing(_: str) -> object:
        raise ModuleNotFoundError

    monkeypatch.setattr(extras, "import_module", missing)
    data = xlsx({"Ward": ROWS})
    assert items(data) == [Document(data)]

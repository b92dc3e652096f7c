import io

import pytest
from workbooks import ods, ods_row, xlsx, xlsx_of, zipped

from atrest.readers.tables import workbook_extent
from atrest.source import ReadError, Reason

EMPTY_END = (
    '<table:table-row table:number-rows-repeated="1048565">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)
"""What LibreOffice writes below the last row."""


def is_workbook(data: bytes) -> bool:
    return workbook_extent.is_workbook(io.BytesIO(data))


def reason_of(data: bytes) -> Reason:
    with pytest.raises(ReadError) as caught:
        workbook_extent.check(io.BytesIO(data))
    return caught.value.reason


def test_members_tell_a_workbook_and_no_name_does():
    assert is_workbook(xlsx({"S": []}))
    assert is_workbook(ods(""))
    assert not is_workbook(zipped({"word/document.xml": "", "content.xml": ""}))
    text = "application/vnd.oasis.opendocument.text"
    assert not is_workbook(zipped({"mimetype": text, "content.xml": ""}))


def test_a_file_that_was_looked_at_stands_at_its_beginning():
    file = io.BytesIO(xlsx({"S": []}))
    workbook_extent.is_workbook(file)
    assert file.tell() == 0
    workbook_extent.check(file)
    assert file.tell() == 0


def test_a_usual_sheet_is_no_bomb():
    workbook_extent.check(io.BytesIO(xlsx({"S": [(n, n) for n in range(5000)]})))
    workbook_extent.check(io.BytesIO(ods(ods_row("a", "b") * 100 + EMPTY_END)))


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(*["x"] * 10, repeated=1_000_000),
        ods_row("a") + EMPTY_END + ods_row(*["x"] * 10),
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'office:value-type="string" table:number-columns-repeated="16384"/></table:table-row>',
    ],
)
def test_a_sheet_that_says_too_many_cells_by_repeating_them_is_over_the_limit(rows: str):
    assert reason_of(ods(rows)) is Reason.OVER_LIMIT


def test_markup_that_unpacks_to_too_much_is_over_the_limit():
    assert reason_of(xlsx_of({"S": " " * (65 << 20)})) is Reason.OVER_LIMIT


def test_a_very_long_directory_is_not_read():
    data = zipped({f"{n}{'x' * 200}": "" for n in range(8000)})
    with pytest.raises(ReadError) as caught:
        is_workbook(data)
    assert caught.value.reason is Reason.OVER_LIMIT


@pytest.mark.parametrize("torn", [b"PK\x03\x04", b"", xlsx({"S": []})[:-10]])
def test_a_torn_archive_is_malformed(torn: bytes):
    assert reason_of(torn) is Reason.MALFORMED

"""Tables in XML: rows by the place of their cells, whatever their elements are called."""

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Coverage, Verdict

COLUMNS = ("ssn", "last_name", "diagnosis")
ROW = ("541278860", "Ruiz", "E11.9")


def each(pattern, values):
    return "".join(pattern.format(value) for value in values)


# The elements of the columns and of the cells, and the document around both.
TABLES = {
    "WebRowSet": (
        "<column-definition><column-index>1</column-index><column-label>{0}</column-label>"
        "<column-name>{0}</column-name><column-type>12</column-type></column-definition>",
        "<columnValue>{}</columnValue>",
        "<webRowSet xmlns='http://java.sun.com/xml/ns/jdbc'><metadata><column-count>3"
        "</column-count>{}</metadata><data><currentRow>{}</currentRow></data></webRowSet>",
    ),
    "DbUnit": (
        "<column>{}</column>",
        "<value>{}</value>",
        "<dataset><table>{}<row>{}</row></table></dataset>",
    ),
    "VOTable": (
        "<FIELD name='{}' datatype='char'/>",
        "<TD>{}</TD>",
        "<TABLE>{}<DATA><TABLEDATA><TR>{}</TR></TABLEDATA></DATA></TABLE>",
    ),
    "FileMaker": (
        "<FIELD EMPTYOK='YES' NAME='{}' TYPE='TEXT'/>",
        "<COL><DATA>{}</DATA></COL>",
        "<FMPXMLRESULT xmlns='http://www.filemaker.com/fmpxmlresult'><METADATA>{}</METADATA>"
        "<RESULTSET FOUND='1'><ROW RECORDID='1'>{}</ROW></RESULTSET></FMPXMLRESULT>",
    ),
    "SpreadsheetML 2003": (
        "<Cell><Data>{}</Data></Cell>",
        "<Cell><Data>{}</Data></Cell>",
        "<Workbook><Worksheet><Table><Row>{}</Row><Row>{}</Row></Table></Worksheet></Workbook>",
    ),
    "a list of columns": (
        "<c>{}</c>",
        "<v>{}</v>",
        "<result><heads>{}</heads><rows><row>{}</row></rows></result>",
    ),
}


def document(name, row=ROW, columns=COLUMNS):
    column, cell, around = TABLES[name]
    return around.format(each(column, columns), each(cell, row)).encode()


def values(data):
    report = phiscan.scan(data, content_type="application/xml")
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier
    }


@pytest.mark.parametrize("name", TABLES)
def test_a_row_is_read_by_its_columns(name):
    data = document(name)
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    assert not [value for value in ROW[:2] if value.encode() in masked]
    etree.fromstring(masked)


@pytest.mark.parametrize("name", TABLES)
def test_without_health_a_row_has_identifiers(name):
    data = document(name, ("541278860", "Ruiz", "x"), ("ssn", "last_name", "colour"))
    assert phiscan.scan(data).verdict is Verdict.IDENTIFIERS
    assert values(data) == {("US_SOCIAL_SECURITY_NUMBER", "541278860"), ("PERSON_NAME", "Ruiz")}


@pytest.mark.parametrize("name", TABLES)
def test_other_columns_are_nobodys(name):
    data = document(name, ("541278860", "Ruiz", "x"), ("total", "host", "colour"))
    assert values(data) - {("PHONE_NUMBER", "541278860")} == set()


def test_an_empty_cell_keeps_the_places():
    data = b"<r><c>last_name</c><c>x</c><c>ssn</c><row><v/><v>Ames</v><v>541278860</v></row></r>"
    assert values(data) == {("US_SOCIAL_SECURITY_NUMBER", "541278860")}


def test_a_cell_that_reads_as_a_label_makes_no_header():
    row = b"<row><v>541278860</v><v>phone</v></row>"
    data = b"<r><c>ssn</c><c>preferred</c>" + row + row.replace(b"8860", b"8861") + b"</r>"
    assert {value for _, value in values(data)} == {"541278860", "541278861"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            b"<form><labels><l>First name</l><l>Last name</l></labels>"
            b"<buttons><b>Save</b><b>Cancel</b></buttons></form>",
            "two lists of one length",
        ),
        (b"<t><c>first_name</c><c>x</c><row><v>Noor</v></row></t>", "another number of cells"),
        (
            b"<t><c>first_name</c><c>x</c><row><v>{{first}}</v><v>y</v></row></t>",
            "a template",
        ),
        (
            b"<schema><field name='ssn'/><field name='last_name'/>"
            b"<sizes><s>11</s><s>40</s></sizes></schema>",
            "a schema with the sizes of its columns",
        ),
        (
            b"<a><h><c>first_name</c><c>x</c></h><b><b><b><b><b><b><row><v>Noor</v><v>y</v></row>"
            b"</b></b></b></b></b></b></a>",
            "the columns stand too far away",
        ),
    ],
)
def test_a_look_alike_is_no_identifier(data, reason):
    assert values(data) == set(), reason

"""XML that names a value by an attribute, by an element beside it, or by a name with escapes."""

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Verdict
from phiscan.labelled.xml_names import decoded

PAIRS = (("ssn", "541278860"), ("last_name", "Ruiz"), ("diagnosis", "E11.9"))

# One field each, and the record around all.
RECORDS = {
    "MySQL": ("<field name='{0}'>{1}</field>", "<resultset><row>{}</row></resultset>"),
    "phpMyAdmin": ("<column name='{0}'>{1}</column>", "<pma><table>{}</table></pma>"),
    "column": ("<c column='{0}'>{1}</c>", "<r>{}</r>"),
    "columnName": ("<c columnName='{0}' value='{1}'/>", "<r>{}</r>"),
    "fieldName": ("<f fieldName='{0}'>{1}</f>", "<r>{}</r>"),
    "NAME": ("<DATUM NAME='{0}' VAL='{1}'/>", "<r>{}</r>"),
    "n": ("<d n='{0}'>{1}</d>", "<r>{}</r>"),
    "Solr": ("<str name='{0}'>{1}</str>", "<response><result><doc>{}</doc></result></response>"),
    "Solr, many values": ("<arr name='{0}'><str>{1}</str></arr>", "<result><doc>{}</doc></result>"),
    "SPARQL": (
        "<binding name='{0}'><literal>{1}</literal></binding>",
        "<results><result>{}</result></results>",
    ),
    "NetSuite": (
        "<customField internalId='{0}'><value>{1}</value></customField>",
        "<record><customFieldList>{}</customFieldList></record>",
    ),
    "pairs": ("<f><name>{0}</name><value>{1}</value></f>", "<fields>{}</fields>"),
    "pairs, the value first": ("<f><value>{1}</value><name>{0}</name></f>", "<fields>{}</fields>"),
    "pairs of longer names": (
        "<f><fieldName>{0}</fieldName><newValue>{1}</newValue></f>",
        "<fields>{}</fields>",
    ),
    "XML-RPC": (
        "<member><name>{0}</name><value><string>{1}</string></value></member>",
        "<methodResponse><struct>{}</struct></methodResponse>",
    ),
    "property list": ("<key>{0}</key><string>{1}</string>", "<plist><dict>{}</dict></plist>"),
    "OData": (
        "<d:{0}>{1}</d:{0}>",
        "<entry xmlns:d='u:d' xmlns:m='u:m'><m:properties>{}</m:properties></entry>",
    ),
    "DataSet": (
        "<{0}>{1}</{0}>",
        "<g:diffgram xmlns:g='u:g'><NewDataSet><Table g:id='Table1'>{}</Table></NewDataSet>"
        "</g:diffgram>",
    ),
}


def values(data):
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data, content_type="application/xml").findings
        if f.identifier
    }


def document(name, pairs=PAIRS):
    field, around = RECORDS[name]
    return around.format("".join(field.format(*pair) for pair in pairs)).encode()


@pytest.mark.parametrize("name", RECORDS)
def test_a_name_beside_or_around_a_value_is_its_label(name):
    data = document(name)
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    masked = phiscan.redact(data, report)
    assert not [value for _, value in PAIRS[:2] if value.encode() in masked]
    etree.fromstring(masked)


@pytest.mark.parametrize("name", RECORDS)
def test_without_health_they_are_identifiers(name):
    data = document(name, PAIRS[:2])
    assert phiscan.scan(data).verdict is Verdict.IDENTIFIERS
    assert values(data) == {("US_SOCIAL_SECURITY_NUMBER", "541278860"), ("PERSON_NAME", "Ruiz")}


# without XML-RPC, whose `member` may be one of a health plan
@pytest.mark.parametrize("name", sorted(RECORDS.keys() - {"XML-RPC"}))
@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ((("ssn.enabled", "true"), ("last_name.required", "yes")), "a configuration"),
        ((("ssn", "string"), ("last_name", "varchar(40)")), "a schema"),
        ((("ssn", "Social Security Number"), ("last_name", "Last name")), "a translation"),
        ((("colour", "Ruiz"), ("host", "Ames")), "labels of nothing"),
    ],
)
def test_a_look_alike_is_no_identifier(name, pairs, reason):
    assert values(document(name, pairs)) == set(), reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            b"<dict><key>last_name</key><true/><key>host</key><string>Ames</string></dict>",
            "the label of another value",
        ),
        (
            b"<dict><key>a</key><string>Ames</string><key>last_name</key><true/></dict>",
            "a value that has a name before it takes none behind it",
        ),
        (b"<r><input data-testid='last_name'>Save</input></r>", "the id of a test"),
        (b"<r><i className='last_name'>Save</i></r>", "a class"),
    ],
)
def test_a_value_has_no_label_of_another(data, reason):
    assert values(data) == set(), reason


def test_a_column_with_blanks_is_escaped_in_a_name():
    data = b"<r><Row Social_x0020_Security_x0020_Number='541278860' Last_x0020_Name='Ruiz'/></r>"
    assert values(data) == {("US_SOCIAL_SECURITY_NUMBER", "541278860"), ("PERSON_NAME", "Ruiz")}
    assert decoded("a_x20_b_x0020") == "a_x20_b_x0020"  # no escapes

"""JSON that lenient parsers accept: what it means, and that every byte keeps its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.readers.json import valid
from phiscan.syntax import json_lenient

PERSON = '"patientName":"Ines Okafor","mrn":"7741-22","diagnosis":"E11.9"'


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('{"a":NaN,"b":-Infinity,"c":INF}', {"a": 0, "b": 0, "c": 0}),
        ('{"a":None,"b":True,"c":undefined}', {"a": 0, "b": 0, "c": 0}),
        ('{"a":[1,2,],}', {"a": [1, 2]}),
        ('[1, // one\n2 # two\n, /* three */ ]', [1, 2]),
        ("{'a':'it\\'s \"b\"'}", {"a": "it 's 'b'"}),
        ('{"a":"x\ny\tz"}', {"a": "x y z"}),
        ('{"a":"\\ud83d","b":"\\ud83d\\ude00","c":"\\\\ud83d"}',
         {"a": " ", "b": "\U0001f600", "c": "\\ud83d"}),
        ('{"a":7.,"b":+1.,"c":.5,"d":0x1F,"e":1e999}', {"a": 0, "b": 0, "c": 0, "d": 0, "e": 0}),
        (")]}',\n[1]", [1]),
        ("for(;;);[1]", [1]),
        ('["//", "/* */", "#", "\'", ",]", "NaN"]', ["//", "/* */", "#", "'", ",]", "NaN"]),
    ],
)  # fmt: skip
def test_each_form_is_read_as_what_it_is(written, meant):
    text = json_lenient.rewritten(written.encode(), words=True)
    assert text is not None
    assert len(text) == len(written)
    assert json.loads(text) == meant
    assert valid(written.encode())


@pytest.mark.parametrize(
    "data",
    ['{"a":1}{"b":2}', '{"a":1} [2]\n"c" 4', '\x1e{"a":1}\n\x1e{"b":2}\n', '{"a":NaN}\n{"b":1,}'],
)
def test_documents_may_follow_each_other(data):
    assert valid(data.encode())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ('{"a":1} xyz', "a word behind the document"),
        ("[1,,2]", "some parsers see two items, some three"),
        ("{a:1}", "a name without quotes"),
        ('{"a":"\\x41"}', "another escape"),
        ('{"a":1 /* c', "a comment without an end"),
        ("{'a':'b}", "a string without an end"),
        ('{"a":nano}', "a word"),
        ('{"a":1.2.3}', "no number"),
        ('{"a":1}}', "a bracket too many"),
        ('{"a":1}]{"b":2}', "the wrong bracket"),
        ('{"a":1},{"b":2}', "a comma between documents"),
        ("// only a comment", "no document"),
        ("", "no document"),
    ],
)
def test_what_parsers_read_differently_or_not_at_all_is_no_json(data, why):
    assert not valid(data.encode()), why


@pytest.mark.parametrize(
    "data",
    [
        "{%s,\"x\":NaN}",
        "{%s,}",
        "{\"x\":1}{%s}",
        "\x1e{%s}\n\x1e{\"x\":1}\n",
        "{\"x\":1, // it's \"odd\n%s}",
        "{\"x\":1, /* \" */ %s}",
        "{\"x\":1 # \"\n, %s}",
        "{\"x\":'a \"quoted\" word', %s}",
        "{\"x\":\"a\nb\",%s}",
        "{\"x\":\"\\ud83d\",%s}",
        "{\"x\":[1,],%s,\"y\":+.5,}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("person", [PERSON, PERSON.replace('"', "'")])
def test_values_are_found_and_masked_in_each_form(data, person):
    whole = (data % person).encode()
    report = phiscan.scan(whole, content_type="application/json")
    assert (report.coverage, report.verdict) == (Coverage.COMPLETE, Verdict.PHI)
    masked = phiscan.redact(whole, report)
    assert b"Okafor" not in masked
    assert b"7741-22" not in masked
    assert valid(masked)


@pytest.mark.parametrize(
    "data",
    [
        b'{"x":1 /* ,"ssn":"541-27-8860" */, "diagnosis":"E11.9"}',
        b'{"x":1, // "ssn":"541-27-8860"\r"diagnosis":"E11.9"}',
        b'{"ssn":0541278860,"diagnosis":"E11.9"}',
        b"{'ssn':0541278860,'diagnosis':'E11.9'}",
        b'{"a":1 # \x0b\n,"ssn":"541278860","diagnosis":"E11.9"}',
    ],
)
def test_no_reading_hides_a_value(data):
    report = phiscan.scan(data, content_type="application/json")
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings} or report.gap


def test_a_mask_of_a_number_is_a_number_beside_a_comment():
    data = b'{"note": 1, // it\'s "odd\n"ssn": 541278860, "diagnosis": "E11.9"}'
    masked = phiscan.redact(data, phiscan.scan(data, content_type="application/json"))
    assert b'"ssn": 0,' in masked


@pytest.mark.parametrize("data", [b"[1,,2]", b"{a:1}", b'{"a":1} x'])
def test_what_is_declared_and_is_no_json_is_a_gap(data):
    assert phiscan.scan(data, content_type="application/json").gap is Gap.MALFORMED


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(_VALUES, st.booleans())
def test_whatever_python_writes_is_json(value, ascii_only):
    written = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    try:
        written.decode()
    except UnicodeDecodeError:
        return
    assert valid(written)
    text = json_lenient.rewritten(written, words=True)
    assert text is not None
    assert len(text) == len(written)


@given(st.text(alphabet="{}[]\"'\\,:/*# \n\r\x1eNaNu0d1-", max_size=24))
def test_a_rewritten_document_keeps_its_length(text):
    data = text.encode()
    for words in (True, False):
        found = json_lenient.rewritten(data, words=words)
        assert found is None or len(found) == len(data)
    phiscan.scan(data, content_type="application/json")

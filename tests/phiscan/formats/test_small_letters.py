"""HL7 v2 and X12 in small letters are found wherever their usual forms are found."""

import base64
import json
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import pytest

import phiscan

V2 = (
    "MSH|^~\\&|EHR|C|LAB|F|20260311||ADT^A08|M1|P|2.5.1\r"
    "PID|1||MRN-5530917^^^C^MR||Lindqvist^Maria||19611123|F|||||||||||541278860\r"
)
X12 = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260311*0930*^*00501*"
    "000000001*0*P*:~GS*HC*S*R*20260311*0930*1*X*005010X222A1~ST*837*0001~HL*2*1*22*0~SBR*P*18~"
    "NM1*IL*1*LINDQVIST*MARIA****MI*HPX20458831~DMG*D8*19611123*F~REF*SY*541278860~SE*6*0001~"
    "GE*1*1~IEA*1*000000001~"
)
WAYS = {
    "plain": lambda text: text,
    "log": lambda text: f"2026-03-11 09:30:00 INFO sent {text}\n",
    "json": lambda text: json.dumps({"body": text}),
    "json with words": lambda text: json.dumps({"message": f"got {text}"}),
    "json in json": lambda text: json.dumps({"a": json.dumps({"body": text})}),
    "xml": lambda text: f"<m><body>{escape(text)}</body></m>",
    "form": lambda text: urlencode({"id": "7", "body": text}),
    "url": lambda text: f"GET /submit?body={quote(text, safe='')} HTTP/1.1\n",
    "base64": lambda text: json.dumps({"body": base64.b64encode(text.encode()).decode()}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("document", [V2, X12], ids=["hl7v2", "x12"])
def test_small_letters_are_found_where_capitals_are(way: str, document: str) -> None:
    for text in (document, document.lower()):
        found = {f.info_type for f in phiscan.scan(WAYS[way](text).encode()).findings}
        assert {"US_SOCIAL_SECURITY_NUMBER", "PERSON_NAME", "DATE_OF_BIRTH"} <= found

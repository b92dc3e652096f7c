"""HL7 v2 in XML gives the findings of the same message with delimiters."""

from lxml import etree

import phiscan
from phiscan.finding import Subject, Verdict

XML = b"""<?xml version="1.0"?><ORU_R01 xmlns="urn:hl7-org:v2xml"><MSH><MSH.1>|</MSH.1>
<MSH.2>^~\\&amp;</MSH.2></MSH>
<ORU_R01.PATIENT_RESULT><ORU_R01.PATIENT><PID><PID.3><CX.1>K-88123</CX.1><CX.5>MR</CX.5></PID.3><PID.3><CX.1>512449031</CX.1>
<CX.5>SS</CX.5></PID.3><PID.5><XPN.1><FN.1>Haddad</FN.1></XPN.1><XPN.2>Noor</XPN.2></PID.5><PID.7><TS.1>19500211</TS.1></PID.7>
<PID.11><XAD.1><SAD.1>17 Quarry Lane</SAD.1></XAD.1><XAD.3>Alder Creek</XAD.3><XAD.5>12207</XAD.5>
</PID.11>
<PID.13><XTN.1>(518)555-0143</XTN.1></PID.13></PID></ORU_R01.PATIENT>
<ORU_R01.ORDER_OBSERVATION><OBR><OBR.16><XCN.1>1234567893</XCN.1><XCN.2><FN.1>Brandt</FN.1></XCN.2></OBR.16></OBR>
</ORU_R01.ORDER_OBSERVATION></ORU_R01.PATIENT_RESULT></ORU_R01>"""
ER7 = (
    b"MSH|^~\\&|\rPID|||K-88123^^^^MR~512449031^^^^SS||Haddad^Noor||19500211||||17 Quarry "
    b"Lane^^Alder Creek^^12207||(518)555-0143"
    b"\rOBR||||||||||||||||1234567893^Brandt"
)


def identifiers(data):
    return {
        (f.info_type, f.location.field, f.subject, data[f.location.start : f.location.end])
        for f in phiscan.scan(data).findings
        if f.identifier
    }


def test_elements_are_read_as_the_fields_with_delimiters_are():
    assert identifiers(XML) == identifiers(ER7)
    assert ("PERSON_NAME", "PID-5.1", Subject.PATIENT, b"Haddad") in identifiers(XML)
    report = phiscan.scan(XML)
    assert (report.media, report.verdict) == ("hl7v2+xml", Verdict.PHI)


def test_a_delimiter_within_a_value_moves_no_field():
    street = b"17|Quarry^Lane~A&amp;B"
    moved = {(k, f, s, street if v == b"17 Quarry Lane" else v) for k, f, s, v in identifiers(XML)}
    assert identifiers(XML.replace(b"17 Quarry Lane", street)) == moved


def test_fields_out_of_order_are_the_same_fields():
    phone = b"<PID.13><XTN.1>(518)555-0143</XTN.1></PID.13>"
    assert identifiers(
        XML.replace(phone, b"").replace(b"<PID><PID.3>", b"<PID>" + phone + b"<PID.3>")
    ) == identifiers(XML)


def test_redaction_leaves_well_formed_xml_without_identifiers():
    masked = phiscan.redact(XML, phiscan.scan(XML))
    etree.fromstring(masked)
    assert b"Haddad" not in masked
    assert phiscan.scan(masked).verdict is Verdict.HEALTH

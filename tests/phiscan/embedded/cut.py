"""Documents of several lines, for tests of logs that write each line as a record of its own."""

import json

PATIENT = json.dumps(
    {
        "resourceType": "Patient",
        "identifier": [{"system": "http://h.example/mrn", "value": "7730145"}],
        "name": [{"family": "Sandoval", "given": ["Rosa"]}],
        "birthDate": "1961-04-12",
    },
    indent=2,
)
CDA = """<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <recordTarget><patientRole>
    <id extension="7730145" root="1.2.3"/>
    <patient><name>
      <given>Rosa</given>
      <family>Sandoval</family>
    </name></patient>
  </patientRole></recordTarget>
</ClinicalDocument>"""
X12 = """ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*1000*^*00501*000000001*0*P*:~
GS*HC*S*R*20240102*1000*1*X*005010X222A1~
ST*837*0001*005010X222A1~
NM1*IL*1*Sandoval*Rosa****MI*W123456789~
DMG*D8*19610412*F~
CLM*A1*100***11:B:1*Y*A*Y*Y~
HI*ABK:E119~
SE*6*0001~
GE*1*1~
IEA*1*000000001~"""
HL7V2 = """MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5
PID|1||7730145^^^H^MR||Sandoval^Rosa||19610412|F
PV1|1|I|W^1^2"""
TABLE = """mrn,last_name,first_name,dob,icd10
7730145,Sandoval,Rosa,1961-04-12,E11.9
7730146,Sandoval,Luis,1950-02-11,I10"""
TABS = TABLE.replace(",", "\t")
NODE = """{
  resourceType: 'Patient',
  id: 'p1',
  name: [ { family: 'Sandoval', given: [Array] } ],
  birthDate: '1961-04-12'
}"""
DOCUMENTS = {
    "fhir": PATIENT, "cda": CDA, "x12": X12, "hl7v2": HL7V2, "csv": TABLE, "tabs": TABS, "node": NODE,
}  # fmt: skip

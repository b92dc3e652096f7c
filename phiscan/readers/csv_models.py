"""The published data models of tables, each with the columns that show it and what its other columns hold.

Sources: Synthea's CSV data dictionary; CMS Research Identifiable Files, DE-SynPUF and CCLF record layouts; OMOP CDM 5; PCORnet CDM 6;
i2b2's star schema; MIMIC-III and IV, eICU; CDISC SDTM; VAERS; CDC's vaccine reporting (CVRS); Epic Clarity, Cerner Millennium, VA CDW and
OpenEMR table definitions. The last ones are no standard: how payers and hospitals name claims, members and visits.
"""

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from phiscan.finding import Subject
from phiscan.words.labels import RULES, Rule, is_masked

_NOTHING: Final = frozenset(
    ("", "0", "na", "n/a", "nan", "none", "null", "nil", "unknown", "false", "true", ".")
)
_LONGEST_KEY: Final = 80


def _key(value: str) -> bool:
    """Whether a cell can be a key: keys of one digit are keys too."""
    return (
        len(value) <= _LONGEST_KEY
        and value.strip().lower() not in _NOTHING
        and not is_masked(value)
    )


def _numbers(info_type: str) -> Rule:
    return Rule(info_type, _key, Subject.PATIENT)


RULE_OF_KIND: Final = MappingProxyType(
    {
        "patient": _numbers("PATIENT_REFERENCE"),
        "code": _numbers("UNIQUE_CODE"),
        "member": _numbers("HEALTH_PLAN_BENEFICIARY_NUMBER"),
        "record": _numbers("MEDICAL_RECORD_NUMBER"),
        "account": _numbers("ACCOUNT_NUMBER"),
        "licence": _numbers("US_DRIVERS_LICENSE_NUMBER"),
        "passport": _numbers("US_PASSPORT"),
        "device": _numbers("DEVICE_IDENTIFIER"),
        **{
            name: replace(RULES[core], subject=Subject.PATIENT)
            for name, core in {
                "name": "fullname", "birth": "dateofbirth", "death": "dateofdeath", "ssn": "ssn", "street": "streetaddress", "city": "city",
                "zip": "zip", "phone": "phone", "email": "email", "date": "servicedate", "place": "latitude",
            }.items()
        },
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataModel:
    """One data model.

    Args:
        signatures: a line each: names of columns (`a/b`: one of them) all of which a header has;
            one signature is enough.
        columns: a line each: a kind of `RULE_OF_KIND` and the names of columns that are of it.
        dates: matches names of further columns that are dates of care.
        health: what a row is.
    """

    signatures: str
    columns: str
    dates: str = "(?!)"
    health: str = "PATIENT_RECORD"

    def lines(self) -> list[list[frozenset[str]]]:
        """The signatures, each a list of alternatives."""
        text = re.sub(r"/\s+", "/", self.signatures)
        return [
            [frozenset(part.split("/")) for part in line.split()]
            for line in text.splitlines()
            if line.strip()
        ]

    def rules(self) -> dict[str, Rule]:
        """The rule of each column."""
        pairs = (line.split(":") for line in self.columns.splitlines() if line.strip())
        return {name: RULE_OF_KIND[kind.strip()] for kind, names in pairs for name in names.split()}


DATA_MODELS: Final = (
    DataModel(  # Synthea
        signatures="""
            birthdate deathdate drivers passport
            patient encounter code/seriesuid/date/start
            patient encounterclass start
            patient memberid planownership/startdate
            patientid primarypatientinsuranceid
            claimid chargeid patientid
        """,
        columns="""
            patient: patient patientid id
            birth: birthdate
            death: deathdate
            ssn: ssn
            licence: drivers
            passport: passport
            name: first middle last maiden ownername
            street: address streetaddress1 streetaddress2
            city: city county
            zip: zip postal
            place: lat lon
            member: memberid
            device: udi
        """,
        dates=r"start|stop|date|(?:start|end|from|to|service|currentillness|lastbilled)date\d?",
    ),
    DataModel(  # CMS: beneficiaries and claims
        signatures="""
            desynpufid
            beneid
            benelinkkey
            msisidentnum
            clmid clmfromdt
            benembiid
            benehicnum
            clmcntlnum clmfromdt
        """,
        columns="""
            member: desynpufid beneid benelinkkey mbinum benembiid benecrnthicnum benehicnum benecrnthicn hicn msisidentnum
            member: beneeqtblbichicnum
            account: clmid clmcntlnum ficlmcntlnum curclmuniqid clmuniqid carrclmcntlnum
            code: rxsrvcrfrncnum ptntcntlnum ptntcntrlnum
            record: clmmdclrec mdclrecnum
            birth: benebirthdt benedob dobdt benedobdt
            death: benedeathdt deathdt benedeathdate
            name: benesrnmname benegvnname benemdlname benelastname bene1stname benefstname benemdlinitlname
            zip: benezipcd benemlgcntctzip geozip5cd zipcd
            city: geozipplcname derivedcityname
            street: beneline1adr beneline2adr drvdline1adr drvdline2adr derivedmailingaddr1 derivedmailingaddr2
        """,
        dates=(
            r"(?:clm|line|nch|rev|srvc|prcdr|icdprcdr|admtg|bene)\w*(?:from|thru|admsn|dschrg|expns|cntr|srvc|prcdr"
            r"|hospc|qlfystay|exhst)\w*dt\d*|srvcdt|prcdrdt\d*|icdprcdrdt\d*|revcntrdt\w*"
        ),
        health="HEALTH_CLAIM",
    ),
    DataModel(  # OMOP
        signatures="""
            personid genderconceptid/conditionconceptid/drugconceptid/measurementconceptid/procedureconceptid/
              observationconceptid/visitconceptid/deviceconceptid/specimenconceptid/periodtypeconceptid/notetypeconceptid/
              deathtypeconceptid/causeconceptid/yearofbirth/payerconceptid/visitdetailconceptid/episodeconceptid/
              unitconceptid
        """,
        columns="""
            patient: personid
            code: personsourcevalue
            birth: birthdatetime
            death: deathdate deathdatetime
            device: uniquedeviceid
        """,
        dates=r"(?!valid)\w*(?:start|end)date(?:time)?|(?:procedure|measurement|observation|specimen|note|visit)date(?:time)?",
    ),
    DataModel(  # MIMIC
        signatures="""
            subjectid hadmid/stayid/icustayid/anchoryear/dod/dob/studyid/noteid
        """,
        columns="""
            patient: subjectid
            code: hadmid stayid icustayid noteid
            birth: dob
            death: dod dodhosp dodssn deathtime
        """,
        dates=r"\w*(?:time|date)",
    ),
    DataModel(  # eICU
        signatures="""
            patientunitstayid
        """,
        columns="""
            patient: uniquepid
            code: patientunitstayid patienthealthsystemstayid
        """,
    ),
    DataModel(  # PCORnet, Epic Clarity
        signatures="""
            patid birthdate/encounterid/dx/admitdate/deathdate/patmrnid/patencsnid/patname/measuredate/resultdate
            patmrnid
            patencsnid
        """,
        columns="""
            patient: patid
            record: patmrnid
            code: patencsnid encounterid
            account: hspaccountid
            birth: birthdate
            death: deathdate
            name: patname patfirstname patlastname patmiddlename
            street: addline1 addline2
            zip: zip
            city: city
            phone: homephone workphone
        """,
        dates=(
            r"(?:admit|discharge|dx|px|rxorder|rxstart|rxend|dispense|result|specimen|laborder|measure|onset|report"
            r"|resolve|obsclin|obsgen|vxrecord|vxadmin|contact|hospadmsn|hospdisch)(?:start|stop)?(?:date|time)"
        ),
    ),
    DataModel(  # i2b2
        signatures="""
            patientnum conceptcd/encounternum/birthdate/vitalstatuscd
        """,
        columns="""
            patient: patientnum
            code: encounternum
            birth: birthdate
            death: deathdate
            zip: zipcd
        """,
        dates=r"(?:start|end)date",
    ),
    DataModel(  # CDISC SDTM, ADaM
        signatures="""
            studyid usubjid
            studyid subjid
        """,
        columns="""
            code: usubjid subjid
            birth: brthdtc brthdt
            death: dthdtc dthdt
        """,
        dates=r"\w*(?:stdtc|endtc|dtc|stdt|endt)",
    ),
    DataModel(  # Cerner Millennium
        signatures="""
            personid encntrid
            personid namefullformatted
            encntrid
        """,
        columns="""
            patient: personid
            code: encntrid
            name: namefullformatted namefirst namelast namemiddle
            birth: birthdttm
            death: deceaseddttm
        """,
        dates=r"(?:reg|disch|arrive|admit|event|performed|order|inpatientadmit)\w*dttm",
    ),
    DataModel(  # VA CDW
        signatures="""
            patientsid
            patienticn
            patientssn scrssn/patientname
        """,
        columns="""
            patient: patientsid
            record: patienticn
            name: patientname patientlastname patientfirstname
            ssn: patientssn scrssn
        """,
        dates=r"\w*(?:date|datetime)",
    ),
    DataModel(  # OpenEMR
        signatures="""
            fname lname pubpid
            fname lname ss
        """,
        columns="""
            patient: pid
            record: pubpid
            ssn: ss
            name: fname lname mname
        """,
    ),
    DataModel(  # VAERS
        signatures="""
            vaersid
        """,
        columns="""
            code: vaersid
            death: datedied
        """,
        dates=r"(?:vax|onset)date",
    ),
    DataModel(  # CVRS
        signatures="""
            vaxeventid
            recipid recipdob
        """,
        columns="""
            code: vaxeventid recipid
            name: recipfirstname recipmiddlename reciplastname
            birth: recipdob
            zip: recipaddresszip
            street: recipaddressstreet recipaddressstreet2
            city: recipaddresscity recipaddresscounty
        """,
        dates=r"admindate",
    ),
    DataModel(  # REDCap
        signatures="""
            recordid redcapeventname
        """,
        columns="""
            code: recordid
        """,
    ),
    DataModel(  # claims, as payers name them
        signatures="""
            claimid/claimnumber/claimno/claimnum/clmid/claimkey memberid/subscriberid/patientid/beneficiaryid/
              enrolleeid/membernumber/memberkey
        """,
        columns="""
            account: claimid claimnumber claimno claimnum clmid claimkey
            patient: patientid memberkey
            birth: dob dateofbirth birthdate
            member: memberid subscriberid beneficiaryid enrolleeid membernumber
        """,
        dates=(
            r"(?:service|claim|admit|admission|discharge|fill|from|thru|to|claimfrom|claimthru|servicefrom|servicethru"
            r"|serviceto|servicestart|serviceend|claimstart|claimend|firstservice|lastservice)(?:date|dt)|dateofservice\w*"
            r"|dos|fdos|tdos"
        ),
        health="HEALTH_CLAIM",
    ),
    DataModel(  # members of a health plan
        signatures="""
            memberid/membernumber subscriberid/groupnumber/groupid/plancode/pcpnpi dob/dateofbirth/birthdate/lastname/
              relationship
        """,
        columns="""
            member: memberid membernumber subscriberid
        """,
        dates=r"(?:effective|term|termination|coverage(?:start|end)|enrollment|disenrollment)date",
        health="HEALTH_CLAIM",
    ),
    DataModel(  # patients, as tutorials and spreadsheets name them
        signatures="""
            name medicalcondition/diagnosis/disease/bloodtype/bloodgroup/dateofadmission/admissiondate/symptoms/illness/
              medication/medications
            patient diagnosis/dob
        """,
        columns="""
            name: name patient
        """,
        dates=(
            r"(?:admission|discharge|appointment|visit|scheduled)(?:date|day)|dateof(?:admission|discharge|visit"
            r"|appointment)"
        ),
    ),
    DataModel(  # visits, the same
        signatures="""
            patientid appointmentid/admissionid/visitid/encounterid/diagnosis
        """,
        columns="""
            patient: patientid
        """,
        dates=r"(?:appointment|admission|discharge|visit|scheduled|encounter)(?:date|day)",
    ),
)

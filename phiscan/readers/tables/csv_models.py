"""Published data models of tables: the columns that identify each, and what its columns hold.

Sources: Synthea's CSV data dictionary; the record layouts of the CMS Research Identifiable Files,
DE-SynPUF and CCLF; OMOP CDM 5; PCORnet CDM 6; i2b2's star schema; MIMIC-III, MIMIC-IV and eICU;
CDISC SDTM; VAERS; CDC's vaccine reporting (CVRS); table definitions of Epic Clarity, Cerner
Millennium, VA CDW and OpenEMR. The last four models of the list are no standard. They are names
that payers, hospitals and tutorials commonly give to claims, members, patients and visits.
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
    """Whether a cell can be a key. One digit is enough."""
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
                "name": "fullname",
                "birth": "dateofbirth",
                "death": "dateofdeath",
                "ssn": "ssn",
                "street": "streetaddress",
                "city": "city",
                "zip": "zip",
                "phone": "phone",
                "email": "email",
                "date": "servicedate",
                "place": "latitude",
            }.items()
        },
    }
)
"""The rule of each kind of column."""


@dataclass(frozen=True, slots=True)
class DataModel:
    """One data model. Column names are in lower case and have only letters and digits.

    Args:
        signatures: one signature a line: the names of columns that a header must all have. `a/b`
            means a or b. A line that ends with `/` goes on in the next line. One signature
            identifies the model.
        columns: one kind of `RULE_OF_KIND` a line, then `:` and the names of its columns.
        dates: a regular expression for the names of further columns, which hold dates of care.
        health: the infoType of a row.
        is_published: whether it is a data model of its own, and not names that many choose.
    """

    signatures: str
    columns: str
    dates: str = "(?!)"
    health: str = "PATIENT_RECORD"
    is_published: bool = True

    def lines(self) -> list[list[frozenset[str]]]:
        """Return the signatures. Each is a list of sets of alternative names."""
        text = re.sub(r"/\s+", "/", self.signatures)
        return [
            [frozenset(part.split("/")) for part in line.split()]
            for line in text.splitlines()
            if line.strip()
        ]

    def rules(self) -> dict[str, Rule]:
        """Return the rule of each column, by name."""
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
            member: desynpufid beneid benelinkkey mbinum benembiid benecrnthicnum benehicnum
            member: benecrnthicn hicn msisidentnum beneeqtblbichicnum
            account: clmid clmcntlnum ficlmcntlnum curclmuniqid clmuniqid carrclmcntlnum
            code: rxsrvcrfrncnum ptntcntlnum ptntcntrlnum
            record: clmmdclrec mdclrecnum
            birth: benebirthdt benedob dobdt benedobdt
            death: benedeathdt deathdt benedeathdate
            name: benesrnmname benegvnname benemdlname benelastname bene1stname benefstname
            name: benemdlinitlname
            zip: benezipcd benemlgcntctzip geozip5cd zipcd
            city: geozipplcname derivedcityname
            street: beneline1adr beneline2adr drvdline1adr drvdline2adr derivedmailingaddr1
            street: derivedmailingaddr2
        """,
        # matches "clmfromdt" and "prcdrdt1"; not "beneesrdind"
        dates=(
            r"(?:clm|line|nch|rev|srvc|prcdr|icdprcdr|admtg|bene)\w*"
            r"(?:from|thru|admsn|dschrg|expns|cntr|srvc|prcdr|hospc|qlfystay|exhst)\w*dt\d*"
            r"|srvcdt|prcdrdt\d*|icdprcdrdt\d*|revcntrdt\w*"
        ),
        health="HEALTH_CLAIM",
    ),
    DataModel(  # OMOP
        signatures="""
            personid genderconceptid/raceconceptid/ethnicityconceptid/conditionconceptid/
              drugconceptid/measurementconceptid/procedureconceptid/observationconceptid/
              visitconceptid/deviceconceptid/specimenconceptid/periodtypeconceptid/
              notetypeconceptid/noteclassconceptid/deathtypeconceptid/causeconceptid/
              payerconceptid/planconceptid/visitdetailconceptid/episodeconceptid/unitconceptid/
              valueasconceptid/surveyconceptid/visittypeconceptid/conditiontypeconceptid/
              drugtypeconceptid/proceduretypeconceptid/measurementtypeconceptid/
              observationtypeconceptid/devicetypeconceptid/costconceptid
            personid visitoccurrenceid/visitdetailid/conditionoccurrenceid/drugexposureid/
              procedureoccurrenceid/observationperiodid/deviceexposureid/specimenid/
              payerplanperiodid/conditioneraid/drugeraid/doseeraid/episodeid/surveyconductid
            personid gendersourcevalue/racesourcevalue/ethnicitysourcevalue/
              conditionsourcevalue/drugsourcevalue/proceduresourcevalue/measurementsourcevalue/
              observationsourcevalue/visitsourcevalue/devicesourcevalue/specimensourcevalue/
              notesourcevalue/personsourcevalue/causesourcevalue/unitsourcevalue
            personid visitstartdate/visitstartdatetime/conditionstartdate/conditionstartdatetime/
              drugexposurestartdate/drugexposurestartdatetime/proceduredatetime/
              measurementdatetime/observationperiodstartdate/deviceexposurestartdate/
              visitdetailstartdate/conditionerastartdate/drugerastartdate/specimendate
            personid yearofbirth
            subjectid cohortdefinitionid
            personid noteid notetext/notedate/notetitle
            personid deathdate deathdatetime/causeconceptid/causesourcevalue
        """,
        columns="""
            patient: personid subjectid
            code: personsourcevalue
            birth: birthdatetime
            death: deathdate deathdatetime
            device: uniquedeviceid
        """,
        # matches "drugexposurestartdate" and "visitdate"; not "validstartdate", of a vocabulary
        dates=(
            r"(?!valid)\w*(?:start|end)date(?:time)?"
            r"|(?:procedure|measurement|observation|specimen|note|visit)date(?:time)?"
        ),
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
    DataModel(  # PCORnet, Sentinel, Epic Clarity
        signatures="""
            patid birthdate/encounterid/dx/admitdate/deathdate/patmrnid/patencsnid/patname/
              measuredate/resultdate/enrstartdate/enrbasis/dispensedate/rxorderdate/rxstartdate/
              reportdate/vxadmindate/obsclinstartdate/participantid/trialid/addresszip5/token01/
              deathsource/conditionid/proceduresid/vitalid/labresultcmid/prescribingid
            patid adate/ddate/enrstart/enrend/rxdate/deathdt/labdt/medcov/drugcov
            patmrnid
            patencsnid
        """,
        columns="""
            patient: patid
            record: patmrnid
            code: patencsnid encounterid participantid token01
            account: hspaccountid
            birth: birthdate
            death: deathdate deathdt
            name: patname patfirstname patlastname patmiddlename
            street: addline1 addline2
            zip: zip addresszip5 addresszip9 postalcode
            city: city addresscity
            phone: homephone workphone
        """,
        # matches "admitdate" and "obsclinstartdate"; not "datetype"
        dates=(
            r"(?:admit|discharge|dx|px|rxorder|rxstart|rxend|dispense|result|specimen|laborder"
            r"|measure|onset|report|resolve|obsclin|obsgen|vxrecord|vxadmin|contact|hospadmsn"
            r"|hospdisch|enr|rx|a|d|lab)(?:start|stop|end)?(?:date|time|dt)"
            r"|enr(?:start|end)"
        ),
    ),
    DataModel(  # i2b2
        signatures="""
            patientnum conceptcd/encounternum/birthdate/vitalstatuscd/sexcd/patientide
            patientide patientidesource
        """,
        columns="""
            patient: patientnum patientide
            code: encounternum encounteride
            birth: birthdate
            death: deathdate
            zip: zipcd
        """,
        dates=r"(?:start|end)date",
    ),
    DataModel(  # Samsung Health; its exports repeat the name of the data before each column
        signatures="""
            deviceuuid datauuid pkgname
            comsamsunghealthheartratedatauuid/comsamsunghealthbloodpressuredatauuid/
              comsamsunghealthbloodglucosedatauuid/comsamsunghealthoxygensaturationdatauuid/
              comsamsunghealthsleepdatauuid/comsamsunghealthweightdatauuid/
              comsamsunghealthstepcountdatauuid/comsamsunghealthexercisedatauuid
        """,
        columns="""
            device: deviceuuid
        """,
        # matches "comsamsunghealthsleepstarttime"; not "timeoffset"
        dates=r"\w{0,60}(?:start|end|create|update)time",
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
            claimid/claimnumber/claimno/claimnum/clmid/claimkey memberid/subscriberid/patientid/
              beneficiaryid/enrolleeid/membernumber/memberkey
        """,
        columns="""
            account: claimid claimnumber claimno claimnum clmid claimkey
            patient: patientid memberkey
            birth: dob dateofbirth birthdate
            member: memberid subscriberid beneficiaryid enrolleeid membernumber
        """,
        # matches "servicedate" and "fdos"; not "paiddate"
        dates=(
            r"(?:service|claim|admit|admission|discharge|fill|from|thru|to|claimfrom|claimthru"
            r"|servicefrom|servicethru|serviceto|servicestart|serviceend|claimstart|claimend"
            r"|firstservice|lastservice)(?:date|dt)"
            r"|dateofservice\w*|dos|fdos|tdos"
        ),
        health="HEALTH_CLAIM",
        is_published=False,
    ),
    DataModel(  # members of a health plan
        signatures="""
            memberid/membernumber subscriberid/groupnumber/groupid/plancode/pcpnpi dob/dateofbirth/
              birthdate/lastname/relationship
        """,
        columns="""
            member: memberid membernumber subscriberid
        """,
        dates=r"(?:effective|term|termination|coverage(?:start|end)|enrollment|disenrollment)date",
        health="HEALTH_CLAIM",
        is_published=False,
    ),
    DataModel(  # patients, as tutorials and spreadsheets name them
        signatures="""
            name medicalcondition/diagnosis/disease/bloodtype/bloodgroup/dateofadmission/
              admissiondate/symptoms/illness/medication/medications
            patient diagnosis/dob
        """,
        columns="""
            name: name patient
        """,
        # matches "admissiondate" and "dateofvisit"; not "dateofbirth"
        dates=(
            r"(?:admission|discharge|appointment|visit|scheduled)(?:date|day)"
            r"|dateof(?:admission|discharge|visit|appointment)"
        ),
        is_published=False,
    ),
    DataModel(  # visits, as tutorials and spreadsheets name them
        signatures="""
            patientid appointmentid/admissionid/visitid/encounterid/diagnosis
        """,
        columns="""
            patient: patientid
        """,
        dates=r"(?:appointment|admission|discharge|visit|scheduled|encounter)(?:date|day)",
        is_published=False,
    ),
)

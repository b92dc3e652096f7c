"""Tables of published data models: recognised by their header, each row about one patient."""

import pytest

import phiscan
from phiscan.finding import Gap, Subject, Verdict
from phiscan.readers.tables.csv_schemas import recognise


def table(header, *rows):
    return "\n".join([header, *rows, ""]).encode()


def found(data):
    report = phiscan.scan(data)
    patients = {
        data[f.location.start : f.location.end].decode()
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }
    return report, patients


MODELS = [
    (
        "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,FIRST,LAST,MAIDEN,ADDRESS,CITY,ZIP,LAT,LON",
        "7c1f,1950-03-04,2019-05-06,999-31-2244,S99931224,X31224431X,Orla,Quint,Tamm,12 Elm Rd,Ames,50010,42.0308,-93.6319",
        "7c1f 1950-03-04 2019-05-06 999-31-2244 S99931224 X31224431X Orla Quint Tamm Ames 50010 42.0308 -93.6319",
    ),
    ("START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION", "2019-09-01,2020-01-01,7c1f-22,e4,44054006,Diabetes", "2019-09-01 2020-01-01 7c1f-22"),
    ("DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,VALUE", "2019-09-01T10:00:00Z,7c1f-22,e4,vital-signs,8302-2,171", "2019-09-01T10:00:00Z 7c1f-22"),
    ("DESYNPUF_ID,BENE_BIRTH_DT,BENE_DEATH_DT,BENE_SEX_IDENT_CD,SP_CHF", "00A1F3EE77,19310101,20100301,1,2", "00A1F3EE77 19310101 20100301"),
    ("DESYNPUF_ID,CLM_ID,CLM_FROM_DT,CLM_THRU_DT,ICD9_DGNS_CD_1", "00A1F3EE77,1966611,20100312,20100313,7802", "00A1F3EE77 1966611 20100312 20100313"),
    ("DML_IND|BENE_ID|BENE_BIRTH_DT|BENE_SRNM_NAME|BENE_GVN_NAME|BENE_ZIP_CD", "INSERT|567|17-MAR-1981|Tamm|Orla|50010", "567 17-MAR-1981 Tamm Orla 50010"),
    ("person_id,gender_concept_id,year_of_birth,birth_datetime,person_source_value", "7,8507,1963,1963-12-30 00:00:00,src-77", "7 src-77"),
    ("condition_occurrence_id,person_id,condition_concept_id,condition_start_date,visit_occurrence_id", "4,263,4112343,2015-10-02,9", "263 2015-10-02"),
    # few columns are enough
    ("person_id,visit_start_date", "263,2015-10-02", "263 2015-10-02"),
    ("visit_occurrence_id,person_id", "9,263", "263"),
    ("person_id,condition_source_value", "263,E11.9", "263"),
    ("cohort_definition_id,subject_id,cohort_start_date", "5,263,2015-10-02", "263 2015-10-02"),
    ("PatID,Enr_Start,Enr_End,MedCov", "P7,2015-10-02,2016-10-02,Y", "P7 2015-10-02 2016-10-02"),
    ("patient_ide,patient_ide_source,patient_num", "A7,HIVE,77", "A7 77"),
    ("start_time,heart_rate,deviceuuid,pkg_name,datauuid", "2024-01-05T10:11:12,72,Wx9,com.sec,aa-1", "2024-01-05T10:11:12 Wx9"),
    ("subject_id,hadm_id,admittime,dischtime,insurance", "1002,2418,2016-02-24 14:38:00,2016-03-04 14:02:00,Medicaid", "1002 2418"),
    ("patientunitstayid,uniquepid,apacheadmissiondx", "141168,002-34851,Rhythm disturbance", "141168 002-34851"),
    ("DIAGNOSISID,PATID,ENCOUNTERID,ADMIT_DATE,DX,DX_TYPE", "1,PX7,E9,2019-05-04,E11.9,10", "PX7 E9 2019-05-04"),
    ("PAT_ID,PAT_MRN_ID,PAT_NAME,BIRTH_DATE,ADD_LINE_1,CITY", "Z17,E803,Quint Orla,1960-02-03,12 Elm Rd,Ames", "Z17 E803 1960-02-03 Ames"),
    ("patient_num,encounter_num,concept_cd,start_date", "77,12,ICD10:E11.9,2019-05-04", "77 12 2019-05-04"),
    ("STUDYID,USUBJID,BRTHDTC,RFSTDTC,SEX", "ABC,ABC-01-007,1950-02-03,2019-05-04,F", "ABC-01-007 1950-02-03 2019-05-04"),
    ("PERSON_ID,ENCNTR_ID,NAME_FULL_FORMATTED,BIRTH_DT_TM,REG_DT_TM", "81,55,Quint Orla,1950-02-03,2019-05-04", "81 55 1950-02-03 2019-05-04"),
    ("PatientSID,PatientICN,PatientName,VisitDateTime", "900,1008V2,Quint Orla,2019-05-04 08:00", "900 1008V2"),
    ("pid,fname,lname,DOB,ss,pubpid", "17,Orla,Quint,1950-02-03,512449031,A17", "17 Orla Quint 512449031 A17"),
    ("VAERS_ID,STATE,VAX_DATE,ONSET_DATE,SYMPTOM_TEXT", "9166,TX,12/28/2020,12/30/2020,swelling", "9166 12/28/2020 12/30/2020"),
    ("record_id,redcap_event_name,hba1c", "17,baseline_arm_1,8.1", "17"),
    ("claim_id,member_id,date_of_service,procedure_code", "C1,M1,2025-06-28,73721", "C1 M1 2025-06-28"),
    ("MemberID,SubscriberID,LastName,DOB,PlanCode", "M7,S9,Quint,1950-02-03,PPO1", "M7 S9"),
    ("Name,Age,Gender,Blood Type,Medical Condition,Date of Admission", "Orla Quint,30,F,B-,Cancer,2024-01-31", "2024-01-31"),
    ("patient_id,appointment_id,appointment_day,age", "29,564,2016-04-29,62", "29 2016-04-29"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "row", "expected"), MODELS, ids=[header[:24] for header, _, _ in MODELS]
)
def test_a_row_of_a_published_table_is_a_patients(header, row, expected):
    data = table(header, row)
    report, patients = found(data)
    assert (report.media, report.verdict, report.gap) == ("csv", Verdict.PHI, Gap.NONE)
    assert set(expected.split()) <= patients
    masked = phiscan.redact(data, report)
    assert masked.splitlines()[0].decode() == header
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("county,week,cases,deaths", "Story,2024-W05,77,1"),  # counts
        # a vocabulary
        ("concept_id,concept_name,domain_id,vocabulary_id,valid_start_date", "41,Viral pharyngitis,Condition,SNOMED,2002-01-31"),
        ("NPI,Provider Last Name,Taxonomy Code", "1234567893,WU,207Q00000X"),  # a directory
        ("claim_id,policy,vehicle,amount", "C1,P-77,sedan,100.00"),  # cars are insured too
        ("id,start,stop,code,description", "1,2019-01-01,2019-02-01,77,Winter sale"),  # a calendar
        ("patient,count", "total,77"),  # a count, about nobody
        ("DESYNPUF_ID,BENE_BIRTH_DT", "NA,"),  # no values
    ],
)  # fmt: skip
def test_a_table_of_something_else_is_nobodys(header, row):
    report, patients = found(table(header, row))
    assert (report.verdict is Verdict.PHI, patients) == (False, set())


def test_a_column_is_known_however_it_is_spelled():
    spelled = recognise(["Start", "patient", "ENCOUNTER", "c.o.d.e"])
    assert {n: rule.info_type for n, rule in spelled.rules.items()} == {
        0: "SERVICE_DATE",
        1: "PATIENT_REFERENCE",
    }

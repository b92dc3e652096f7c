"""SQL: columns label values, table names say whom they are about, and rows are records."""

import json
import time

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.readers.tables import sql


def found(text, content_type=""):
    data = text.encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data, content_type=content_type).findings
        if f.identifier
    }


SSN, NAME, DOB, MRN = (
    "US_SOCIAL_SECURITY_NUMBER",
    "PERSON_NAME",
    "DATE_OF_BIRTH",
    "MEDICAL_RECORD_NUMBER",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t (last_name, ssn) VALUES ('O''Hara', 123456780), ('Ruiz', '123-45-6780');", {(NAME, "O''Hara"), (NAME, "Ruiz"), (SSN, "123456780"), (SSN, "123-45-6780")}),
        ("insert into clinic.patients(id,name,dob) values(778123,E'Ana Ruiz',to_date('1961-04-02','YYYY-MM-DD'))", {(MRN, "778123"), (NAME, "Ana Ruiz"), (DOB, "1961-04-02")}),
        ("INSERT INTO [dbo].[Patient] ([LastName], [SSN]) OUTPUT x VALUES (1)", set()),
        ("REPLACE INTO `t` (`ssn`, `n`) VALUES (NULL, 1), ('123456780', 2);", {(SSN, "123456780")}),
        ("INSERT INTO t (dob, ssn) SELECT '1961-04-02'::date, '123456780' FROM dual", {(DOB, "1961-04-02"), (SSN, "123456780")}),
        ("CREATE TABLE `p` (\n `id` int NOT NULL,\n `ssn` varchar(11) DEFAULT NULL,\n PRIMARY KEY (`id`)\n);\nINSERT INTO `p` VALUES (1,'123456780'),(2,'234567891');", {(SSN, "123456780"), (SSN, "234567891")}),
        ("UPDATE patients SET name = 'Ana Ruiz', note='x' WHERE mrn = 'A10017';", {(NAME, "Ana Ruiz"), (MRN, "A10017")}),
        ("SELECT * FROM t WHERE t.ssn IN ('123456780') AND \"last_name\" ILIKE 'Ruiz%'", {(SSN, "123456780"), (NAME, "Ruiz%")}),
        ("DELETE FROM t WHERE ssn='123456780'", {(SSN, "123456780")}),
        ("SET client_encoding = 'UTF8';\nCOPY public.p (id, ssn, last_name) FROM stdin;\n1\t123456780\t\\N\n2\t234567891\tRuiz\n\\.\nSELECT 1;", {(SSN, "123456780"), (SSN, "234567891"), (NAME, "Ruiz")}),
        ("MERGE INTO t USING s ON (t.id = s.id) when not matched then insert (ssn, id) VALUES ('123456780', 4);", {(SSN, "123456780")}),
        ("-- a dump\n/* of two */\nINSERT INTO t (ssn) VALUES ('123456780')", {(SSN, "123456780")}),
    ],
)  # fmt: skip
def test_a_column_says_what_its_literals_are(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # the name of no person
        "INSERT INTO orders (id, name, total) VALUES (778123, 'Blue chair', 12)",
        "INSERT INTO build (commit, number) VALUES ('a1b2c3', 123456780)",
        "SELECT first_name, ssn FROM t WHERE id = ?",  # no literal
        "INSERT INTO t (ssn) VALUES (:ssn), ($1), (%s), (NULL), ('XXX'), (0)",
        "please update the name set in 'x' and insert values into it",
    ],
)
def test_statements_about_other_things_say_nothing(text):
    assert found(text) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO patients (\"last_name\", ssn, diagnosis)\nVALUES ('Ruiz', 123456780, 'asthma');",
        "UPDATE patients SET ssn = '123456780', diagnosis = 'asthma'",
    ],
)
def test_a_statement_is_found_in_a_log_and_in_a_json_string(statement):
    for data in (
        f"2024-01-02 10:00:00 LOG:  statement: {statement}\n",
        json.dumps({"level": "info", "query": statement}),
    ):
        report = phiscan.scan(data.encode())
        assert report.verdict is Verdict.PHI
        masked = phiscan.redact(data.encode(), report)
        assert b"123456780" not in masked
        assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


def test_redaction_leaves_statements_that_parse():
    data = b"INSERT INTO t (id, ssn, last_name) VALUES (1, 123456780, 'Ruiz');\nUPDATE t SET ssn = 234567891 ;"
    masked = phiscan.redact(data, phiscan.scan(data, content_type="application/sql"))
    assert (
        masked
        == b"INSERT INTO t (id, ssn, last_name) VALUES (1, 0, 'XXX');\nUPDATE t SET ssn = 0 ;"
    )


def test_the_declared_type_is_enough():
    assert (
        phiscan.scan(b"/* 1 */ GRANT x TO y", content_type="application/sql; charset=utf-8").media
        == "sql"
    )
    assert not sql.sniff(b"Select a date from the list below, then update it.")


@pytest.mark.parametrize(
    "unit",
    [
        "'\\'",
        "INSERT INTO t (a) VALUES (",
        "[",
        "copy a(",
        "insert ",
        "a='",
        "(((",
        "insert into t values ((",
        "update ",
    ],
)
def test_hostile_statements_cost_linear_time(unit):
    data = b"INSERT INTO t (ssn) VALUES ('" + (unit * (300_000 // len(unit))).encode()
    began = time.process_time()
    phiscan.scan(data, content_type="application/sql")
    assert time.process_time() - began < 2.0

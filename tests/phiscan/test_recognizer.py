"""Recognizers: what they are given, what becomes of their answers, and how they fail."""

import json

import pytest

from phiscan.finding import Coverage, Gap, Likelihood, Subject, Verdict
from phiscan.recognizer import WINDOW, Recognized, RecognizerError
from phiscan.scanner import Limits


class Known:
    """Finds the given words, and remembers the texts that it was given."""

    def __init__(self, *words, info_type="PERSON_NAME", score=0.95):
        self.words = words
        self.info_type = info_type
        self.score = score
        self.texts = []

    def find(self, text):
        self.texts.append(text)
        for word in self.words:
            at = text.find(word)
            while at >= 0:
                yield Recognized(self.info_type, at, at + len(word), self.score)
                at = text.find(word, at + 1)


def scan(engine, data, *recognizers, limits=None, clock=lambda: 0.0):
    data = data.encode() if isinstance(data, str) else data
    scanner = engine.scanner(clock=clock, limits=limits or Limits(), recognizers=recognizers)
    scanner.feed(data)
    report = scanner.finish()
    return report, {
        data[f.location.start : f.location.end].decode()
        for f in report.findings
        if f.detector == "model"
    }


@pytest.mark.parametrize(
    "document",
    [
        "We met Oyelaran at the café yesterday.",
        json.dumps({"a": "We met Oyelaran at the café yesterday."}),
        json.dumps({"a": "Café:\nwe met Oyelaran there \"again\""}),
        "<a><b>We met Oyelaran at the café.</b></a>",
        "k,v\n1,We met Oyelaran at the café\n",
        "MSH|^~\\&|A\rNTE|1||We met Oyelaran at the café\r",
        b"We met caf\xe9 Oyelaran \xff\xfe there".decode("latin-1").encode(),
    ],
)  # fmt: skip
def test_what_a_model_finds_is_a_finding_with_the_bytes_of_the_document(engine, document):
    report, found = scan(engine, document, Known("Oyelaran"))
    assert found == {"Oyelaran"}
    assert [f.subject for f in report.findings if f.detector == "model"] == [Subject.PERSON]


def test_without_a_model_such_a_name_is_not_found(engine):
    assert scan(engine, "We met Oyelaran at the café yesterday.")[0].findings == ()


@pytest.mark.parametrize(
    ("score", "likelihood"),
    [
        (0.95, Likelihood.VERY_LIKELY),
        (0.75, Likelihood.LIKELY),
        (0.5, Likelihood.POSSIBLE),
        (0.4, None),
    ],
)
def test_the_score_says_how_likely(engine, score, likelihood):
    report, _ = scan(engine, "We met Oyelaran there.", Known("Oyelaran", score=score))
    assert [f.likelihood for f in report.findings] == ([likelihood] if likelihood else [])


def test_no_text_is_longer_than_a_model_reads_and_none_is_lost_between_two(engine):
    text = " ".join(f"w{i}" for i in range(1000)).replace("w199 w200 w201", "Ana Maria Oyelaran")
    model = Known("Ana Maria Oyelaran", "Maria Oyelaran", "Oyelaran")
    _, found = scan(engine, text, model)
    assert max(len(t.split()) for t in model.texts) == WINDOW
    assert found == {"Ana Maria Oyelaran"}
    assert {w for t in model.texts for w in t.split()} == set(text.split())


def test_codes_and_keys_are_not_given_to_a_model(engine):
    model = Known()
    scan(
        engine,
        json.dumps({"id": "a81", "status": "in progress", "text": "The patient slept well"}),
        model,
    )
    assert model.texts == ["The patient slept well"]


def test_the_structure_goes_before_a_model_and_masks_are_no_values(engine):
    report, found = scan(
        engine,
        json.dumps({"npi": "1245319599", "note": "Called XXX back to 1245319599 today"}),
        Known("XXX", "1245319599"),
    )
    assert "XXX" not in found
    assert [f.info_type for f in report.findings if f.location.field == "npi"] == [
        "US_HEALTHCARE_NPI"
    ]


def test_a_document_with_a_found_name_and_health_is_phi(engine):
    document = "Oyelaran was admitted.\nDiagnosis: type 2 diabetes\n"
    assert scan(engine, document, Known("Oyelaran"))[0].verdict is Verdict.PHI


class Broken:
    def find(self, text):
        raise ValueError(text)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Broken(), "the recognizer failed: ValueError"),
        (Known("Oyelaran", info_type="NO_SUCH"), "infoType that does not exist"),
        (
            type(
                "Outside", (), {"find": lambda self, text: [Recognized("PERSON_NAME", 0, 999, 1.0)]}
            )(),
            "outside of the text",
        ),
    ],
)
def test_a_model_that_fails_is_an_error_that_quotes_nothing(engine, model, said):
    with pytest.raises(RecognizerError) as error:
        scan(engine, "We met Oyelaran there.", model)
    assert said in str(error.value)
    assert "Oyelaran" not in str(error.value)
    assert error.value.__cause__ is None


def test_a_model_has_no_more_time_than_the_scan(engine):
    class Slow:
        now = 0.0

        def find(self, text):
            Slow.now += 10
            return []

    report, _ = scan(
        engine, "a word " * 1000, Slow(), limits=Limits(seconds=5), clock=lambda: Slow.now
    )
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.OUT_OF_TIME)

"""`scan --model`: a real user function, and the errors of model kinds that cannot be used."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from extauthz import cli
from extauthz.recognizers import RECOGNIZER_KINDS, ModelError, load
from extauthz.recognizers.labels import ASKED, info_type
from phiscan.identifiers import INFO_TYPES
from phiscan.recognizer import Recognized

FUNCTION = """
def names(text):
    at = text.find("Oyelaran")
    return [("PERSON_NAME", at, at + 8, 0.9)] if at >= 0 else []

def broken(text):
    raise RuntimeError(text)

not_a_function = 1
"""


@pytest.fixture
def function(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(FUNCTION, encoding="utf-8")
    return path


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("We met Oyelaran at the café.\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def _no_libraries(monkeypatch):
    for name in ("spacy", "gliner", "presidio_analyzer"):
        monkeypatch.setitem(sys.modules, name, None)  # makes the import fail


def test_a_function_of_the_users_own_finds_what_nothing_else_does(function, note, capsys):
    assert cli.main(["scan", note, "--format", "jsonl"]) == 0
    assert '"findings":[]' in capsys.readouterr().out
    cli.main(["scan", note, "--format", "jsonl", "--model", f"python:{function}:names"])
    assert (
        '"infoType":"PERSON_NAME","identifier":"A","likelihood":"VERY_LIKELY","detector":"model","field":"","start":7,"end":15'
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("python:FILE:broken", "note.txt: the recognizer failed: RuntimeError"),
        ("python:FILE:none", "has no function none"),
        ("python:FILE:not_a_function", "has no function not_a_function"),
        ("python:nowhere.py:f", "no such file"),
        ("python:", "no such file"),
        ("other:x", "unknown kind; give one of spacy, presidio, gliner, python"),
        ("spacy:/nowhere", "the package spacy is not installed"),
        ("gliner:/nowhere", "the package gliner is not installed"),
        ("presidio", "the package presidio_analyzer is not installed"),
    ],
)
@pytest.mark.usefixtures("_no_libraries")
def test_a_model_that_cannot_be_used_is_one_line_and_exit_code_2(
    model, said, function, note, capsys
):
    assert cli.main(["scan", note, "--model", model.replace("FILE", str(function))]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert "Oyelaran" not in error


@pytest.mark.parametrize(
    "command", [["serve", "--policy", "p.yaml", "--listen", "127.0.0.1:0"], ["redact", "x"]]
)
def test_no_command_on_the_way_of_a_request_takes_a_model(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--model", "presidio"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --model presidio" in capsys.readouterr().err


def library(monkeypatch, name, **attributes):
    module = ModuleType(name)
    module.__dict__.update(attributes)
    monkeypatch.setitem(sys.modules, name, module)


TEXT = "Ana Ruiz, 616-555-0142"


def test_spacys_entities_are_findings(monkeypatch, tmp_path):
    entities = [
        SimpleNamespace(label_="PERSON", start_char=0, end_char=8),
        SimpleNamespace(label_="DATE", start_char=9, end_char=12),
    ]
    library(monkeypatch, "spacy", load=lambda folder: lambda text: SimpleNamespace(ents=entities))
    assert list(load(f"spacy:{tmp_path}").find(TEXT)) == [Recognized("PERSON_NAME", 0, 8, 0.75)]
    with pytest.raises(ModelError, match="no such folder"):
        load("spacy:nowhere")


def test_gliners_entities_are_findings_and_nothing_is_fetched(monkeypatch, tmp_path):
    class Model:
        def predict_entities(self, text, labels, threshold):
            assert labels == list(ASKED)
            return [
                {"label": "person name", "start": 0, "end": 8, "score": 0.91},
                {"label": "other", "start": 9, "end": 12, "score": 0.9},
            ]

    def from_pretrained(folder, *, local_files_only):
        assert (folder, local_files_only) == (str(tmp_path), True)
        return Model()

    library(monkeypatch, "gliner", GLiNER=SimpleNamespace(from_pretrained=from_pretrained))
    assert list(load(f"gliner:{tmp_path}").find(TEXT)) == [Recognized("PERSON_NAME", 0, 8, 0.91)]


def test_presidios_results_are_findings_and_no_model_is_fetched(monkeypatch, tmp_path):
    class Analyzer:
        def analyze(self, *, text, language):
            return [
                SimpleNamespace(entity_type="PHONE_NUMBER", start=10, end=22, score=0.75),
                SimpleNamespace(entity_type="DATE_TIME", start=0, end=3, score=1),
            ]

    library(
        monkeypatch,
        "presidio_analyzer",
        AnalyzerEngineProvider=lambda analyzer_engine_conf_file: SimpleNamespace(
            create_engine=Analyzer
        ),
    )
    configuration = tmp_path / "presidio.yaml"
    configuration.write_text(
        "nlp_configuration: {nlp_engine_name: spacy, "
        f"models: [{{lang_code: en, model_name: {tmp_path}}}]}}",
        encoding="utf-8",
    )
    assert list(load(f"presidio:{configuration}").find(TEXT)) == [
        Recognized("PHONE_NUMBER", 10, 22, 0.75)
    ]
    configuration.write_text(
        "nlp_configuration: {models: [{lang_code: en, model_name: no_such_model}]}",
        encoding="utf-8",
    )
    with pytest.raises(ModelError, match="no_such_model is not installed"):
        load(f"presidio:{configuration}")
    for text in ("a: 1", "[", "nlp_configuration: {}"):
        configuration.write_text(text, encoding="utf-8")
        with pytest.raises(ModelError):
            load(f"presidio:{configuration}")


def test_a_library_that_raises_is_an_error_of_one_line(monkeypatch, tmp_path):
    def load_model(folder):
        raise OSError("no meta.json\nin the folder")

    library(monkeypatch, "spacy", load=load_model)
    with pytest.raises(ModelError) as error:
        load(f"spacy:{tmp_path}")
    assert (
        str(error.value)
        == f"--model spacy:{tmp_path}: OSError: no meta.json; give a model of that kind"
    )


def test_labels_mean_infotypes_that_exist():
    assert info_type("B-PER") == info_type("PERSON") == "PERSON_NAME"
    assert info_type("US_SSN") == "US_SOCIAL_SECURITY_NUMBER"
    assert info_type("ORG") == ""
    assert {info_type(label) for label in ASKED} <= set(INFO_TYPES)
    assert set(RECOGNIZER_KINDS) == {"spacy", "presidio", "gliner", "python"}

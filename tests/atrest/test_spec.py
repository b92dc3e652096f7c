"""How sources are named, and that no password is taken from a command line."""

import pytest

from atrest.spec import Spec, SpecError, parse


@pytest.mark.parametrize(
    ("text", "spec", "name"),
    [
        ("/data/exports", Spec("file", path="/data/exports"), "file:///data/exports"),
        ("exports/", Spec("file", path="exports"), "file://exports"),
        ("./exports", Spec("file", path="exports"), "file://exports"),
        ("notes.txt", Spec("file", path="notes.txt"), "file://notes.txt"),
        ("file:///data", Spec("file", path="/data"), "file:///data"),
        (
            "postgres://me@A.clinic:5433,b.clinic/ehr",
            Spec("postgres", "me", "a.clinic:5433,b.clinic", 0, "/ehr"),
            "postgres://a.clinic:5433,b.clinic/ehr",
        ),
        ("sqlite:///a%20b.db", Spec("sqlite", path="/a b.db"), "sqlite:///a b.db"),
    ],
)
def test_specs(text, spec, name):
    assert parse(text) == spec
    assert parse(text).name == name


def test_a_name_holds_no_user_and_no_option():
    spec = Spec("sqlite", "reader", "db", 5432, "/ehr", (("x", "1"),))
    assert spec.name == "sqlite://db:5432/ehr"
    assert spec.option("x") == "1"
    assert spec.option("y", "2") == "2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftp://x/y", "no such kind of source"),
        ("sqlite://u:Secret99@h/p", "stays in the shell's history"),
        ("sqlite://u:Secret99@h:99999/p", "wrong host or port"),
        ("sqlite://[/p", "wrong host or port"),
        ("mysql://u@a:99999,b/p", "wrong host or port"),
        ("mysql://u@a,,b/p", "wrong host or port"),
        ("mysql://u:Secret99@a,b/p", "stays in the shell's history"),
    ],
)
def test_a_wrong_spec_is_one_line_without_a_credential(text, said):
    with pytest.raises(SpecError) as error:
        parse(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "Secret99" not in str(error.value)

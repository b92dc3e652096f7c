"""One verdict for one cell: a table, and what holds for any evidence."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Vantage
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Freshness, Grade, State, judge

NOW: Final = 1_800_000_000.0
FRESH: Final = Freshness()
CELL: Final = Cell(
    WorkloadName("clinic", "Deployment", "ehr"), Vantage.INBOUND, 8080, PeerClass.MESH
)
PODS: Final = ("ehr-1", "ehr-2")


def piece(layer: Layer, stance: Stance, pod: str = "", age: float | None = 10.0) -> Evidence:
    """A piece of evidence of some age."""
    at = None if age is None else NOW - age
    return Evidence(layer, stance, "somebody", at, f"{layer} says {stance}", pod=pod)


def four(
    declared: Stance = Stance.JUDGED,
    effective: Stance = Stance.JUDGED,
    observed: Stance = Stance.JUDGED,
    proved: Stance = Stance.IDLE,
) -> list[Evidence]:
    """A piece of each layer, and of each pod."""
    return [
        piece(Layer.DECLARED, declared),
        *(piece(Layer.EFFECTIVE, effective, pod) for pod in PODS),
        piece(Layer.OBSERVED, observed),
        piece(Layer.PROVED, proved),
    ]


J, C, N, D, U = Stance.JUDGED, Stance.CLOSED, Stance.IDLE, Stance.DOWN, Stance.UNKNOWN


@pytest.mark.parametrize(
    ("said", "state", "grade"),
    [
        ((J, J, J, J), State.UP, Grade.PROVED),
        ((J, J, J, N), State.UP, Grade.OBSERVED),
        ((J, J, N, J), State.UP, Grade.PROVED),
        ((J, J, N, C), State.UP, Grade.PROVED),
        ((C, C, N, N), State.UP, Grade.CLOSED),
        ((C, C, J, N), State.UP, Grade.OBSERVED),
        ((J, J, N, N), State.UNKNOWN, Grade.NONE),  # nothing shows that the guard answers
        ((J, C, N, N), State.UP, Grade.CLOSED),
        ((N, J, J, J), State.UNKNOWN, Grade.NONE),  # idle is no word of the objects
        ((J, N, J, J), State.UNKNOWN, Grade.NONE),
        ((D, J, J, J), State.DOWN, Grade.NONE),
        ((J, D, J, J), State.DOWN, Grade.NONE),
        ((J, J, D, J), State.DOWN, Grade.NONE),
        ((J, J, J, D), State.DOWN, Grade.NONE),
        ((U, J, J, J), State.UNKNOWN, Grade.NONE),
        ((J, U, J, J), State.UNKNOWN, Grade.NONE),
        ((J, J, U, J), State.UNKNOWN, Grade.NONE),  # some replica's ledger was not read
        ((J, J, J, U), State.UNKNOWN, Grade.NONE),  # a canary was sent, and nobody answered
        ((U, U, U, D), State.DOWN, Grade.NONE),
    ],
)
def test_four_layers(said: tuple[Stance, ...], state: State, grade: Grade) -> None:
    verdict = judge(CELL, PODS, four(*said), NOW, FRESH)
    assert (verdict.state, verdict.grade) == (state, grade)


@pytest.mark.parametrize("place", range(5))
def test_a_piece_that_is_missing_is_named(place: int) -> None:
    evidence = four()
    gone = evidence.pop(place)
    verdict = judge(CELL, PODS, evidence, NOW, FRESH)
    assert verdict.state is State.UNKNOWN
    assert (verdict.decisive.layer, verdict.decisive.pod) == (gone.layer, gone.pod)
    assert verdict.decisive.fix


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("age", [None, 3601.0, -61.0, float("nan"), float("inf"), float("-inf")])
def test_a_piece_whose_time_is_wrong_says_nothing(place: int, age: float | None) -> None:
    evidence = four(proved=Stance.JUDGED)
    at = None if age is None else NOW - age
    evidence[place] = replace(evidence[place], at=at)
    assert judge(CELL, PODS, evidence, NOW, FRESH).state is State.UNKNOWN


def test_clocks_that_differ_a_little_say_the_same() -> None:
    evidence = [replace(each, at=NOW + 59) for each in four()]
    assert judge(CELL, PODS, evidence, NOW, FRESH).state is State.UP


def test_an_alarm_of_a_canary_does_not_grow_old() -> None:
    evidence = [*four()[:-1], piece(Layer.PROVED, Stance.DOWN, age=1e6)]
    assert judge(CELL, PODS, evidence, NOW, FRESH).state is State.DOWN


def test_the_line_names_what_to_change() -> None:
    wrong = Evidence(
        Layer.EFFECTIVE, Stance.DOWN, "dump", NOW, "it is open on failure",
        pod="ehr-1", object="EnvoyFilter clinic/x", fix="set failure_mode_allow: false",
    )  # fmt: skip
    assert judge(CELL, PODS, [*four(), wrong], NOW, FRESH).line == (
        "clinic/Deployment/ehr/inbound/8080/mesh: DOWN: EnvoyFilter clinic/x: pod ehr-1: "
        "it is open on failure; set failure_mode_allow: false"
    )


_TIMES = st.one_of(st.none(), st.floats(NOW - 1e5, NOW + 1e3), st.just(float("nan")))
_PIECES = st.builds(
    Evidence, st.sampled_from(Layer), st.sampled_from(Stance), st.just("s"), _TIMES,
    st.sampled_from(["a", "b"]), pod=st.sampled_from(["", *PODS, "ehr-3"]),
)  # fmt: skip
_ONE_EACH = st.lists(_PIECES, unique_by=lambda each: (each.layer, each.pod)).map(
    lambda found: [
        each for each in found if each.layer is Layer.EFFECTIVE or not each.pod
    ]
)  # fmt: skip


@given(st.lists(_PIECES), st.randoms())
def test_the_order_says_nothing(evidence: list[Evidence], random: object) -> None:
    shuffled = list(evidence)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = judge(CELL, PODS, evidence, NOW, FRESH)
    other = judge(CELL, PODS, shuffled, NOW, FRESH)
    assert (one.state, one.grade, one.line) == (other.state, other.grade, other.line)


@given(st.sampled_from(Stance), st.data(), _ONE_EACH)
def test_less_evidence_never_makes_up(
    stance: Stance, data: st.DataObject, more: list[Evidence]
) -> None:
    whole = {(each.layer, each.pod): each for each in four(proved=stance)}
    whole.update({(each.layer, each.pod): each for each in more})
    evidence = list(whole.values())
    before = judge(CELL, PODS, evidence, NOW, FRESH).state
    # a pod that is not of the cell is no evidence of it
    mine = [each for each in evidence if each.pod in ("", *PODS)]
    gone = data.draw(st.sampled_from([e for e in mine if e.pod or e.layer is not Layer.EFFECTIVE]))
    after = judge(CELL, PODS, [each for each in evidence if each is not gone], NOW, FRESH).state
    assert after is not State.UP or before is State.UP
    assert after is not State.UP


@given(st.lists(_PIECES))
def test_one_layer_alone_is_never_up(evidence: list[Evidence]) -> None:
    for layer in Layer:
        some = [each for each in evidence if each.layer is layer]
        assert judge(CELL, PODS, some, NOW, FRESH).state is not State.UP

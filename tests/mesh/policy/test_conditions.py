import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message import identity, paths
from mesh.message.facts import Protocol
from mesh.policy.conditions import Condition, Edge, Fit
from mesh.policy.policy import OperationMatch

PATTERNS = st.sampled_from(["*", "/a", "/a/", "/a/*", "/a*", "/", "/b"])


def edge(path: str | None = "/a", port: int = 80, method: str = "GET") -> Edge:
    return Edge("", "", True, Protocol.HTTP, method, path, "Api.Example:80", port)


def mllp(message_type: str) -> Edge:
    return Edge("", "", True, Protocol.MLLP, "", "", "", 80, message_type=message_type)


def hl7(*types: str, ports: tuple[int, ...] = ()) -> OperationMatch:
    return OperationMatch(ports=ports, protocols=(Protocol.MLLP,), message_types=types)


@given(
    st.lists(PATTERNS, min_size=1, max_size=3),
    st.sampled_from(["", "/", "/a", "/a/", "/a/b", "/ab", "/b", "/c", "*"]),
)
def test_sorted_patterns_name_what_each_of_them_names(patterns, path):
    found = Condition(OperationMatch(paths=tuple(patterns))).fit(edge(path))
    assert (found is Fit.YES) is any(identity.matches(pattern, path) for pattern in patterns)


@pytest.mark.parametrize(
    ("operation", "message", "fit"),
    [
        (OperationMatch(paths=("/a",)), edge(None), Fit.UNSURE),
        (OperationMatch(paths=("/a", "*")), edge(None), Fit.YES),
        (OperationMatch(paths=("/a",), ports=(80,)), edge(port=0), Fit.UNSURE),
        (OperationMatch(paths=("/b",), ports=(80,)), edge(port=0), Fit.NO),
        (OperationMatch(paths=("/a",), methods=("POST",)), edge(None), Fit.NO),
        (OperationMatch(hosts=("api.example",)), edge(), Fit.YES),
        (OperationMatch(hosts=("example",)), edge(), Fit.NO),
        (OperationMatch(protocols=(Protocol.TCP,)), edge(), Fit.NO),
        (OperationMatch(protocols=(Protocol.MLLP,)), edge(), Fit.NO),
        (OperationMatch(), mllp("ADT^A01"), Fit.NO),
        (OperationMatch(protocols=(Protocol.TCP,)), mllp("ADT^A01"), Fit.NO),
        (OperationMatch(protocols=(Protocol.MLLP,)), mllp(""), Fit.YES),
        (hl7("ADT^A01"), mllp("ADT^A01"), Fit.YES),
        (hl7("ADT^A01"), mllp("ADT^A04"), Fit.NO),
        (hl7("ADT^A01", "ADT^*"), mllp("ADT^A04"), Fit.YES),
        (hl7("ADT^*"), mllp("ADT"), Fit.NO),
        (hl7("*"), mllp("ADT^A04"), Fit.YES),
        (hl7("*"), mllp(""), Fit.UNSURE),
        (hl7("ADT^A01"), mllp(""), Fit.UNSURE),
        (hl7("ADT^A01"), edge()._replace(protocol=Protocol.TCP), Fit.NO),
        (hl7("ADT^A01", ports=(2575,)), mllp("ADT^A01"), Fit.NO),
    ],
)
def test_the_least_sure_part_decides(operation, message, fit):
    assert Condition(operation).fit(message) is fit


def test_equal_conditions_are_one():
    assert (
        len({Condition(OperationMatch(paths=("/a",))), Condition(OperationMatch(paths=("/a",)))})
        == 1
    )


def test_hosts_are_compared_with_the_normalised_authority():
    assert paths.normalise_host(edge().authority) == "api.example"

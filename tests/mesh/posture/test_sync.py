"""What istiod says of a proxy that has not taken its newest configuration."""

from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.posture import sync
from mesh.posture.sync import NOT_GIVEN, NOT_KNOWN, SyncError

# as istiod 1.20 and istiod 1.27 write it
OLD: Final[dict[str, Any]] = {
    "proxy": "ehr-1.clinic", "proxy_type": "sidecar", "istio_version": "1.20.0",
    "cluster_sent": "n1", "cluster_acked": "n1", "listener_sent": "n2", "listener_acked": "n2",
    "route_sent": "n3", "route_acked": "n3", "endpoint_sent": "n5", "endpoint_acked": "n4",
}  # fmt: skip
NEW: Final[dict[str, Any]] = {
    "proxy": "lab-1.clinic",
    "resources": {
        "CDS": {"sent": "a", "acked": "a"},
        "LDS": {"sent": "b", "acked": "b"},
        "EDS": {"sent": "d", "acked": "c"},
    },
}


def lack(entry: object) -> str:
    ((_, found),) = sync.read([[entry]]).items()
    return found


def test_a_proxy_that_has_everything_lacks_nothing() -> None:
    assert sync.read([[OLD], [NEW]]) == {("clinic", "ehr-1"): "", ("clinic", "lab-1"): ""}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({**OLD, "listener_acked": "n1"}, "istiod has sent listener that its proxy"),
        ({key: v for key, v in OLD.items() if key != "route_acked"}, "istiod has sent route that"),
        ({**NEW, "resources": {"LDS": {"sent": "b"}}}, "istiod has sent LDS that"),
        (
            {**NEW, "resources": {"LDS": {"sent": "b", "acked": "b", "lastError": "x"}}},
            "its proxy refused an update of LDS",
        ),
        ({"proxy": "a.b"}, "istiod has sent it nothing"),
    ],
)
def test_a_proxy_that_lacks_something_is_named(entry: dict[str, Any], why: str) -> None:
    assert lack(entry).startswith(why)


def test_of_two_pages_the_worse_one_counts() -> None:
    late = {**OLD, "listener_acked": "n1"}
    assert sync.read([[OLD], [late]]) == sync.read([[late], [OLD]])
    assert sync.read([[late], [OLD]])["clinic", "ehr-1"]


@pytest.mark.parametrize(
    "page",
    [{}, None, "[]", [5], [{}], [{"proxy": "ehr"}], [{"proxy": "a.b", "resources": {"x": 1}}]],
)
def test_what_is_no_page_is_refused(page: object) -> None:
    with pytest.raises(SyncError):
        sync.read([page])


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["proxy", "resources", "a_sent", "a_acked", "sent"]), inner
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_page_is_read_or_refused(page: object) -> None:
    with suppress(SyncError):
        sync.read([page])


EHR: Final = ("clinic", "ehr-1")


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (None, {EHR: NOT_GIVEN}),
        ({}, {EHR: NOT_KNOWN}),
        ({EHR: "late"}, {EHR: "late"}),
        ({EHR: ""}, {}),
    ],
)
def test_what_istiod_does_not_confirm_is_in_doubt(
    known: dict[tuple[str, str], str] | None, why: dict[tuple[str, str], str]
) -> None:
    assert sync.doubts([EHR], known) == why


def test_a_kind_that_a_real_page_has_twice_is_named_once() -> None:
    sent = {"cluster_sent": "2", "cluster_acked": "1"}
    both = {"type.googleapis.com/envoy.config.cluster.v3.Cluster": {"sent": "2", "acked": "1"}}
    (lack,) = sync.read([[{"proxy": "ehr-0.clinic", **sent, "resources": both}]]).values()
    assert lack == "istiod has sent cluster that its proxy has not acknowledged"

"""Who writes: one replica, and another one after it has been silent for long enough."""

from extauthz.policies.kubernetes_api import Api
from extauthz.policies.leases import SECONDS, Place, Watch, digest_of, replica, writers

A, B = (Place(Api("http://localhost:1"), "guards", pod) for pod in ("a", "b"))
NOW, LATER = "2026-11-30T10:00:00.000000Z", "2026-11-30T10:00:10.000000Z"


def stored(lease, version="7"):
    return {**lease, "metadata": {**lease["metadata"], "resourceVersion": version}}


def test_the_first_one_takes_it_and_renews_it():
    first = writers(A, None, NOW, expired=False)
    assert first["spec"]["holderIdentity"] == "a"
    again = writers(A, stored(first), LATER, expired=False)
    assert (again["spec"]["renewTime"], again["spec"]["acquireTime"]) == (LATER, NOW)
    assert again["spec"]["leaseTransitions"] == 0


def test_another_one_waits_until_it_has_expired_and_takes_over_what_it_saw():
    first = stored(writers(A, None, NOW, expired=False))
    assert writers(B, first, LATER, expired=False) is None
    taken = writers(B, first, LATER, expired=True)
    assert taken["metadata"]["resourceVersion"] == "7"
    assert taken["spec"] == {
        "holderIdentity": "b",
        "leaseDurationSeconds": SECONDS,
        "renewTime": LATER,
        "acquireTime": LATER,
        "leaseTransitions": 1,
    }


def test_a_lease_that_nobody_holds_is_taken_at_once():
    empty = stored({"metadata": {"name": "x"}, "spec": None})
    assert writers(B, empty, NOW, expired=False)["spec"]["holderIdentity"] == "b"


def test_age_counts_from_when_a_change_was_seen_whatever_clocks_say():
    watch, lease = Watch(), replica(A, "", "2001-01-01T00:00:00.000000Z")
    assert watch.age(lease, 100.0) == 0.0
    assert watch.age(lease, 130.0) == 30.0
    moved = replica(A, "", "1999-01-01T00:00:00.000000Z")  # its clock was set back
    assert watch.age(moved, 140.0) == 0.0
    assert watch.age(moved, 141.0) == 1.0
    watch.forget([])
    assert watch.age(moved, 200.0) == 0.0


def test_a_replica_says_which_policy_it_runs():
    assert digest_of(replica(A, "abc", NOW)) == "abc"
    assert digest_of({"metadata": {"name": "x"}}) == ""

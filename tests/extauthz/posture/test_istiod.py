"""istiod's debug page by its address."""

import pytest
from posture_cluster import Api

from extauthz.posture import istiod


def test_the_page_of_each_istiod_is_read():
    with Api([]) as one, Api([]) as other:
        one.answers["/debug/syncz"] = other.answers["/debug/syncz"] = (200, b"[]")
        found, problems = istiod.pages([one.url, other.url], lambda: 5.0)
    assert [(each.data, each.at) for each in found] == [(b"[]", 5.0)] * 2
    assert found[0].source == f"{one.url}/debug/syncz"
    assert problems == ()


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_istiod_that_refuses_is_a_problem(status):
    with Api([]) as api:
        api.refused["/debug/syncz"] = status
        found, (problem,) = istiod.pages([api.url])
    assert (found, problem.startswith(f"istiod {api.url}: ")) == ((), True)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "istiod:15014", "http://", "file:///etc/passwd"]
)
def test_an_address_that_leads_nowhere_is_a_problem(url):
    found, (problem,) = istiod.pages([url])
    assert (found, url in problem) == ((), True)

import http.client
from pathlib import Path

import pytest
from kubernetes_server import END, ApiServer, policy_object
from old_authority import ask_strictly, old_authority

from extauthz.demo.certificates import Authority
from extauthz.demo.topology import GUARD
from extauthz.policies import kubernetes_api
from extauthz.policies.kubernetes_api import Api, ApiError, GoneError, call, list_objects, watch

PATH = "/apis/phiguard.dev/v1alpha1/segmentationpolicies"
ONE = policy_object("mesh", "one", {})
BOOKMARK = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "77"}}}


def test_a_list_is_read_page_by_page():
    items = [policy_object("mesh", str(n), {}) for n in range(5)]
    with ApiServer(items, page=2) as server:
        listed = list_objects(Api(server.url), PATH)
    assert ([i["metadata"]["name"] for i in listed.items], listed.version) == (list("01234"), "10")
    assert [(path, query.get("continue")) for path, query, _ in server.requests] == [
        (PATH, None),
        (PATH, "2"),
        (PATH, "4"),
    ]


def test_a_watch_yields_changes_and_bookmarks_until_the_server_ends_it():
    with ApiServer() as server:
        for event in ({"type": "ADDED", "object": ONE}, BOOKMARK, END):
            server.events.put(event)
        found = [(event.type, event.version) for event in watch(Api(server.url), PATH, "10")]
    assert found == [("ADDED", "5"), ("BOOKMARK", "77")]
    _, query, _ = server.requests[0]
    assert (query["resourceVersion"], query["allowWatchBookmarks"]) == ("10", "true")


def test_tls_is_proven_with_the_clusters_roots_and_the_token_is_read_for_each_request(tmp_path):
    tls = Authority.create().issue(GUARD, tmp_path / "tls", dns="localhost")
    other = Authority.create().issue(GUARD, tmp_path / "other")
    token = tmp_path / "token"
    with ApiServer([ONE], tls=tls) as server:
        api = Api(server.url, token, tls.authority)
        for word in ("first", "second"):
            token.write_text(f"{word}\n")
            assert list_objects(api, PATH).items
        with pytest.raises(ApiError, match="cannot be asked"):
            list_objects(Api(server.url, token, other.authority), PATH)
    assert [bearer for *_, bearer in server.requests] == ["Bearer first", "Bearer second"]


def test_the_authority_of_an_old_cluster_is_trusted_on_python_3_13_too(tmp_path, monkeypatch):
    ask_strictly(monkeypatch)
    old = old_authority(tmp_path)
    with ApiServer([ONE], tls=old) as server:
        assert list_objects(Api(server.url, ca=Path(old.authority)), PATH).items


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "token"), (403, "get, list and watch"), (404, "policy schema --crd"), (500, "log")],
)
def test_a_refusal_says_what_to_do_and_nothing_of_the_answer(status, hint):
    with ApiServer() as server:
        server.fail.append(status)
        with pytest.raises(ApiError, match=f"status {status}; .*{hint}") as raised:
            list_objects(Api(server.url), PATH)
    assert "Status" not in str(raised.value)


@pytest.mark.parametrize("way", ["status", "event"])
def test_a_version_that_is_too_old_is_told_apart(way):
    with ApiServer() as server:
        server.events.put({"type": "ERROR", "object": {"kind": "Status", "code": 410}})
        server.fail += [410] * (way == "status")
        with pytest.raises(GoneError):
            list(watch(Api(server.url), PATH, "1"))


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n", b"[1]\n", b'"x"\n', b'{"type": "ADDED"}\n',
        b'{"type": "ADDED", "object": {}}\n', b"\xff\n",
        b'{"type": "ADDED", "object": {"metadata": null}}\n', b'{"type": "ERROR", "object": {}}\n',
        b'{"type": "ERROR", "object": {"code": "x"}}\n', b"[" * 100_000 + b"\n",
    ],
)  # fmt: skip
def test_a_malformed_event_ends_the_watch_as_an_error(line):
    with ApiServer() as server:
        server.events.put(line)
        with pytest.raises(ApiError) as raised:
            list(watch(Api(server.url), PATH, "1"))
    assert not isinstance(raised.value, GoneError)


def test_a_refusal_that_ends_its_connection_leaves_no_socket_open(monkeypatch):
    """After `Connection: close` the answer owns the socket, and closing the connection is no end."""
    made = []

    class Recorded(http.client.HTTPResponse):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            made.append(self)

    monkeypatch.setattr(http.client.HTTPConnection, "response_class", Recorded)
    with ApiServer() as server:
        server.fail = [403]
        with pytest.raises(ApiError):
            list_objects(Api(server.url), PATH)

    assert [answer.isclosed() for answer in made] == [True]


def test_an_answer_that_would_fill_the_memory_is_an_error(monkeypatch):
    monkeypatch.setattr(kubernetes_api, "_MAX_BYTES", 50)
    with ApiServer([ONE]) as server, pytest.raises(ApiError, match="more than 50 bytes"):
        list_objects(Api(server.url), PATH)


def test_nobody_listening_or_no_token_is_an_error_of_one_line(tmp_path):
    with ApiServer() as server:
        url = server.url
        with pytest.raises(ApiError, match=r"token: no such file"):
            list_objects(Api(url, tmp_path / "token"), PATH)
    with pytest.raises(ApiError, match="connection refused; the API server cannot be asked"):
        list_objects(Api(url), PATH)


def test_a_connection_that_falls_silent_is_dead(monkeypatch):
    monkeypatch.setattr(kubernetes_api, "_READ_SECONDS", 0.2)
    with ApiServer() as server, pytest.raises(ApiError, match="does not answer in time"):
        list(watch(Api(server.url), PATH, "1"))


def test_a_call_returns_the_object_of_the_answer():
    with ApiServer([policy_object("mesh", "wide", {})]) as server:
        found = call(Api(server.url), "GET", "/apis/any?limit=1")
    assert [each["metadata"]["name"] for each in found["items"]] == ["wide"]
    assert server.requests[0][:2] == ("/apis/any", {"limit": "1"})


@pytest.mark.parametrize("status", [403, 404, 409, 422, 429, 500])
def test_a_call_that_is_refused_has_its_status_and_no_text_of_the_answer(status):
    with ApiServer() as server:
        server.fail.append(status)
        with pytest.raises(ApiError) as refused:
            call(Api(server.url), "GET", "/apis/any")
    assert refused.value.status == status
    assert f"status {status}" in str(refused.value)
    assert "Status" not in str(refused.value)

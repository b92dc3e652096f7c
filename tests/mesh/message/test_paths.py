import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message import paths


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/claims", "/claims"),
        ("/claims?draft=1", "/claims"),
        ("/claims#top", "/claims"),
        ("/claims?a=//&b=%2f..", "/claims"),  # the query is not matched
        ("/cl%61ims", "/claims"),  # an escaped letter is that letter to every server
        ("/caf%C3%A9", "/café"),
        ("/.well-known/x", "/.well-known/x"),
        ("/a..b", "/a..b"),
        ("/10%25", "/10%"),
        ("/", "/"),
        ("*", "*"),
        ("", ""),
    ],
)
def test_a_path_has_one_form(raw, path):
    assert paths.normalise(raw) == path


@pytest.mark.parametrize(
    "raw",
    [
        *("/a%2fb", "/a%2Fb", "/a%5cb", "/%2e%2e/b", "/a%00", "/a%3Bb", "/a%252fb", "/a%2561"),
        *("/a//b", "//", "/a/./b", "/a/../b", "/a/.", "/a/..", "/a;x=1/b", "/..;/b", "/a\\b"),
        *("/a%", "/a%2", "/a%zz", "/a\x00b", "/a%0ab", "/a%7f", "/a%ff", "/%c0%af"),
        *("claims", "http://billing/claims", "%2fclaims"),
    ],
)
def test_a_path_that_two_servers_could_read_in_two_ways_has_none(raw):
    assert paths.normalise(raw) is None


@given(st.text(max_size=30))
def test_normalise_is_total_and_leaves_no_trick(raw):
    path = paths.normalise(raw)
    assert path is None or not {"//", "/../", "\\", ";", "\0"} & {
        path[i:j] for i in range(len(path)) for j in (i + 1, i + 2, i + 4)
    }


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("Billing.finance:8080", "billing.finance"),
        ("billing.", "billing"),
        ("billing.:80", "billing"),
        ("[::1]:80", "[::1]"),
        ("[::1]", "[::1]"),
        ("", ""),
    ],
)
def test_a_host_has_one_form(authority, host):
    assert paths.normalise_host(authority) == host


@pytest.mark.parametrize("pattern", ["*", "/", "/claims", "/claims*", "/claims/*", "/café", "/*"])
def test_a_path_pattern_has_one_star_at_its_end(pattern):
    assert paths.is_path_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "claims", "/a*b", "*/x", "/a/**", "/a?b", "/a#b", "/a%20b", "/a//b", "/{*}"]
)
def test_other_path_patterns_are_refused(pattern):
    assert not paths.is_path_pattern(pattern)


@pytest.mark.parametrize("pattern", ["billing", "*.example", "billing*", "*", "10.0.0.7", "[::1]"])
def test_a_host_pattern_has_one_star_at_an_end(pattern):
    assert paths.is_host_pattern(pattern)


@pytest.mark.parametrize("pattern", ["", "a.*.b", "*a*", "billing:80", "Billing", "http://billing"])
def test_other_host_patterns_are_refused(pattern):
    assert not paths.is_host_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "host", "named"),
    [
        ("*.example", "a.example", True),
        ("*.example", ".example", False),  # Istio too wants something for the star
        ("*.example", "a.example.org", False),
        ("billing*", "billing.finance", True),
        ("billing", "billing", True),
        ("*", "billing", True),
        ("*", "", False),
    ],
)
def test_a_host_pattern_names_a_host(pattern, host, named):
    assert paths.host_matches(pattern, host) is named


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("*.example", "a.example", True),
        ("*.example", "*.a.example", True),
        ("*.example", "*.example", True),
        ("*.example", "*example", False),
        ("*.example", "a*", False),
        ("*", "*.example", True),
        ("a*", "a.example", True),
        ("a*", "*.example", False),
    ],
)
def test_one_host_pattern_covers_another(wide, narrow, covered):
    assert paths.host_covers(wide, narrow) is covered


@given(st.text("/a.~-_%;\\?#1 é\x00", max_size=12))
def test_the_fast_way_for_plain_paths_gives_what_the_slow_one_gives(tail):
    # `%61` is an `a`, and no plain path has an escape
    assert paths.normalise(f"/a{tail}") == paths.normalise(f"/%61{tail}")

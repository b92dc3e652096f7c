from mesh.message.headers import NO_HEADERS, Headers

SENT = Headers((("x-a", "1"), ("x-b", ""), ("x-a", "2")))


def test_a_header_has_all_of_its_values_in_their_order():
    assert (SENT.all("x-a"), SENT.get("x-a")) == (("1", "2"), "1, 2")
    assert SENT.names == ("x-a", "x-b")


def test_an_empty_header_is_there_and_an_absent_one_is_not():
    assert "x-b" in SENT
    assert "x-c" not in SENT
    assert (SENT.all("x-b"), SENT.all("x-c"), SENT.get("x-c")) == (("",), (), "")


def test_a_length_is_known_when_all_its_headers_say_the_same():
    def length(*values):
        return Headers(tuple(("content-length", value) for value in values)).content_length

    assert (length("12"), length(" 12 ", "12"), length("12", "13")) == (12, 12, None)
    assert (length(), length(""), length("-1"), length("12, 1001")) == (None, None, None, None)


def test_no_repr_shows_a_header():
    assert repr(Headers((("x-secret", "secret"),))) == "Headers(1)"


def test_headers_are_equal_when_their_pairs_are():
    assert Headers((("a", "1"),)) == Headers((("a", "1"),))
    assert Headers((("a", "1"),)) != NO_HEADERS
    assert len({Headers((("a", "1"),)), Headers((("a", "1"),))}) == 1

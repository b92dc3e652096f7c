"""What a terminal shows, as a picture."""

from xml.etree import ElementTree

from tools.terminal_picture import Style, lines, svg

RED = Style(colour="#ff7b72")


def test_colours_and_weights_end_where_the_terminal_ends_them():
    assert lines("a\x1b[1;31mb\x1b[0mc\x1b[22;39md", 80) == [
        [("a", Style()), ("b", Style(colour="#ff7b72", bold=True)), ("c", Style()), ("d", Style())]
    ]


def test_long_lines_wrap_as_on_a_terminal():
    assert lines("abc\x1b[31mdefg\n", 5) == [
        [("abc", Style()), ("de", RED)],
        [("fg", RED)],
    ]


def test_other_controls_leave_no_trace():
    assert lines("\x1b]0;title\x07a\x1b[2K\x1b[5Cb\r\n\n", 80) == [[("a", Style()), ("b", Style())]]


def test_the_picture_is_xml_that_names_no_other_host_and_keeps_spaces():
    made = svg("\x1b[32mok   <1>\x1b[0m & more", title="phiguard demo", width=40)
    root = ElementTree.fromstring(made)  # noqa: S314 - made above
    texts = [t for e in root.iter() if (t := (e.text or "").strip())]
    assert texts == ["phiguard demo", "ok\xa0\xa0\xa0<1>", "&\xa0more"]
    assert made.replace("http://www.w3.org/2000/svg", "").find("//") == -1

import pytest

from mesh.message.hl7_charsets import charset_of, is_of


@pytest.mark.parametrize(
    ("names", "charset"),
    [
        ([""], ""),
        (["", " "], ""),
        (["ASCII"], "ascii"),
        (["ISO IR6"], "ascii"),
        (["8859/1"], "iso8859-1"),
        (["8859/15"], "iso8859-15"),
        (["UNICODE UTF-8"], "utf-8"),
        (["unicode utf-8"], "utf-8"),
        (["UTF-8"], "utf-8"),
        (["ISO-8859-1"], "iso8859-1"),
        (["WINDOWS-1252"], "cp1252"),
        (["GB 18030-2000"], "gb18030"),
        (["BIG-5"], "big5"),
        (["KS X 1001"], "euc_kr"),
        (["", "ISO IR87"], "iso2022_jp"),
        (["ASCII", "ISO IR14", "ISO IR87"], "iso2022_jp"),
    ],
)
def test_the_charset_of_msh_18(names, charset):
    assert charset_of(names) == charset


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["UNICODE UTF-16"], "half of a character can be the end of a frame"),
        (["UTF-16"], "the same, by another name"),
        (["UNICODE UTF-32"], "the same"),
        (["UNICODE"], "it names no encoding"),
        (["8859/1", "8859/2"], "nobody says where the one ends"),
        (["NOSUCH"], "unknown"),
        (["zlib"], "a codec of Python that is no charset"),
        (["punycode"], "no charset of messages, and slow"),
        (["utf-7"], "its ASCII can mean other letters"),
    ],
)
def test_what_cannot_be_read(names, why):
    assert charset_of(names) is None, why


@pytest.mark.parametrize(
    ("message", "charset"),
    [
        (b"Jos\xc3\xa9", "utf-8"),
        (b"Jos\xe9", "iso8859-1"),
        (b"Jose", "ascii"),
        (b"Jos\xe9", ""),
        ("三".encode("gb18030"), "gb18030"),
        ("山田".encode("iso2022_jp"), "iso2022_jp"),
    ],
)
def test_bytes_of_the_charset(message, charset):
    assert is_of(message, charset)


@pytest.mark.parametrize(
    ("message", "charset"),
    [
        (b"Jos\xe9", "utf-8"),
        (b"Jos\xc3\xa9", "ascii"),
        (b"\xff\xff", "gb18030"),
        (b"\x81", "cp1252"),
    ],
)
def test_bytes_of_another_charset(message, charset):
    assert not is_of(message, charset)

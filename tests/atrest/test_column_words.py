"""The tables of words of names of columns."""

from atrest.column_words import LANGUAGES


def test_meanings_are_english_words_or_nothing():
    for table in LANGUAGES:
        assert all(meaning == "" or meaning.isascii() for meaning in table.values())
        assert "" in table.values()


def test_words_are_written_as_they_are_looked_up():
    assert all(word == word.lower() and word for table in LANGUAGES for word in table)

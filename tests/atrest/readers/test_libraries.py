import io
import logging

from atrest.readers.libraries import silence


def test_what_a_library_logs_is_said_nowhere(capfd):
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    try:
        logging.getLogger("loud.below").warning("ruiz_ana.txt")
        silence("loud")
        logging.getLogger("loud.below").warning("ruiz_ana.txt")
    finally:
        logging.getLogger().removeHandler(handler)
    assert said.getvalue().count("ruiz") == 1
    assert capfd.readouterr().err == ""

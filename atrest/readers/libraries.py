"""What is kept from the libraries that ask the stores."""

import logging


def silence(*names: str) -> None:
    """Let nothing of these libraries into a log.

    They log paths, whole listings, documents as they come, and errors of servers. A key can be a
    name of a patient.
    """
    for name in names:
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False

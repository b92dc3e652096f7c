"""What each process of a scan of canaries does besides: a test copies this to `sitecustomize.py`.

It logs whatever any library says. In workers it also breaks the reader of one file as native code
breaks: that writes to the standard error, and raises what is no Exception. Both quote the file.
"""

import logging
import os
import sys

_WORKERS = ("default_worker.py", "--multiprocessing-fork")  # of Ray, and of this machine

logging.basicConfig(level=logging.DEBUG, filename=f"{os.environ['CANARY_LOG']}.{os.getpid()}")
logging.getLogger("canary").debug("logs are written")


class Panic(BaseException):
    """What native code raises."""


def _break_reader(name: str) -> None:
    from atrest.readers import files  # noqa: PLC0415 - the other processes do without

    whole = files.Files.read

    def read(self, unit, budget):
        if unit.name != name:
            return whole(self, unit, budget)
        text = (self._root / unit.name).read_text()
        sys.stderr.write(text)
        os.write(2, text.encode())
        raise Panic(text)

    files.Files.read = read


if any(word.endswith(_WORKERS) for word in sys.orig_argv):
    _break_reader(os.environ["CANARY_BROKEN"])

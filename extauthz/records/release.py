"""The release of phiguard that runs, as records, spans and exports name it."""

from importlib import metadata
from typing import Final

VERSION: Final = metadata.version("phiguard")

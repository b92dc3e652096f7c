"""Reads the lists of media kinds of a rule: `phi.request.media` and `phi.response.media`."""

from typing import Final

from yaml.nodes import Node, SequenceNode

from mesh.policy_file.nodes import NodeReader, closest
from phiscan.media_names import MEDIA_NAMES

_UNREAD: Final = {
    "empty": "an empty body always passes",
    "unknown": "it stands for what was not read",
    "binary": "it stands for files that no reader reads",
    "encrypted": "it stands for files that nobody can read",
}
"""Names of media kinds that no policy can list."""


def read_media(reader: NodeReader, node: Node) -> frozenset[str]:
    """A list of media kinds. An empty one is an error: it could be meant as none or as any."""
    words = [
        (item, reader.text(item, "an entry of `media`"))
        for item in reader.sequence(node, "`media`")
    ]
    for item, word in words:
        if word and word not in MEDIA_NAMES:
            reader.error(item, f"unknown media kind `{word}`", _hint(word))
    if isinstance(node, SequenceNode) and not words:
        reader.error(node, "`media` is empty", "list what may flow, or leave the key out for any")
    return frozenset(word for _, word in words)


def _hint(word: str) -> str:
    if word == "*":
        return "leave `media` out for any"
    if word in _UNREAD:
        return f"{_UNREAD[word]}; list kinds that can be read"
    # a media type for a media kind: `application/fhir+json`
    close = closest(word.lower().rpartition("/")[2], MEDIA_NAMES)
    return close or f"known: {', '.join(MEDIA_NAMES)}"

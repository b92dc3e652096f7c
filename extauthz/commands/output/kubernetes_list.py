"""Objects of Kubernetes as JSON, as `kubectl get -o json` has several of them."""

from typing import Annotated, Literal, TypedDict

import yaml


class KubernetesList(TypedDict):
    """Objects of Kubernetes; `kubectl apply -f -` takes it."""

    apiVersion: Literal["v1"]
    kind: Literal["List"]
    items: Annotated[list[dict[str, object]], "the objects"]


def of_yaml(text: str) -> KubernetesList:
    """Return the objects of a YAML stream."""
    items = [each for each in yaml.safe_load_all(text) if each is not None]
    return KubernetesList(apiVersion="v1", kind="List", items=items)

"""The metrics as a page that Prometheus reads: its text format, or OpenMetrics with exemplars.

The names and labels are those that the Prometheus exporter of an OpenTelemetry collector makes of
the same metrics, so one set of alarms serves both. Each series has the number of its worker as a
label. The workers' counts are not added up here: after the death of a worker, its counts begin at
0 again, and only a series of its own lets Prometheus see that.

INVARIANT (allow-list): a metric that `allow_list.METRICS` does not list, or that has another
attribute, is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import orjson
from opentelemetry.trace import format_trace_id
from prometheus_client import exposition
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as exposition_of_openmetrics
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.samples import Exemplar

from extauthz.records.allow_list import METRICS
from extauthz.records.series import Buckets, Example, Family, Kind, Words

WORKER: Final = "worker"
"""The label of a worker's number."""

# https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
_UNITS: Final = {"s": "seconds", "By": "bytes"}

_OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Source = tuple[str, Sequence[Family]]
"""Who counted: the number of a worker, or nothing for the process above them; with its metrics."""


def name_of(family: str, unit: str) -> str:
    """Return the name that Prometheus gives a metric, without `_total` and `_bucket`.

    Args:
        family: the name in OpenTelemetry.
        unit: in UCUM. One in braces, such as `{decision}`, is left out.
    """
    suffix = _UNITS.get(unit, "")
    return "_".join(filter(None, (label_of(family), suffix)))


def label_of(key: str) -> str:
    """Return the name of an attribute as a label."""
    return key.replace(".", "_")


def rendered(sources: Sequence[Source], *, openmetrics: bool) -> tuple[bytes, str]:
    """Return the page and its media type.

    Args:
        sources: whose counts.
        openmetrics: whether the page is OpenMetrics 1.0, which has exemplars, or plain text.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Page(sources))
    if openmetrics:
        page: bytes = exposition_of_openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]
        return page, _OPENMETRICS
    return exposition.generate_latest(registry), exposition.CONTENT_TYPE_PLAIN_0_0_4


def packed(families: Iterable[Family]) -> bytes:
    """Return metrics as JSON, for another process of this guard."""
    return orjson.dumps(
        [
            (
                each.name,
                each.kind,
                each.unit,
                each.description,
                each.keys,
                each.bounds,
                each.values,
                [(words, _packed_buckets(buckets)) for words, buckets in each.buckets],
            )
            for each in families
        ]
    )


def unpacked(data: bytes) -> list[Family]:
    """Return what `packed` packed. Raises ValueError for anything else."""
    try:
        return [
            Family(
                name,
                Kind(kind),
                unit,
                description,
                tuple(keys),
                tuple(bounds),
                [(tuple(words), value) for words, value in values],
                [(tuple(words), _unpacked_buckets(*each)) for words, each in buckets],
            )
            for name, kind, unit, description, keys, bounds, values, buckets in orjson.loads(data)
        ]
    except TypeError as error:
        raise ValueError("not packed metrics") from error


class _Page(Collector):
    """What prometheus_client asks for the metrics."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def collect(self) -> Iterable[Metric]:
        """Return each metric once, with the series of all workers."""
        made: dict[str, Metric] = {}
        for worker, families in self._sources:
            for family in filter(_is_listed, families):
                metric = made.get(family.name)
                if metric is None:
                    metric = made[family.name] = _metric(family)
                _add(metric, family, {WORKER: worker} if worker else {})
        return made.values()


def _is_listed(family: Family) -> bool:
    return set(family.keys) <= METRICS.get(family.name, set()) and family.name in METRICS


def _metric(family: Family) -> Metric:
    name, unit = name_of(family.name, family.unit), _UNITS.get(family.unit, "")
    return Metric(name, family.description, family.kind.value, unit)


def _add(metric: Metric, family: Family, more: Mapping[str, str]) -> None:
    name = metric.name + ("_total" if family.kind is Kind.COUNTER else "")
    for words, value in family.values:
        metric.add_sample(name, _labels(family.keys, words, more), value)
    for words, buckets in family.buckets:
        _add_buckets(metric, family, _labels(family.keys, words, more), buckets)


def _add_buckets(metric: Metric, family: Family, labels: dict[str, str], of: Buckets) -> None:
    so_far = 0
    bounds = (*(str(float(bound)) for bound in family.bounds), "+Inf")
    for bound, number, example in zip(bounds, of.counts, of.examples, strict=True):
        so_far += number
        below = {**labels, "le": bound}
        metric.add_sample(f"{metric.name}_bucket", below, so_far, None, _exemplar(example))
    metric.add_sample(f"{metric.name}_count", labels, so_far)
    metric.add_sample(f"{metric.name}_sum", labels, of.total)


def _exemplar(example: Example | None) -> Exemplar | None:
    if example is None:
        return None
    value, trace, time = example
    return Exemplar({"trace_id": format_trace_id(trace)}, value, time / 1e9)


def _labels(keys: Sequence[str], words: Words, more: Mapping[str, str]) -> dict[str, str]:
    texts = (str(word).lower() if isinstance(word, bool) else word for word in words)
    return {**{label_of(key): text for key, text in zip(keys, texts, strict=True)}, **more}


def _packed_buckets(of: Buckets) -> tuple[object, ...]:
    # a trace id has more bits than a number of orjson
    examples = [each and (each[0], format_trace_id(each[1]), each[2]) for each in of.examples]
    return of.counts, of.total, examples


def _unpacked_buckets(
    counts: list[int], total: float, examples: Sequence[tuple[float, str, int] | None]
) -> Buckets:
    return Buckets(
        counts,
        total,
        examples=[each and (each[0], int(each[1], 16), each[2]) for each in examples],
    )

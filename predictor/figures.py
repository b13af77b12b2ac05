"""What `/metrics` says: requests, rows, errors, and how the predictions are distributed."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client import Counter as Count
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from predictor.scorer import Scores
from predictor.versions import ServedVersion

# A request of one row takes some 0.1 ms.
SECONDS: Final = (
    *(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025),
    *(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
TENTHS: Final = tuple(tenth / 10 for tenth in range(1, 10))


class Figures:
    """The figures of one server; but for requests and errors, one thread at a time notes them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        requests = self._count("predictor_requests", "Requests answered", "route", "status")
        seconds = Histogram(
            "predictor_request_seconds",
            "Time from the head of a request to its answer",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        errors = self._count("predictor_errors", "Requests refused or failed", "code")
        rows = self._count("predictor_rows", "Rows predicted", "version")
        predictions = self._count("predictor_predictions", "Predictions", "version", "label")
        self._info = Gauge(
            "predictor_model_info",
            "The version that is served, and by what rows are scored: plan or scikit-learn",
            ["model", "version", "digest", "scored_by"],
            registry=self.registry,
        )
        self._examples = Gauge(
            "predictor_examples_reproduced",
            "Examples of the version that its predictions were held against before it was ready",
            registry=self.registry,
        )
        self._distributions = _Distributions()
        self.registry.register(self._distributions)
        # Finding the figures of a label takes longer than counting does.
        self._of_route = cache(
            lambda route, status: (requests.labels(route, status), seconds.labels(route))
        )
        self._of_code = cache(errors.labels)
        self._of_version = cache(rows.labels)
        self._of_label = cache(predictions.labels)

    def note_version(self, version: ServedVersion) -> None:
        """Say that a version is served from now on, and no other."""
        origin = version.origin
        self._info.clear()
        self._info.labels(origin.model, origin.version, origin.digest, version.scored_by).set(1)
        self._examples.set(version.examples)
        self._distributions.begin(version)

    def note(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        requests, latency = self._of_route(route, status)
        requests.inc()
        latency.observe(seconds)

    def note_error(self, code: str) -> None:
        """Count a request that was refused, or failed."""
        self._of_code(code).inc()

    def note_scores(self, version: ServedVersion, scores: Scores) -> None:
        """Count predictions."""
        name = version.origin.version
        self._of_version(name).inc(len(scores.predictions))
        if scores.probabilities is None:
            self._distributions.note(name, scores.predictions)
            return
        for label, count in Counter(scores.predictions).items():
            self._of_label(name, label).inc(count)
        if version.description.task == "binary":
            self._distributions.note(name, [of_class[1] for of_class in scores.probabilities])

    def page(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _count(self, name: str, text: str, *labels: str) -> Count:
        return Count(name, text, labels, registry=self.registry)


class _Distributions(Collector):
    """Histograms of predicted values by version.

    The library's own takes a microsecond a value, which is as long as scoring takes where there
    are many rows.
    """

    def __init__(self) -> None:
        self._of: dict[str, _Distribution] = {}

    def begin(self, version: ServedVersion) -> None:
        self._of.setdefault(version.origin.version, _Distribution(*_described(version)))

    def note(self, version: str, values: Sequence[float]) -> None:
        self._of[version].note(values)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Return the histograms, as the library asks its collectors."""
        for version, found in [*self._of.items()]:
            family = HistogramMetricFamily(found.name, found.text, labels=["version"])
            family.add_metric([version], found.buckets(), found.sum)
            yield family


class _Distribution:
    def __init__(self, name: str, text: str, bounds: Sequence[float]) -> None:
        self.name = name
        self.text = text
        self.sum = 0.0
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)

    def note(self, values: Sequence[float]) -> None:
        for value in values:
            self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += sum(values)

    def buckets(self) -> list[tuple[str, float]]:
        bounds = [*map(floatToGoString, self._bounds), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))


def _described(version: ServedVersion) -> tuple[str, str, Sequence[float]]:
    """Return name, meaning and bounds of the histogram of a version's predictions."""
    if version.description.task != "regression":
        classes = version.classes or [None]
        text = f"Predicted probability of {version.description.target} = {classes[-1]}"
        return "predictor_probability", text, TENTHS
    profile = version.description.profile.get(version.description.target)
    quantiles = (profile and profile.quantiles) or ()
    # Each of these held a twentieth of the training rows.
    bounds = sorted({float(value) for value in quantiles})
    return "predictor_value", f"Predicted {version.description.target}", bounds

"""What watches say of versions, as figures for Prometheus."""

from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from registry_service.api.identity import Caller
from registry_service.api.openapi import api_router
from registry_service.domain.overview import Check
from registry_service.service.checks import Checks

OF: Final = ("model", "version")


class CheckedVersions(Collector):
    """The figures of checks, one of each version.

    Args:
        checks: What to tell.
    """

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks

    def collect(self) -> Iterable[Metric]:
        """Return the figures, each by model and version."""
        gauges = {
            name: GaugeMetricFamily(f"registry_version_{name}", told, labels=OF)
            for name, told in (
                ("checked_timestamp_seconds", "When a window was last held against the version"),
                ("drift_score", "0 where nothing stirs, 1 where an alarm is due"),
                ("drifted", "Whether the newest window raised an alarm of drift"),
                ("performance_dropped", "Whether its metric was worse than registered"),
            )
        }
        metrics = GaugeMetricFamily(
            "registry_version_metric",
            "A metric of the version on the newest window, realised or estimated",
            labels=[*OF, "metric"],
        )
        for check in self._checks:
            of = check.version.rpartition("@")[::2]
            gauges["checked_timestamp_seconds"].add_metric(of, check.at / 1000)
            for name in gauges.keys() & check.figures.keys():
                gauges[name].add_metric(of, check.figures[name])
            for name, value in check.metrics.items():
                metrics.add_metric([*of, name], value)
        return [*gauges.values(), metrics]


def model_figures_router(checks: Checks) -> APIRouter:
    """Return the figures of models, which a reader of everything may ask for."""
    router = api_router("", "Health")

    @router.get("/metrics/models", response_class=PlainTextResponse)
    def model_figures(who: Caller) -> Response:
        """Return figures of the newest check of each version for Prometheus.

        It takes a reader of everything. Of the newest 1,000 checks.
        """
        figures = CollectorRegistry()
        figures.register(CheckedVersions(checks.newest(who)))
        return Response(generate_latest(figures), media_type=CONTENT_TYPE_LATEST)

    return router

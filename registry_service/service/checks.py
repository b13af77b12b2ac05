"""Look at the checks of versions: runs of monitoring that held a window of rows against one."""

from collections.abc import Sequence
from typing import Final

from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.filters import Comparison
from registry_service.domain.overview import Check
from registry_service.domain.paging import ListQuery
from registry_service.domain.resources import Metric, ModelVersion, RegisteredModel
from registry_service.service.ports import Database, Transaction

MONITORING: Final = "monitoring"
"""The experiment of the pipeline that watches versions."""
SHOWN: Final = 50
WATCHED: Final = 1_000


class Checks:
    """The use cases of looking at checks of all versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, identity: Identity) -> Sequence[Check]:
        """Return the newest check of each version, of the newest thousand that there are.

        Raises:
            ForbiddenError: They may not read everything.
        """
        identity.require_everywhere(Role.READER)
        with self._database.read() as transaction:
            query = ListQuery(page_size=WATCHED, descending=True)
            runs = _runs(transaction, query)
            newest: dict[str, ExperimentRun] = {}
            for run in runs:
                newest.setdefault(run.said("version"), run)
            return _checks(transaction, [*newest.values()])


def checks_of(
    transaction: Transaction, model: RegisteredModel, version: ModelVersion
) -> Sequence[Check]:
    """Return the checks of a version, the newest first: at most `SHOWN`."""
    named = f"{model.name}@{version.name}"
    query = ListQuery(
        page_size=SHOWN,
        descending=True,
        filter=Comparison("version", "string", "=", named),
    )
    return _checks(transaction, _runs(transaction, query))


def _runs(transaction: Transaction, query: ListQuery) -> Sequence[ExperimentRun]:
    """Return a page of the runs of monitoring that came to their end."""
    experiment = transaction.resources.find(Experiment, name=MONITORING)
    wanted = 0 if experiment is None else experiment.id
    return transaction.resources.page(
        ExperimentRun, query, experiment_id=wanted, status="FINISHED"
    ).items


def _checks(transaction: Transaction, runs: Sequence[ExperimentRun]) -> Sequence[Check]:
    """Return what was measured by runs; one that measured no drift is none."""
    measured: dict[int, dict[str, float]] = {run.id: {} for run in runs}
    for metric in transaction.resources.every(Metric, experiment_run_id__in=[*measured]):
        if metric.value is not None and metric.experiment_run_id is not None:
            measured[metric.experiment_run_id][str(metric.name)] = metric.value
    return [Check(run, measured[run.id]) for run in runs if "drift_score" in measured[run.id]]

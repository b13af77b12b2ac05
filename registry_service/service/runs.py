"""Look at the runs of experiments, each page of them in a constant number of statements."""

from collections.abc import Mapping, Sequence

from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.overview import RunOverview
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.resources import Artifact
from registry_service.errors import InvalidRequestError
from registry_service.service.ports import Database, Transaction

MOST_COMPARED = 20


class Runs:
    """The use cases of looking at runs, which take a reader of everything: they are no model's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, identity: Identity, query: ListQuery, status: str = "", experiment: str = ""
    ) -> tuple[Page[RunOverview], Sequence[Experiment]]:
        """Return one page of the runs, and all experiments.

        Args:
            identity: Who asks.
            query: Which page.
            status: Only runs of this status, where one is given.
            experiment: Only runs of the experiment of this name, where one is given.

        Raises:
            ForbiddenError: They may not read everything.
        """
        identity.require_everywhere(Role.READER)
        with self._database.read() as transaction:
            experiments = transaction.resources.every(Experiment)
            where: dict[str, object] = {"status": status} if status else {}
            if experiment:
                where["experiment_id__in"] = [e.id for e in experiments if e.name == experiment]
            page = transaction.resources.page(ExperimentRun, query, **where)
            runs = _with_all(transaction, page.items, {each.id: each for each in experiments})
        return Page(runs, page.next), experiments

    def get(self, identity: Identity, run_ids: Sequence[int]) -> Sequence[RunOverview]:
        """Return runs with all that was logged to them, in the order asked for.

        Raises:
            NotFoundError: One of them does not exist.
            InvalidRequestError: There are none, or too many.
            ForbiddenError: They may not read everything.
        """
        identity.require_everywhere(Role.READER)
        ids = list(dict.fromkeys(run_ids))
        if not 1 <= len(ids) <= MOST_COMPARED:
            raise InvalidRequestError(f"choose 2 to {MOST_COMPARED} runs to compare")
        with self._database.read() as transaction:
            runs = [transaction.resources.get(ExperimentRun, each) for each in ids]
            owners = [run.experiment_id for run in runs]
            experiments = transaction.resources.every(Experiment, id__in=owners)
            return _with_all(transaction, runs, {each.id: each for each in experiments})


def _with_all(
    transaction: Transaction, runs: Sequence[ExperimentRun], experiments: Mapping[int, Experiment]
) -> Sequence[RunOverview]:
    ids = [run.id for run in runs]
    logged: dict[int, list[Artifact]] = {each: [] for each in ids}
    for artifact in transaction.resources.every(Artifact, experiment_run_id__in=ids):
        logged[int(artifact.experiment_run_id or 0)].append(artifact)
    return [RunOverview(run, experiments[run.experiment_id], logged[run.id]) for run in runs]

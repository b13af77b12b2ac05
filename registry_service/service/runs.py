"""Look at the runs of experiments, each page of them in a constant number of statements."""

from collections.abc import Sequence

from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.names import canonical
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
        """Return one page of the runs, and the newest experiments to choose from.

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
            newest = transaction.resources.page(Experiment, ListQuery(descending=True)).items
            where: dict[str, object] = {"status": status} if status else {}
            if experiment:
                found = transaction.resources.find(Experiment, name=canonical(experiment))
                where["experiment_id"] = found.id if found else 0
            page = transaction.resources.page(ExperimentRun, query, **where)
            return Page(_with_all(transaction, page.items), page.next), newest

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
            return _with_all(transaction, runs)


def _with_all(transaction: Transaction, runs: Sequence[ExperimentRun]) -> Sequence[RunOverview]:
    ids, owners = [run.id for run in runs], [run.experiment_id for run in runs]
    experiments = {each.id: each for each in transaction.resources.every(Experiment, id__in=owners)}
    logged: dict[int, list[Artifact]] = {each: [] for each in ids}
    for artifact in transaction.resources.every(Artifact, experiment_run_id__in=ids):
        logged[int(artifact.experiment_run_id or 0)].append(artifact)
    return [RunOverview(run, experiments[run.experiment_id], logged[run.id]) for run in runs]

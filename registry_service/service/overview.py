"""Read what people look at together, each page of it in a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import ExperimentRun
from registry_service.domain.filters import Comparison, literal_pattern
from registry_service.domain.overview import (
    HeldAlias,
    Measured,
    ModelOverview,
    ModelRow,
    VersionOverview,
    VersionRow,
)
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import (
    AuditEntry,
    AuditQuery,
    VersionDetail,
)
from registry_service.domain.resources import (
    MODELS,
    NOUNS,
    Collection,
    Metric,
    ModelVersion,
    RegisteredModel,
)
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.checks import checks_of
from registry_service.service.content import content_of
from registry_service.service.details import by_version, details_of
from registry_service.service.lookup import aliases_of
from registry_service.service.ownership import authorize, visible_models
from registry_service.service.ports import Database, Transaction
from registry_service.service.versions import MOST_COMPARED, deployments_of

MOST_MEASURED = 100


class Overview:
    """The use cases of looking at the registry.

    Resources are named by id here; who may not read one is not told its name either.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def models(
        self,
        identity: Identity,
        query: ListQuery,
        named: str = "",
        collection: Collection = MODELS,
    ) -> Page[ModelRow]:
        """Return one page of the models, or data sets, that may be read.

        Args:
            identity: Who asks.
            query: Which page; its filter is not looked at.
            named: A text that their names contain, in capitals or not.
            collection: What to list.
        """
        pattern = f"%{literal_pattern(named)}%"
        wanted = Comparison("name", None, "ILIKE", pattern, custom=False) if named else None
        with self._database.read() as transaction:
            readable = replace(query, filter=visible_models(identity, wanted))
            page = transaction.resources.page(RegisteredModel, readable, collection=collection)
            ids = [model.id for model in page.items]
            newest = transaction.versions.newest(ids)
            aliases = transaction.aliases.of(ids)
            shown = [version.id for version in newest.values()]
            metrics = by_version(transaction.resources.every(Metric, model_version_id__in=shown))
        rows = []
        for model in page.items:
            latest = newest.get(model.id)
            figures = content_of(metrics.get(latest.id, ()) if latest else ()).metrics
            rows.append(ModelRow(model, latest, aliases[model.id], figures))
        return Page(rows, page.next)

    def model(
        self,
        identity: Identity,
        model_id: int,
        query: ListQuery,
        collection: Collection = MODELS,
    ) -> ModelOverview:
        """Return a model, or data set, with one page of its versions.

        Raises:
            NotFoundError: There is none of that id in the collection.
            ForbiddenError: The identity may not read it.
        """
        with self._database.read() as transaction:
            model = transaction.resources.get(RegisteredModel, model_id)
            if model.collection != collection:
                raise NotFoundError(f"no {NOUNS[collection]} found for id {model_id}: not found")
            authorize(transaction, identity, Role.READER, model)
            held = _held_aliases(transaction, model)
            page = transaction.resources.page(ModelVersion, query, registered_model_id=model.id)
            ids = [version.id for version in page.items]
            metrics = transaction.resources.every(Metric, model_version_id__in=ids)
            approvals = transaction.versions.approvals(ids)
        values = by_version(metrics)
        rows = [
            VersionRow(
                version,
                [each.alias.name for each in held if each.alias.version_id == version.id],
                content_of(values.get(version.id, ())).metrics,
                approvals.get(version.id),
            )
            for version in page.items
        ]
        return ModelOverview(model, held, Page(rows, page.next))

    def measured(self, identity: Identity, model_id: int, metric: str) -> Sequence[Measured]:
        """Return one metric of the newest versions of a model, `MOST_MEASURED` at most.

        Returns:
            The versions in the order of their numbers.

        Raises:
            NotFoundError: There is no model of that id.
            ForbiddenError: The identity may not read it.
        """
        newest = ListQuery(page_size=MOST_MEASURED, descending=True)
        with self._database.read() as transaction:
            model = transaction.resources.get(RegisteredModel, model_id)
            authorize(transaction, identity, Role.READER, model)
            page = transaction.resources.page(ModelVersion, newest, registered_model_id=model_id)
            own = {"model_version_id__in": [each.id for each in page.items], "name": metric}
            found = transaction.resources.every(Metric, **own)
        values = {each.model_version_id: each.value for each in found}
        return [Measured(each, values.get(each.id)) for each in reversed(page.items)]

    def version(self, identity: Identity, version_id: int) -> VersionOverview:
        """Return a version with all that is known of it. Raises NotFoundError, ForbiddenError."""
        with self._database.read() as transaction:
            version = transaction.resources.get(ModelVersion, version_id)
            authorize(transaction, identity, Role.READER, version)
            model = transaction.resources.get(RegisteredModel, version.registered_model_id)
            held = _held_aliases(transaction, model)
            aliases = {model.id: [each.alias for each in held]}
            (detail,) = details_of(transaction, [version], {model.id: model}, aliases)
            deployments = deployments_of(transaction, version)
            history = _history(transaction, model, version)
            checks = checks_of(transaction, model, version) if model.collection == MODELS else ()
            run = _run_of(transaction, identity, detail)
        by = _registered_by(history)
        return VersionOverview(detail, held, deployments, history, by, checks, run)

    def compared(self, identity: Identity, version_ids: Sequence[int]) -> Sequence[VersionDetail]:
        """Return versions, also of several models, in the order asked for.

        Raises:
            InvalidRequestError: There are fewer than two of them, or too many.
        """
        ids = list(dict.fromkeys(version_ids))
        if not 2 <= len(ids) <= MOST_COMPARED:
            raise InvalidRequestError(f"choose 2 to {MOST_COMPARED} versions to compare")
        with self._database.read() as transaction:
            versions = {
                version.id: version
                for version in transaction.resources.every(ModelVersion, id__in=ids)
            }
            if missing := [each for each in ids if each not in versions]:
                raise ModelVersion.absence(missing[0])
            for each in ids:
                authorize(transaction, identity, Role.READER, versions[each])
            models = _models_of(transaction, versions)
            aliases = transaction.aliases.of([*models])
            return details_of(transaction, [versions[each] for each in ids], models, aliases)


def _held_aliases(transaction: Transaction, model: RegisteredModel) -> Sequence[HeldAlias]:
    aliases = aliases_of(transaction, model.id)
    moves = transaction.aliases.last_moves(model)
    return [HeldAlias(alias, moves.get(alias.name)) for alias in aliases]


def _history(
    transaction: Transaction, model: RegisteredModel, version: ModelVersion
) -> Sequence[AuditEntry]:
    """Return what happened to a version: our API records its name, the Kubeflow API its id."""
    found = [
        entry
        for subject, actions in ((version.name, "version."), (version.id, "model_version."))
        for entry in transaction.audit.entries(
            AuditQuery(model_name=model.name, collection=model.collection, subject=str(subject))
        )
        if entry.action.startswith(actions)
    ]
    return sorted(found, key=lambda entry: entry.id, reverse=True)


def _run_of(
    transaction: Transaction, identity: Identity, detail: VersionDetail
) -> ExperimentRun | None:
    """Return the run that a version names, as the registry keeps it, to who may read runs."""
    name = detail.content.document.lineage.get("run_id")
    if not name or not identity.has_everywhere(Role.READER):
        return None
    newest = ListQuery(page_size=1, descending=True)
    return next(iter(transaction.resources.page(ExperimentRun, newest, name=name).items), None)


def _registered_by(history: Sequence[AuditEntry]) -> str | None:
    made = ("version.register", "model_version.create")
    return next((entry.actor for entry in history if entry.action in made), None)


def _models_of(
    transaction: Transaction, versions: Mapping[int, ModelVersion]
) -> Mapping[int, RegisteredModel]:
    ids = list({version.registered_model_id for version in versions.values()})
    models = transaction.resources.every(RegisteredModel, id__in=ids)
    return {model.id: model for model in models}

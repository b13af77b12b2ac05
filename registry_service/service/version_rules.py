"""What holds for versions whichever API a request comes through."""

from collections.abc import Sequence
from dataclasses import replace

from registry_service.domain.paging import ListQuery
from registry_service.domain.resources import Artifact, ModelVersion, RegisteredModel, Resource
from registry_service.domain.serving import InferenceService, ServeModel
from registry_service.errors import ConflictError
from registry_service.service.lookup import aliases_of
from registry_service.service.ports import Transaction


def refuse_held(transaction: Transaction, version: ModelVersion) -> None:
    """Raise ConflictError when an alias or a deployment holds a version."""
    if holders := holders_of(transaction, version):
        model = transaction.resources.get(RegisteredModel, version.registered_model_id)
        raise ConflictError(
            f"version {version.name!r} of {model.shown} is held by "
            f"{', '.join(holders)}: move them away first, or remove them "
            "(kfp-tabular registry unalias)"
        )


def holders_of(transaction: Transaction, version: ModelVersion) -> Sequence[str]:
    """Return what points to a version: aliases by name, and deployments of its model."""
    model_id = version.registered_model_id
    holders = [
        f"alias {alias.name!r}"
        for alias in aliases_of(transaction, model_id)
        if alias.version_id == version.id
    ]
    return [*holders, "a deployment"] if _is_served(transaction, version) else holders


def _is_served(transaction: Transaction, version: ModelVersion) -> bool:
    # What others' deployments name of this model's, since before that was refused, holds nothing.
    own = {"registered_model_id": version.registered_model_id}
    pages = transaction.resources
    one = ListQuery(page_size=1)
    if pages.page(InferenceService, one, model_version_id=version.id, **own).items:
        return True
    acts = pages.every(ServeModel, model_version_id=version.id)
    services = list({act.inference_service_id for act in acts})
    return bool(services and pages.page(InferenceService, one, id__in=services, **own).items)


def hold_writers(transaction: Transaction, resource: Resource) -> None:
    """Keep other writers off a resource; off all of a model where it belongs to a version."""
    version_id = _version_of(resource)
    if version_id is None:
        transaction.resources.lock(type(resource), resource.id)
    else:
        version = transaction.resources.get(ModelVersion, version_id)
        transaction.resources.lock(RegisteredModel, version.registered_model_id)


def keep_approved(transaction: Transaction, before: Resource | None, after: Resource) -> None:
    """See that a change leaves approved versions as they were approved.

    Args:
        transaction: Where it is changed.
        before: The resource as it is stored, None for a new one.
        after: As it will be.

    Raises:
        ConflictError: The version was approved, and what it consists of would change.
    """
    if not _differs(before, after):
        return
    changed = [_version_of(resource) for resource in (before, after) if resource is not None]
    ids = [version_id for version_id in changed if version_id is not None]
    if approved := transaction.versions.approvals(ids):
        version = transaction.resources.get(ModelVersion, next(iter(approved)))
        raise ConflictError(
            f"model version {version.name} was approved, and what was approved stays as it is: "
            "register another version, or have an approver withdraw the approval: conflict"
        )


def _version_of(resource: Resource) -> int | None:
    match resource:
        case ModelVersion(id=version_id):
            return version_id or None
        case Artifact(model_version_id=version_id):
            return version_id
        case _:
            return None


def _differs(before: Resource | None, after: Resource) -> bool:
    """Tell whether more changes than what people say of a version, or where it is in its life."""
    if before is None:
        return True
    said = {"description": after.description}
    if isinstance(after, ModelVersion):
        said["state"] = after.state
    return replace(before, **said) != after  # type: ignore[arg-type] # both are texts

"""What a pipeline needs in the namespace of its runs, looked for before anything is sent."""

from pipelines.cluster.errors import MissingObjectError
from pipelines.cluster.kubectl import keys_of
from pipelines.cluster.step_environment import creation, required
from pipelines.definition.packages import PipelinePackage


def look_for_objects(
    package: PipelinePackage, namespace: str, service_account: str | None = None
) -> None:
    """Ask kubectl for what the steps cannot start without; a later step fails hours later.

    Whoever may not look, or has no kubectl, learns it from the step that waits.

    Args:
        package: The pipeline.
        namespace: Where its run is to be.
        service_account: The ServiceAccount that it is to have, where that is not KFP's own.

    Raises:
        MissingObjectError: An object is not there, or lacks a key.
    """
    if service_account:
        try:
            keys_of("ServiceAccount", service_account, namespace)
        except LookupError as error:
            raise MissingObjectError(
                f"{error}, which the run was to have: no pod of it could be made\n"
                f"  See which there are: kubectl -n {namespace} get serviceaccounts; without "
                "--service-account it is KFP's own"
            ) from error
    for (kind, name), keys in required(package).items():
        try:
            held = keys_of(kind, name, namespace)
        except LookupError as error:
            raise MissingObjectError(
                f"{error}, which gives the steps {' and '.join(keys)}\n"
                f"  Make it: {creation(kind, name, namespace)}"
            ) from error
        absent = [] if held is None else [key for key in keys if key not in held]
        if absent:
            raise MissingObjectError(
                f"{kind} {name} in namespace {namespace} lacks {' and '.join(absent)}\n"
                f"  Add it: kubectl -n {namespace} edit {kind.lower()} {name}"
            )

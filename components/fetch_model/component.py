"""KFP signature of `fetch_model`."""

from kfp import dsl
from kfp.dsl import Artifact, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def fetch_model(
    fetched: Output[Model],
    registered: Output[Artifact],
    model: str = "",
    target: str = "",
    registry_url: str = "",
) -> str:
    """Bring a registered model into a pipeline, every byte of it checked by its digest.

    Returns the digest. Never cache this step: aliases move.

    Args:
        fetched: The model folder, as train_model wrote it; metadata: model_name, version, digest.
        registered: What the registry says of it, as JSON; the same metadata.
        model: The version as name@version, where the version is a name, a number or an alias such
            as champion; without @version the latest; empty: none, and the artifacts are empty.
        target: What the model is to predict; empty or auto: anything.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
    """
    from components.fetch_model.fetch import fetch_model
    from components.shared.parameters import given
    from components.shared.step import step_body

    if not given(model):
        return ""
    with step_body():
        found = fetch_model(
            model, fetched.path, registered.path,
            target=given(target), registry_url=given(registry_url),
        )  # fmt: skip
    for artifact in (fetched, registered):
        artifact.metadata.update({**found.identity(), **found.decision})
    return found.digest

"""KFP signature of `fingerprint_source`."""

from typing import NamedTuple

from kfp import dsl

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def fingerprint_source(
    source: str,
    curated_schema_source: str = "",
    query: str = "",
    hyperparameters: str = "{}",
) -> NamedTuple(
    "Outputs",
    [
        ("fingerprint", str),
        ("curated_schema_fingerprint", str),
        ("pinned_source", str),
        ("hyperparameters", str),
    ],
):
    """Tell the content of a source from any other, so that later steps may be cached.

    Never cache this step: it is small, and looks anew whether there is something new.

    Args:
        source: A path, file://, http(s)://, s3://bucket/key, dataset://name@version or
            postgresql://host/database?table=schema.table. Credentials, and the registry of a data
            set, come from the environment (AWS_ACCESS_KEY_ID, PGUSER, REGISTRY_URL, ...).
        curated_schema_source: The same of a curated schema; empty: none.
        query: What to ask a database, instead of a table; empty: none.
        hyperparameters: JSON, or where it lies: a path, file://, s3:// or http(s)://.

    Returns:
        fingerprint: For ingest_table: version, tag and size of an object, strong tag and size of
            a page, else the SHA-256 of the bytes.
        curated_schema_fingerprint: The same for validate_table; empty without a curated schema.
        pinned_source: The source; of a data set the version that an alias, or latest, names now.
        hyperparameters: For choose_estimator: the JSON itself.
    """
    from components.fingerprint_source.fingerprint import fingerprint_source
    from components.shared.parameters import given
    from components.shared.sources.hyperparameter_texts import hyperparameters_text
    from components.shared.step import step_body

    with step_body():
        told = fingerprint_source(source, given(curated_schema_source), given(query, ""))
        tuned = hyperparameters_text(given(hyperparameters, "{}"))
    return (told.source, told.curated_schema, told.pinned, tuned)

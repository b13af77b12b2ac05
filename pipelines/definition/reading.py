"""The steps that every pipeline on a table begins with: what the source is now, and its rows."""

from dataclasses import dataclass
from typing import Any

from kfp.dsl import PipelineTask

from components.fingerprint_source.component import fingerprint_source
from components.ingest_table.component import ingest_table
from pipelines.definition.needs import equip


@dataclass(frozen=True)
class TableInputs:
    """The inputs of a pipeline that say what table it reads, and how.

    Attributes:
        source: Where it is.
        query: What to ask a database.
        format: Its format.
        column_types: Types of columns that have the last word.
        missing_values: Texts for a missing value.
        curated_schema: Where the schema lies that it must be like.
        target: The column to predict.
        model: The artifact of a model that is to read it, if any.
        hyperparameters: Of the model that it is read for, or where they lie, if any.
    """

    source: Any
    query: Any
    format: Any
    column_types: Any
    missing_values: Any
    curated_schema: Any
    target: Any
    model: Any = None
    hyperparameters: Any = None


@dataclass(frozen=True)
class TableSteps:
    """The steps that read a table.

    Attributes:
        fingerprints: Finds out what the source is now.
        ingest: Reads it.
    """

    fingerprints: PipelineTask
    ingest: PipelineTask


def read_table(inputs: TableInputs) -> TableSteps:
    """Add the steps that read a table to the pipeline that is being defined.

    The first is never run from the cache; the second is, as long as the first finds the same.
    """
    tuned = inputs.hyperparameters
    fingerprints = fingerprint_source(
        source=inputs.source,
        curated_schema_source=inputs.curated_schema,
        query=inputs.query,
        **({} if tuned is None else {"hyperparameters": tuned}),
    ).set_caching_options(False)
    ingest = ingest_table(
        source=fingerprints.outputs["pinned_source"],
        fingerprint=fingerprints.outputs["fingerprint"],
        format=inputs.format,
        column_types=inputs.column_types,
        missing_values=inputs.missing_values,
        curated_schema_source=inputs.curated_schema,
        curated_schema_fingerprint=fingerprints.outputs["curated_schema_fingerprint"],
        target=inputs.target,
        query=inputs.query,
        **({} if inputs.model is None else {"model": inputs.model}),
    )
    return TableSteps(equip(fingerprints), equip(ingest))

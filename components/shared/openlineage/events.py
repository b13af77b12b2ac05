"""Events of runs as OpenLineage's specification 2-0-2 has them, as JSON.

Its Python client would make the same: 12 MB, and 1.1 s of CPU to import, where this takes nothing.
The tests hold these events against the classes of that client.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from components.shared.image import VERSION
from components.shared.openlineage.datasets import LineageDataset, Measures

SPECIFICATION: Final = "https://openlineage.io/spec"
PRODUCER: Final = f"urn:kfp-tabular:{VERSION}"

State = Literal["START", "RUNNING", "COMPLETE", "FAIL", "ABORT"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A job, and one run of it.

    Attributes:
        namespace: Whose job it is.
        name: Its name: that of the pipeline.
        run_id: The run, a UUID.
        parent: The run that it is part of; None if of none.
    """

    namespace: str
    name: str
    run_id: str
    parent: "Job | None" = None


def run_uuid(run_id: str) -> str:
    """Return the UUID of a run: its id itself where that is one, as in a cluster."""
    try:
        return str(uuid.UUID(run_id))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"kfp-tabular:run:{run_id}"))


def event(
    job: Job,
    state: State,
    inputs: Sequence[LineageDataset] = (),
    outputs: Sequence[LineageDataset] = (),
    error: str | None = None,
) -> Json:
    """Return an event.

    Args:
        job: The run.
        state: What it does.
        inputs: The data that it read, as far as that is told now.
        outputs: The data that it wrote.
        error: Why it failed.
    """
    facets: Json = {"processing_engine": _engine()}
    if job.parent is not None:
        facets["parent"] = _facet(
            "1-2-0/ParentRunFacet",
            run={"runId": job.parent.run_id},
            job={"namespace": job.parent.namespace, "name": job.parent.name},
        )
    if error is not None:
        facets["errorMessage"] = _facet(
            "1-0-1/ErrorMessageRunFacet", message=error, programmingLanguage="python"
        )
    kind = _facet(
        "2-0-4/JobTypeJobFacet", processingType="BATCH", integration="KFP", jobType="PIPELINE"
    )
    return {
        "eventType": state,
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "producer": PRODUCER,
        "schemaURL": f"{SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": job.run_id, "facets": facets},
        "job": {"namespace": job.namespace, "name": job.name, "facets": {"jobType": kind}},
        "inputs": [_dataset(each) | {"inputFacets": dict(_input(each))} for each in inputs],
        "outputs": [_dataset(each) | {"outputFacets": dict(_output(each))} for each in outputs],
    }


def _engine() -> Json:
    return _facet("1-1-1/ProcessingEngineRunFacet", version=VERSION, name="kfp-tabular")


def _dataset(dataset: LineageDataset) -> Json:
    return {
        "namespace": dataset.namespace,
        "name": dataset.name,
        "facets": dict(_facets(dataset)),
    }


def _facets(dataset: LineageDataset) -> Iterator[tuple[str, Json]]:
    yield (
        "dataSource",
        _facet("1-0-1/DatasourceDatasetFacet", name=dataset.namespace, uri=dataset.uri),
    )
    yield "datasetType", _facet("1-0-1/DatasetTypeDatasetFacet", datasetType=dataset.kind)
    if dataset.version:
        version = _facet("1-0-1/DatasetVersionDatasetFacet", datasetVersion=dataset.version)
        yield "version", version
    if dataset.digest:
        tag = {"key": "sha256", "value": dataset.digest, "source": "kfp-tabular"}
        yield "tags", _facet("1-0-0/TagsDatasetFacet", tags=[tag])
    if dataset.columns:
        fields = [{"name": name, "type": kind} for name, kind in dataset.columns.items()]
        yield "schema", _facet("1-2-0/SchemaDatasetFacet", fields=fields)


def _input(dataset: LineageDataset) -> Iterator[tuple[str, Json]]:
    if dataset.rows is not None:
        rows = _facet("1-0-0/InputStatisticsInputDatasetFacet", rowCount=dataset.rows)
        yield "inputStatistics", rows
    if dataset.measures:
        columns = {name: _column(each) for name, each in dataset.measures.items()}
        yield (
            "dataQualityMetrics",
            _facet(
                "1-0-3/DataQualityMetricsInputDatasetFacet",
                rowCount=dataset.rows,
                columnMetrics=columns,
            ),
        )
    if dataset.broken is not None:
        said: list[Json] = [
            {"assertion": message, "success": False, "column": column}
            for column, message in dataset.broken
        ]
        said = said or [{"assertion": "the curated schema", "success": True}]
        yield (
            "dataQualityAssertions",
            _facet("1-1-0/DataQualityAssertionsDatasetFacet", assertions=said),
        )


def _column(measures: Measures) -> Json:
    told = {
        "nullCount": measures.nulls,
        "distinctCount": measures.distinct,
        "min": measures.minimum,
        "max": measures.maximum,
    }
    return {name: value for name, value in told.items() if value is not None}


def _output(dataset: LineageDataset) -> Iterator[tuple[str, Json]]:
    if dataset.rows is not None:
        rows = _facet("1-0-2/OutputStatisticsOutputDatasetFacet", rowCount=dataset.rows)
        yield "outputStatistics", rows


def _facet(schema: str, **fields: Any) -> Json:
    name = schema.partition("/")[2]
    address = f"{SPECIFICATION}/facets/{schema}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": address, **fields}

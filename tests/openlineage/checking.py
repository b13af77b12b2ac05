"""Read events from standard input into the classes of OpenLineage's client; print what differs.

Run by the Python of an environment that has the client and nothing else.
"""

import json
import sys
from typing import Any

from openlineage.client import facet_v2
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.serde import Serde

OF_EVENT = ("_producer", "_schemaURL")


def classes() -> dict[str, Any]:
    """Return the client's classes of facets by the address of their schema."""
    modules = [each for each in vars(facet_v2).values() if hasattr(each, "__name__")]
    found = [cls for each in modules for cls in vars(each).values() if isinstance(cls, type)]
    facets = [cls for cls in found if cls.__name__.endswith("Facet")]
    return {cls._get_schema(): cls for cls in facets if hasattr(cls, "_get_schema")}


CLASSES = classes()


def facets(said: dict[str, Any]) -> dict[str, Any]:
    """Return facets as instances of the class whose schema they name."""
    return {
        name: CLASSES[each["_schemaURL"]](
            producer=each["_producer"], **{k: v for k, v in each.items() if k not in OF_EVENT}
        )
        for name, each in said.items()
    }


def dataset(said: dict[str, Any], cls: Any, kind: str) -> Any:
    """Return a data set as an instance of its class."""
    more = {kind: facets(said[kind])}
    return cls(said["namespace"], said["name"], facets=facets(said["facets"]), **more)


def plain(value: Any) -> Any:
    """Return a value without what is empty, which the client leaves out."""
    if isinstance(value, dict):
        kept = {key: plain(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, {}, [])}
    return [plain(each) for each in value] if isinstance(value, list) else value


for event in json.load(sys.stdin):
    run, job = event["run"], event["job"]
    typed = RunEvent(
        eventType=RunState[event["eventType"]],
        eventTime=event["eventTime"],
        producer=event["producer"],
        run=Run(run["runId"], facets(run["facets"])),
        job=Job(job["namespace"], job["name"], facets(job["facets"])),
        inputs=[dataset(each, InputDataset, "inputFacets") for each in event["inputs"]],
        outputs=[dataset(each, OutputDataset, "outputFacets") for each in event["outputs"]],
    )
    theirs = json.loads(Serde.to_json(typed))
    if plain(theirs) != plain(event):
        print(json.dumps({"ours": plain(event), "theirs": plain(theirs)}))

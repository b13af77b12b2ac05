"""Read what the steps of a run on this machine left behind."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kfp.components import BaseComponent

from pipelines.definition.outputs import RunOutputs, StepOutputs

ARTIFACTS: Final = "artifacts"
"""Folder of a run in which its steps write."""

REPORT_ENDINGS: Final[Mapping[str, str]] = {"system.HTML": ".html", "system.Markdown": ".md"}


def run_outputs(pipeline: BaseComponent, run_folder: Path) -> RunOutputs:
    """Return what the steps of a run left behind, its reports where people find them.

    Each report is copied to the folder of the run, with the ending by which a browser knows it.
    """
    types = _artifact_types(pipeline)
    steps = {}
    for step, outputs in step_outputs(run_folder).items():
        uris = dict(outputs.uris)
        for artifact, uri in outputs.uris.items():
            if ending := REPORT_ENDINGS.get(types[step][artifact]):
                uris[artifact] = str(run_folder / f"{step}{ending}")
                shutil.copyfile(uri, uris[artifact])
        steps[step] = StepOutputs(outputs.parameters, outputs.metadata, uris)
    return RunOutputs(steps, _text)


def step_outputs(run_folder: Path) -> dict[str, StepOutputs]:
    """Read what the steps of a run wrote, by the name of the step."""
    found = {}
    for path in run_folder.glob(f"{ARTIFACTS}/**/executor_output.json"):
        written = json.loads(path.read_text("utf-8"))
        artifacts = {
            name: entry["artifacts"][0] for name, entry in written.get("artifacts", {}).items()
        }
        found[path.parent.name.replace("-", "_")] = StepOutputs(
            parameters=written.get("parameterValues", {}),
            metadata={name: a.get("metadata", {}) for name, a in artifacts.items()},
            uris={name: a["uri"] for name, a in artifacts.items()},
        )
    return found


def _artifact_types(pipeline: BaseComponent) -> dict[str, dict[str, str]]:
    """Return the KFP type (such as `system.HTML`) of each artifact by step and artifact name."""
    return {
        name.removeprefix("comp-").replace("-", "_"): {
            artifact: definition.artifact_type.schema_title
            for artifact, definition in component.output_definitions.artifacts.items()
        }
        for name, component in pipeline.pipeline_spec.components.items()
    }


def _text(uri: str) -> str | None:
    try:
        return Path(uri).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None

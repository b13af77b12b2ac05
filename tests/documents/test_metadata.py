"""What docs/components.md says of the metadata of artifacts is what real runs leave there."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Set

import pytest

from pipelines.definition import catalog
from pipelines.definition.outputs import component_of
from pipelines.local.outputs import step_outputs
from tests.documents.component_contracts import PAGE

ROW = re.compile(r"^\| `(\w+)` ((?:`\w+`(?:, )?)+) \| (.*) \|$", re.MULTILINE)
DOCUMENTED = {
    (component, artifact): set(re.findall(r"`(\w+)`", keys))
    for component, artifacts, keys in ROW.findall(PAGE.read_text("utf-8"))
    for artifact in re.findall(r"`(\w+)`", artifacts)
}
FIGURES = {"metrics", "classification_metrics"}
RUNS = (
    ["training", "--source", "my.csv", "--target", "damaged"],
    ["validation", "--source", "my.csv", "--model", "my@latest"],
)


@pytest.fixture(name="found", scope="module")
def metadata_of_runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[tuple[str, str], Set[str]]:
    """The keys that the artifacts of a training and a validation have, by component and name."""
    folder = tmp_path_factory.mktemp("runs")
    shutil.copyfile(catalog.ROOT / "data" / "bird_strikes.csv", folder / "my.csv")
    for arguments in RUNS:
        command = [sys.executable, "-m", "pipelines", "run", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    found: dict[tuple[str, str], set[str]] = {}
    for run in (folder / ".kfp-tabular" / "runs").iterdir():
        for step, outputs in step_outputs(run).items():
            for artifact, metadata in outputs.metadata.items():
                if metadata and artifact not in FIGURES:
                    found.setdefault((component_of(step), artifact), set()).update(metadata)
    return found


def test_metadata_are_documented(found: Mapping[tuple[str, str], Set[str]]) -> None:
    """Each key that an artifact has is in the table, and the table names no artifact but these.

    Components that neither pipeline uses may have rows too.
    """
    run = {component for component, _ in found}
    assert found.keys() == {which for which in DOCUMENTED if which[0] in run}
    undocumented = {which: keys - DOCUMENTED[which] for which, keys in found.items()}
    assert not {which: keys for which, keys in undocumented.items() if keys}

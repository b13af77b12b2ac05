"""Whether a training that was repeated made the model that was registered."""

from components.shared.digests import folder_digest
from components.shared.models.description import read_description
from components.shared.registry.records import RegisteredVersion
from pipelines.definition.interface import Repetition
from pipelines.training.summary import TrainingSummary

PACKAGE = "version."
"""Begins the properties of a version that name the libraries that it was trained with."""


def compare_again(summary: TrainingSummary, version: RegisteredVersion) -> Repetition:
    """Compare the model of a training on this machine with a registered one, byte for byte."""
    folder = summary.files["model"]
    made = folder_digest(folder)
    named = f"{version.model_name} version {version.version}"
    if made == version.digest:
        return Repetition(True, (f"the same model as {named}, byte for byte",))
    told = [f"another model than {named}: sha256 {made}, registered {version.digest}"]
    digests = [data["digest"] for data in version.datasets if data["role"] == "table"]
    if digests and summary.table_digest not in (None, digests[0]):
        told.append(f"its table is another: sha256 {summary.table_digest}, then {digests[0]}")
    here = read_description(folder).versions
    for package, now in sorted(here.items()):
        then = version.properties.get(f"{PACKAGE}{package}", now)
        if then != now:
            told.append(f"{package} is {now}, and was {then}")
    return Repetition(False, tuple(told))

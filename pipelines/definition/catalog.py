"""Which components and pipelines there are, and where they stand."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from components.shared.needs import Needs
from pipelines.definition.interface import Interface

ROOT: Final = Path(__file__).resolve().parents[2]


def component_names() -> list[str]:
    """Return the names of all components, sorted."""
    return _folders_with(ROOT / "components", "component.py")


def pipeline_names() -> list[str]:
    """Return the names of all pipelines, sorted."""
    return _folders_with(ROOT / "pipelines", "pipeline.py")


def load_component(name: str) -> Any:
    """Import the KFP component `name`."""
    return getattr(import_module(f"components.{name}.component"), name)


def needs(name: str) -> Needs:
    """Import what the step of the component `name` needs."""
    found: Needs = import_module(f"components.{name}.needs").NEEDS
    return found


def load_pipeline(name: str) -> Any:
    """Import the KFP pipeline `name`."""
    return getattr(import_module(f"pipelines.{name}.pipeline"), name)


def interface(name: str) -> Interface:
    """Import what commands and runners know of the pipeline `name`."""
    found: Interface = import_module(f"pipelines.{name}.interface").INTERFACE
    return found


def known_interface(name: str) -> Interface | None:
    """Return the interface of a pipeline; None of one that is not of this package."""
    return interface(name) if name in pipeline_names() else None


def component_yaml(name: str, root: Path = ROOT) -> Path:
    """Return where the compiled component stands below `root`."""
    return root / "components" / name / "component.yaml"


def pipeline_yaml(name: str, root: Path = ROOT) -> Path:
    """Return where the compiled pipeline stands below `root`."""
    return root / "pipelines" / name / "pipeline.yaml"


def _folders_with(parent: Path, file: str) -> list[str]:
    return sorted(path.parent.name for path in parent.glob(f"*/{file}"))

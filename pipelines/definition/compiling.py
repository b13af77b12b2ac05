"""Compile components and pipelines to YAML."""

from collections.abc import Iterator
from pathlib import Path

from kfp import compiler

from pipelines.definition import catalog


def compile_all(root: Path = catalog.ROOT) -> Iterator[Path]:
    """Compile every component and pipeline below `root`, and yield each file as it is written."""
    for name in catalog.component_names():
        yield _compile(catalog.load_component(name), catalog.component_yaml(name, root))
    for name in catalog.pipeline_names():
        yield _compile(catalog.load_pipeline(name), catalog.pipeline_yaml(name, root))


def _compile(definition: object, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    compiler.Compiler().compile(definition, str(path))
    return path

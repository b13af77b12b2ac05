"""A compiled pipeline that can be run, without compiling it again."""

from typing import Any, Never

from kfp.components import BaseComponent
from kfp.dsl.structures import ComponentSpec

from pipelines.definition.packages import PipelinePackage


class CompiledPipeline(BaseComponent):  # type: ignore[misc]
    """A pipeline as a cluster is given it, which `kfp.local` runs when it is called.

    To import the Python of `training` instead compiles it: 1.3 s of a core, nearly all of it in
    kfp's look at its own stack in each setter of a task.

    Args:
        package: What it is made of.
    """

    def __init__(self, package: PipelinePackage) -> None:
        super().__init__(ComponentSpec.from_ir_dicts(package.spec, package.platform))

    @property
    def pipeline_spec(self) -> Any:
        """The `PipelineSpec` that is run."""
        return self.component_spec.implementation.graph

    def execute(self, **inputs: Any) -> Never:
        """Not for pipelines, which kfp runs step by step."""
        raise NotImplementedError

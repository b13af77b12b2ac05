"""Pipelines as steps of other pipelines."""

from typing import Final

from kfp.dsl.pipeline_context import Pipeline

FIRST_GROUP: Final = 100
"""More than any pipeline has groups."""


def number_groups_apart() -> None:
    """Number the groups of the pipeline that is being defined otherwise than those nested in it.

    kfp calls the groups of each pipeline `condition-1`, `condition-2` and so on. Those of a nested
    pipeline are renamed where a group of that name is known by then; one that lies deeper is not,
    and overwrites the nested one without a word.
    """
    pipeline = Pipeline.get_default_pipeline()
    for _ in range(FIRST_GROUP):
        pipeline.get_next_group_id()

"""KFP signature of `list_shards`."""

from typing import Dict, List

from kfp import dsl
from kfp.dsl import Dataset, Input

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def list_shards(table: Input[Dataset], shards: int = 1) -> List[Dict[str, int]]:
    """Divide the rows of a table among the tasks of a loop.

    Returns for each shard `first`, the number of rows before it, and `rows`, how many it has.

    Args:
        table: The table as Parquet.
        shards: Number of shards, from 1 to 1,000; a table of fewer rows has one of each row.
    """
    from components.list_shards.list import list_shards
    from components.shared.step import step_body

    with step_body():
        return [*list_shards(table.path, shards)]

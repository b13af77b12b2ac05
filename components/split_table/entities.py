"""All rows of one entity, such as a customer, on one side."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.errors import InputError
from components.split_table.split_plan import SplitPlan

TOLERANCE: Final = 0.25
"""How far the share of the test rows may be from the wanted one, as a part of it, before entities
are moved for it, which may move back when the table grows."""


@dataclass(frozen=True)
class EntitySides:
    """A split by entity.

    Attributes:
        is_test: Whether each row is a test row.
        train: Number of entities in train.
        test: Number of entities in test.
        moved: Entities whose hash alone would have put them onto the other side.
        largest: Share of all rows that the entity with most rows has.
    """

    is_test: pl.Series
    train: int
    test: int
    moved: int
    largest: float


def threshold(test_size: float) -> int:
    """Return below what hash a row, or an entity, is tested."""
    return min(int(test_size * 2.0**64), 2**64 - 1)


def sides_of_entities(hashes: pl.Series, plan: SplitPlan) -> EntitySides:
    """Choose the side of every entity by its hash, and move some where the share is far off.

    An entity of more rows than the test side is to have stays in train. Of the others, those below
    a cut between the hashes are tested. The cut is the test share itself, which moves no entity as
    the table grows; where the share of the rows would be off by more than a quarter of it, as may
    be with few entities, it is the nearest cut that is not, or else the one that comes nearest.

    Args:
        hashes: The hash of its entity, by row.
        plan: The share that is wanted, and the columns of the entity.

    Raises:
        InputError: All rows are of one entity.
    """
    found = hashes.rename("hash").to_frame().group_by("hash").len("rows").sort("hash")
    if len(found) < 2:
        raise InputError(
            f"The {len(hashes):,} rows are of one entity ({', '.join(plan.entity)}), so they "
            "cannot be parted into train and test: add rows, or name other columns (parameter "
            "`entity`)."
        )
    values, sizes = found["hash"].to_numpy(), found["rows"].to_numpy().astype(np.int64)
    by_hash = values < threshold(plan.test_size)
    is_test = _near_the_share(by_hash, sizes, plan.test_size)
    tested = found.filter(pl.Series(is_test))["hash"]
    return EntitySides(
        is_test=hashes.is_in(tested.implode()),
        train=int((~is_test).sum()),
        test=int(is_test.sum()),
        moved=int((by_hash != is_test).sum()),
        largest=float(sizes.max() / sizes.sum()),
    )


def _near_the_share(
    by_hash: NDArray[np.bool_], sizes: NDArray[np.int64], test_size: float
) -> NDArray[np.bool_]:
    """Return which entities, given in the order of their hashes, are tested."""
    wanted = sizes.sum() * test_size
    candidates = np.flatnonzero(sizes <= wanted * (1 + TOLERANCE))
    if not len(candidates):
        candidates = np.array([sizes.argmin()])
    # At the number k, the k + 1 first are tested; some entity is left to learn from.
    tested = np.cumsum(sizes[candidates])[: len(sizes) - 1]
    off = np.abs(tested - wanted)
    near = np.flatnonzero(off <= wanted * TOLERANCE)
    own = int(by_hash[candidates].sum()) - 1
    cut = int(near[np.abs(near - own).argmin()]) if len(near) else int(off.argmin())
    is_test = np.zeros(len(sizes), dtype=np.bool_)
    is_test[candidates[: cut + 1]] = True
    return is_test

"""The rows that the walk is about: the shipped bird strikes, then and since."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipelines.definition import catalog
from pipelines.errors import DemoError

TARGET: Final = "damaged"
SHIFTED: Final = "wildlife_species"
DATE: Final = "flight_date"
THEN_ROWS: Final = 6_000
SENT_ROWS: Final = 1_500
ROWS_OF_A_REQUEST: Final = 100


@dataclass(frozen=True)
class Strikes:
    """The bird strikes in the order of their days.

    Attributes:
        then: CSV of the earlier ones, as they were reported.
        since: CSV of the later ones, whose reports name the species by a code.
        sent: Rows of the later ones, without what becomes known later.
        codes: The codes of the species.
        changed_at: Day of the first of the later ones.
    """

    then: Path
    since: Path
    sent: pl.DataFrame
    codes: frozenset[str]
    changed_at: str

    def requests(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows that are sent, as many as a request has."""
        for some in self.sent.iter_slices(ROWS_OF_A_REQUEST):
            yield some.to_dicts()


def write_strikes(folder: Path) -> Strikes:
    """Write the shipped data as two tables, with a shift between them.

    The later strikes are real, and so are their outcomes. What is built in is how they are told:
    the species by codes that the earlier ones never had, one for each name, so that all that could
    be learnt from the names can be learnt from the codes.

    Raises:
        DemoError: The data is not where a checkout has it.
    """
    shipped = catalog.ROOT / "data" / "bird_strikes.csv"
    if not shipped.is_file():
        raise DemoError(f"the shipped data is not there: {shipped}. Run this in a checkout.")
    rows = pl.read_csv(shipped).sort(DATE, maintain_order=True)
    then, since = rows.head(THEN_ROWS), rows.slice(THEN_ROWS)
    names = sorted(since[SHIFTED].unique())
    codes = {name: f"SP{number:02}" for number, name in enumerate(names, 1)}
    since = since.with_columns(pl.col(SHIFTED).replace_strict(codes))
    told = Strikes(
        then=folder / "then.csv",
        since=folder / "since.csv",
        sent=since.drop(TARGET).head(SENT_ROWS),
        codes=frozenset(codes.values()),
        changed_at=str(since[DATE][0]),
    )
    then.write_csv(told.then)
    since.write_csv(told.since)
    return told

"""Columns that are read as those of a model's training table were."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import polars as pl

from components.ingest_table.candidates import NEARLY_ALL, is_share
from components.ingest_table.decisions import Decision, stray_remark
from components.ingest_table.sorts import Seen
from components.ingest_table.table_texts import BATCH_ROWS, THREADS
from components.shared.tables.readings import Reading
from components.shared.tables.typed_texts import missing_texts, stray_texts

CALLED: Final = {"date": "dates", "datetime": "datetimes", "boolean": "booleans"}


def trained_decisions(
    table: pl.LazyFrame, columns: Sequence[str], readings: Mapping[str, Reading]
) -> dict[str, Decision]:
    """Decide how columns of texts are read that a model was trained on.

    Args:
        table: The table, with these columns as text.
        columns: Their names.
        readings: How the training table was read.

    Returns:
        The decision for each column of which at least 95 % of the texts are values by its reading;
        the others are read as their own values show, and so are dates after which the training
        table was written in one form only, such as 2026-03-02: what is assumed of others is said.
    """
    known = [readings[name] for name in columns if name in readings]
    known = [reading for reading in known if not _leaves_order_open(reading)]
    counted = [_Counted(reading) for reading in known if reading.type != "string"]
    if counted:
        names = [each.reading.column for each in counted]
        batches = table.select(names).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
        with ThreadPoolExecutor(THREADS) as threads:
            for batch in batches:
                parts = zip(counted, batch.get_columns(), strict=True)
                list(threads.map(lambda part: part[0].add(part[1]), parts))
    decisions = {each.reading.column: each.decision() for each in counted}
    decisions |= {each.column: Decision(each) for each in known if each.type == "string"}
    return {name: decision for name, decision in decisions.items() if decision is not None}


def _leaves_order_open(reading: Reading) -> bool:
    """Tell whether no date of the training showed which of day and month comes first."""
    return reading.type in ("date", "datetime") and not (reading.order or reading.pattern)


class _Counted:
    """A column, and how many of its texts are values by a reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._rows = self._present = 0
        self._strays: Seen | None = None

    def add(self, texts: pl.Series) -> None:
        """Count the next texts."""
        self._present += len(texts) - int(missing_texts(texts, self.reading).sum())
        rows = stray_texts(texts, self.reading).arg_true()
        if len(rows):
            first = int(rows[0])
            seen = Seen(len(rows), self._rows + first + 1, texts[first])
            self._strays = seen if self._strays is None else self._strays + seen
        self._rows += len(texts)

    def decision(self) -> Decision | None:
        """Return the decision to read it so; None where too many texts are no values."""
        if self._strays is None:
            return Decision(self.reading)
        if not is_share(self._present - self._strays.count, self._present, NEARLY_ALL):
            return None
        called = CALLED.get(self.reading.type, "numbers")
        remark = stray_remark(self.reading.column, called, self._strays, self._present)
        return Decision(self.reading, (remark,))

"""What a choice among estimators goes by, beside the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from components.shared.errors import InputError
from components.shared.parameters import given

TIME_BUDGET: Final = 60.0
"""Seconds of one core, as estimated, that the comparison may take."""

MOST_SECONDS: Final = 3_600.0
"""The longest `time_budget`: with its trials eleven hours of one core."""

TUNING_BUDGET: Final = 10
"""Times as long that trials may take."""

STEP_SECONDS: Final = 2 * int(MOST_SECONDS) * (1 + TUNING_BUDGET)
"""The time limit of a step that compares: twice what the longest budget allows, as that goes by
estimates."""

MOST_TRIALS: Final = 1_000


@dataclass(frozen=True)
class ChoiceSettings:
    """What the choice goes by, beside the rows.

    Attributes:
        metric: A metric of the task; `auto` is roc_auc, balanced_accuracy or r2.
        positive_class: Which of two classes counts as found; None: as the evaluation decides.
        time_budget: Seconds of one core, above 0 and at most 3,600, that the comparison may take,
            and a tenth of what trials may.
        tune: How many trials of further hyper-parameters there are besides the defaults.
        split_strategy: How the test rows were split off, and so how the folds are cut.
        split_column: Its column, of a split in time.
        entity: Columns that tell whose rows they are: folds keep all rows of one on one side.
        keep_entity: Whether these columns are features all the same.
        seed: Of the folds, the sample, the estimators and the trials.
        drop_columns: Columns that the model must not see.
        sample_weight_column: Column of weights.
        class_weight: `balanced`, or a JSON object from label to weight.
    """

    metric: str = "auto"
    positive_class: str | None = None
    time_budget: float = TIME_BUDGET
    tune: int = 0
    split_strategy: str = "auto"
    split_column: str | None = None
    entity: Sequence[str] = ()
    keep_entity: bool = False
    seed: int = 42
    drop_columns: Sequence[str] = ()
    sample_weight_column: str | None = None
    class_weight: str | None = None

    def as_given(self, train: str) -> Self:
        """Return them with what nobody filled in as unset, as KFP's dashboard sends it.

        Args:
            train: Parquet file whose columns some of them name.
        """
        # Commands, which take a bound from here, load no Polars for it.
        from components.shared.tables.columns import given_column

        return replace(
            self,
            metric=given(self.metric, "auto"),
            positive_class=given(self.positive_class or ""),
            split_strategy=given(self.split_strategy, "auto"),
            split_column=given_column(self.split_column or "", train),
            sample_weight_column=given_column(self.sample_weight_column or "", train),
            class_weight=given(self.class_weight or ""),
        )

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: The budget is none or too long, or there are too many trials.
        """
        if not 0 < self.time_budget <= MOST_SECONDS:
            raise InputError(
                f"`time_budget` is {self.time_budget:g}, and must be a number of seconds above 0 "
                f"and at most {MOST_SECONDS:,.0f}, ten times which trials may take."
            )
        if not 0 <= self.tune <= MOST_TRIALS:
            raise InputError(f"`tune` is {self.tune}, and must be from 0 to {MOST_TRIALS:,}.")

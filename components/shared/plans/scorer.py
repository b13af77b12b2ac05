"""Predictions of a model folder's plan: no scikit-learn, no pandas, and a row in microseconds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, InputError, RefusedValueError
from components.shared.features.raw_columns import RawColumn
from components.shared.models.description import ModelDescription, read_description
from components.shared.plans.agreement import check_agreement
from components.shared.plans.cells import Where, settle_strays
from components.shared.plans.explaining import (
    UNITS,
    Contributions,
    Explanation,
    Unit,
    contributions_of,
)
from components.shared.plans.plan import PLAN_FILE, Linear, Plan, Trees, parse_plan
from components.shared.plans.row_features import Emit, emitter, width
from components.shared.plans.row_scores import (
    Layout,
    in_single,
    logistic,
    questions_of_a_row,
    softmax,
    sums_of_products,
    sums_of_trees,
)

Rows = Sequence[Mapping[str, Any]]

OF_A_VALUE: Final = 1.5
OF_A_QUESTION: Final = 0.1
OF_A_PRODUCT: Final = 0.03
OF_A_ROW_OF_SKLEARN: Final = 20.0
OF_SKLEARN: Final = 35_000.0
"""Microseconds of CPU: of a raw value, of a question of a tree, of a product; of a row that
scikit-learn predicts with others, and of its call: 35 ms for any number of rows, measured."""

MOST_ROWS: Final = 10_000
LARGEST_SINGLE: Final = 3.4028235e38
"""From here, numbers are infinite in single precision, which forests take, with scikit-learn's."""


@dataclass(frozen=True)
class Scores:
    """What a model says of rows.

    Attributes:
        predictions: Labels or numbers, one for each row.
        probabilities: One list for each row, its columns in the order of the classes; None for
            regression.
    """

    predictions: list[Any]
    probabilities: list[list[float]] | None


class PlanScorer:
    """A model that reads raw rows by its plan.

    It gives what `load_model(folder).pipeline` gives: train_model held the two together on rows
    of the training table and on rows at the boundaries of what the model tells apart.

    Args:
        description: What `model.json` says.
        plan: The content of `plan.json`.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        target: Name of the target column.
        classes: Class labels in the order of the probabilities; None for regression.
        features: Names of the raw columns that the model reads.
    """

    def __init__(self, description: ModelDescription, plan: Plan) -> None:
        self.task = description.task
        self.target = description.target
        self.classes = description.classes
        self.features = tuple(column.name for column in description.features)
        self._names = frozenset(self.features)
        self._plan = plan
        self._columns = [RawColumn.parse(content) for content in description.readers]
        widths = [width(features) for features in plan.columns]
        estimator = plan.estimator
        trees = () if isinstance(estimator, Linear) else estimator.trees
        self._layout = Layout(widths, trees)
        self._emitters: list[tuple[str, Emit]] = [
            (column.column, emitter(column, features, questions))
            for column, features, questions in zip(
                self._columns, plan.columns, self._layout.questions, strict=True
            )
        ]
        if isinstance(estimator, Linear):
            self._sums = sums_of_products(estimator)
        else:
            self._sums = sums_of_trees(estimator, self._layout)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Load the plan of a model folder, having checked its bytes first.

        Raises:
            InputError: The folder is no model, or has no plan, or one of another model; the
                message says why.
            DigestMismatchError: The plan is not the one that `model.json` names.
        """
        description = read_description(folder)
        path = Path(folder) / PLAN_FILE
        entry = description.files.get(PLAN_FILE)
        if entry is None:
            reason = description.plan_refusal or "it is older than plans"
            raise InputError(
                f"The model in {folder} has no {PLAN_FILE}: {reason}. Load it with scikit-learn."
            )
        if not path.is_file():
            raise InputError(f"{path} is missing, which model.json names: take the folder anew.")
        if (actual := file_digest(path)) != entry["sha256"]:
            raise DigestMismatchError(str(path), entry["sha256"], actual)
        plan = parse_plan(path.read_text("utf-8"))
        check_agreement(description, plan)
        return cls(description, plan)

    def score(self, rows: Rows) -> Scores:
        """Predict raw rows.

        Args:
            rows: Records by the names of columns, with values or texts as the training table had
                them. Further names do not matter; a missing one is a missing value, as None is.

        Raises:
            RefusedValueError: A value is none that its column could have had.
            InputError: There is no row, or a column is in none of them.
        """
        link = self._plan.estimator.link
        features = self._rows(rows)
        try:
            sums = [self._sums(row) for row in features]
        except OverflowError:
            raise self._too_large(features) from None
        if self.classes is None:
            numbers = [total for (total,) in sums]
            if link == "exp":
                numbers = [math.exp(total) for total in numbers]
            elif link == "mean":
                numbers = [total / self._trees for total in numbers]
            return Scores(numbers, None)
        if link == "logistic":
            return self._binary([total for (total,) in sums])
        if link == "mean":
            probabilities = [[each / self._trees for each in totals] for totals in sums]
        else:
            probabilities = [softmax(totals) for totals in sums]
        labels = [self.classes[totals.index(max(totals))] for totals in sums]
        return Scores(labels, probabilities)

    def explain(self, rows: Rows) -> list[Explanation]:
        """Say what each raw column contributes to the predictions of rows.

        Of trees, these are the exact Shapley values of `tree_contributions`, summed over the
        features of a column; of linear models, coefficients times how far features are from their
        means. A row takes milliseconds, and one of a large forest seconds.

        Args:
            rows: As for `score`.

        Raises:
            RefusedValueError: A value is none that its column could have had.
            InputError: There is no row, or a column is in none of them.
        """
        scores = self.score(rows)
        features = [self._as_taken(row) for row in self._rows(rows)]
        return [
            self._explanation(row, label)
            for row, label in zip(features, scores.predictions, strict=True)
        ]

    def _explanation(self, row: Sequence[float], predicted: Any) -> Explanation:
        estimator = self._plan.estimator
        label, output = None, 0
        if self.classes is not None:
            label = self.classes[1] if len(self.classes) == 2 else predicted
            output = 0 if estimator.link == "logistic" else self.classes.index(label)
        base, parts = self._contributions(row, output)
        by_column = dict.fromkeys(self.features, 0.0)
        for column, part in zip(self._layout.column_of, parts, strict=True):
            by_column[self.features[column]] += part
        return Explanation(label, self.unit, base, by_column)

    @property
    def unit(self) -> Unit:
        """What contributions are added up to."""
        link = self._plan.estimator.link
        return "target" if self.classes is None and link == "mean" else UNITS[link]

    @cached_property
    def _contributions(self) -> Contributions:
        return contributions_of(self._plan.estimator, self._layout)

    def _as_taken(self, row: list[float]) -> Sequence[float]:
        """Return features in the precision in which the estimator takes them."""
        estimator = self._plan.estimator
        return in_single(row) if isinstance(estimator, Trees) and estimator.single else row

    @cached_property
    def most_rows(self) -> int:
        """Up to so many rows at once it takes less time than scikit-learn, where that is at hand.

        A guess, from the number of questions that trees ask of a row of training.
        """
        estimator = self._plan.estimator
        if isinstance(estimator, Linear):
            work = len(estimator.means) * len(estimator.coefficients) * OF_A_PRODUCT
        else:
            work = sum(map(questions_of_a_row, estimator.trees)) * OF_A_QUESTION
        of_a_row = len(self.features) * OF_A_VALUE + work
        gained = max(of_a_row - OF_A_ROW_OF_SKLEARN, OF_SKLEARN / MOST_ROWS)
        return int(OF_SKLEARN / gained)

    @property
    def _trees(self) -> int:
        estimator = self._plan.estimator
        return 1 if isinstance(estimator, Linear) else len(estimator.trees)

    def _binary(self, odds: list[float]) -> Scores:
        first, second = self.classes or (0, 1)
        likely = [logistic(each) for each in odds]
        labels = [second if each > 0.0 else first for each in odds]
        return Scores(labels, [[1.0 - each, each] for each in likely])

    def _rows(self, rows: Rows) -> list[list[float]]:
        """Return the features of rows, and the answers to the trees' questions."""
        self._check_names(rows)
        where = Where()
        found = []
        try:
            for where.row, record in enumerate(rows, start=1):
                features: list[float] = []
                for name, emit in self._emitters:
                    features += emit(record.get(name), where)
                found.append(features)
        except RefusedValueError as error:
            self._refuse_in_order(rows)
            raise error
        if where.strays:
            for column in self._columns:
                settle_strays(column, rows, where)
        return found

    def _too_large(self, rows: list[list[float]]) -> RefusedValueError:
        """Return the error for the first number that single precision does not hold."""
        for number, row in enumerate(rows, start=1):
            for position, value in enumerate(row):
                if math.isfinite(value) and abs(value) >= LARGEST_SINGLE:
                    column = self._columns[self._layout.column_at(position)]
                    return column.infinite(number)
        raise AssertionError("no number is too large")

    def _check_names(self, rows: Rows) -> None:
        if not rows:
            raise InputError("There are no rows to predict: give at least one.")
        for record in rows:
            if record.__class__ is not dict and not isinstance(record, Mapping):
                raise InputError(
                    f"A row is a {type(record).__name__}, and no record of names and values such "
                    'as {"age": 41}.'
                )
        if self._names <= rows[0].keys():
            return
        missing = [n for n in self.features if not any(n in record for record in rows)]
        if missing:
            raise InputError(
                f"The rows lack {len(missing)} of the model's {len(self.features)} columns: "
                f"{', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}. "
                "Give rows with the columns that the model was trained on."
            )

    def _refuse_in_order(self, rows: Rows) -> None:
        """Refuse the first value that is wrong by columns, as scikit-learn's path does."""
        for column, (name, emit) in zip(self._columns, self._emitters, strict=True):
            where = Where()
            for where.row, record in enumerate(rows, start=1):
                emit(record.get(name), where)
            settle_strays(column, rows, where)

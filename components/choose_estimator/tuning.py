"""Trials of further hyper-parameters, which stop on the fold on which they fall behind."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import CategoricalDistribution
from optuna.pruners import ThresholdPruner
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from components.shared.errors import InputError
from components.shared.evaluation.metrics import Metric
from components.shared.progress import reporting_progress
from components.shared.reports.number_text import number
from components.shared.selection.candidates import Candidate
from components.shared.selection.cross_validation import Scored, Tuned
from components.shared.selection.folding import Folded
from components.shared.selection.quiet_optuna import quiet_optuna
from components.shared.selection.search_spaces import Search, trial_of, turns

FAMILY: Final = "estimator"

LEAST_LEAD: Final = 1e-9
"""What a trial is to be ahead of the best default after each fold, in the mean of those so far: one
that is not is hardly ever surely ahead after the last."""


def tune(
    defaults: Sequence[Scored],
    search: Search,
    folded: Folded,
    metric: Metric,
) -> Tuned:
    """Try further hyper-parameters of the defaults, one after the other.

    Each is proposed by what earlier ones reached (a tree-structured Parzen estimator: Bergstra et
    al. 2011, Algorithms for Hyper-Parameter Optimization), the first ones at random. What counts
    is how far a trial is ahead of the best default on the same folds; one that is not ahead in the
    mean of those so far stops.

    Args:
        defaults: What the defaults reached.
        search: What is tried.
        folded: The rows that they are judged on.
        metric: By which metric.
    """
    made: list[Scored] = []
    sign = 1.0 if metric.greater_is_better else -1.0
    whole = [each for each in defaults if each.whole(folded.compared.folds)]
    searched = [each for each in whole if search.spaces.get(each.candidate.name)]
    if not searched:
        return Tuned(notes=("nothing was tuned, as no estimator could be judged on every fold",))
    best = max(whole, key=lambda each: sign * _mean(each))
    proposals = _Proposals(searched, search, lambda values: sign * _means(values, best.values))
    spent, top, notes = 0.0, best, []
    with reporting_progress(
        "tuning", lambda: f"{len(made)} of {search.trials} trials, {_told(top, metric)}"
    ):
        for count in range(1, search.trials + 1):
            trial, candidate = proposals.next(count)
            seconds = candidate.seconds(folded.fitted)
            if spent + folded.compared.folds * seconds > search.seconds:
                notes.append(search.cut_short(len(made)))
                break
            made.append(proposals.judge(trial, candidate, folded.rows.values(candidate)))
            spent += len(made[-1].values) * seconds
            if made[-1].whole(folded.compared.folds) and sign * (_mean(made[-1]) - _mean(top)) > 0:
                top = made[-1]
                print(_told(top, metric), flush=True)
    judged = tuple(each for each in made if each.whole(folded.compared.folds))
    return Tuned(judged, len(made), len(made) - len(judged), tuple(notes))


class _Proposals:
    """What is tried next, by what was reached so far.

    Args:
        defaults: Trials that were made before.
        search: What is searched.
        leads: Returns how far values are ahead of the best default, after each fold.
    """

    def __init__(
        self,
        defaults: Sequence[Scored],
        search: Search,
        leads: Callable[[Sequence[float]], NDArray[np.float64]],
    ) -> None:
        self._defaults = {each.candidate.name: each.candidate for each in defaults}
        spaces = {name: search.spaces[name] for name in self._defaults}
        self._turns = turns(spaces, search.trials)
        self._search = search
        self._leads = leads
        with quiet_optuna():
            self._study = optuna.create_study(
                direction="maximize",
                sampler=TPESampler(seed=search.seed),
                pruner=ThresholdPruner(lower=LEAST_LEAD),
            )
        for each in defaults:
            self._study.add_trial(self._as_trial(each))

    def next(self, count: int) -> tuple[Trial, Candidate]:
        """Return the next trial, and the candidate that it is."""
        name = self._turns[count - 1]
        self._study.enqueue_trial({FAMILY: name})
        trial = self._study.ask()
        trial.suggest_categorical(FAMILY, list(self._defaults))
        values = {
            each: searched.suggest(trial, f"{name}.{each}")
            for each, searched in self._search.spaces[name].items()
        }
        return trial, trial_of(self._defaults[name], count, values, self._search.given)

    def judge(self, trial: Trial, candidate: Candidate, values: Iterator[float]) -> Scored:
        """Judge a candidate on one fold after the other, until it falls behind."""
        reached: list[float] = []
        try:
            for value in values:
                reached.append(value)
                if not np.isfinite(value):
                    self._study.tell(trial, state=TrialState.FAIL)
                    return Scored(candidate, tuple(reached[:-1]), "undefined on a fold")
                trial.report(self._leads(reached)[-1], len(reached) - 1)
                if trial.should_prune():
                    self._study.tell(trial, state=TrialState.PRUNED)
                    return Scored(candidate, tuple(reached))
        except InputError as error:
            self._study.tell(trial, state=TrialState.FAIL)
            return Scored(candidate, tuple(reached), str(error))
        self._study.tell(trial, self._leads(reached)[-1])
        return Scored(candidate, tuple(reached))

    def _as_trial(self, default: Scored) -> FrozenTrial:
        name, leads = default.candidate.name, self._leads(default.values)
        space = self._search.spaces[name]
        params: dict[str, Any] = {f"{name}.{each}": r.usual for each, r in space.items()}
        kinds = {f"{name}.{each}": r.distribution() for each, r in space.items()}
        params[FAMILY], kinds[FAMILY] = name, CategoricalDistribution(list(self._defaults))
        return create_trial(
            value=leads[-1],
            params=params,
            distributions=kinds,
            intermediate_values=dict(enumerate(leads)),
        )


def _mean(scored: Scored) -> float:
    return float(np.mean(scored.values))


def _means(values: Sequence[float], best: Sequence[float]) -> NDArray[np.float64]:
    """Return the mean of the differences after each fold."""
    ahead = np.array(values) - np.array(best[: len(values)])
    return np.asarray(np.cumsum(ahead) / np.arange(1, len(ahead) + 1))


def _told(top: Scored, metric: Metric) -> str:
    named = top.candidate.name
    return f"best so far {metric.name} {number(_mean(top))} ({named})"

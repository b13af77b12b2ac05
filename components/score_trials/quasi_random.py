"""Trials that do not depend on what others reach, spread evenly over what is searched."""

import warnings
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import QMCSampler
from optuna.study import Study
from optuna.trial import create_trial

from components.shared.selection.candidates import Candidate
from components.shared.selection.quiet_optuna import quiet_optuna
from components.shared.selection.search_spaces import Search, Space, trial_of, turns


def quasi_random_trials(defaults: Sequence[Candidate], search: Search) -> list[Candidate]:
    """Return all trials of a search, the same ones wherever they are asked for.

    They are points of a scrambled Sobol sequence, one for each default: Bergstra & Bengio 2012,
    Random Search for Hyper-Parameter Optimization, Journal of Machine Learning Research 13.

    Args:
        defaults: The candidates that trials are made of.
        search: What is searched.
    """
    searched = {each.name: each for each in defaults if search.spaces.get(each.name)}
    spaces = {name: search.spaces[name] for name in searched}
    with quiet_optuna(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        studies = {name: _study(space, search.seed) for name, space in spaces.items()}
        order = turns(spaces, search.trials) if spaces else []
        return [
            trial_of(searched[name], number, _values(studies[name], spaces[name]), search.given)
            for number, name in enumerate(order, 1)
        ]


def _study(space: Space, seed: int) -> Study:
    study = optuna.create_study(sampler=QMCSampler(scramble=True, seed=seed))
    # A sequence has the dimensions of the first trial.
    params: dict[str, Any] = {name: each.usual for name, each in space.items()}
    kinds = {name: each.distribution() for name, each in space.items()}
    study.add_trial(create_trial(value=0.0, params=params, distributions=kinds))
    return study


def _values(study: Study, space: Space) -> dict[str, float]:
    trial = study.ask()
    return {name: each.suggest(trial, name) for name, each in space.items()}

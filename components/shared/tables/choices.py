"""What parameters of the table steps may be.

Imports nothing heavy: the command line checks them before a run.
"""

from typing import Final, Literal, get_args

Strategy = Literal["stratified", "random", "time"]

STRATEGIES: Final[tuple[Strategy, ...]] = get_args(Strategy)
TASKS: Final = ("auto", "classification", "binary", "multiclass", "regression")
CALIBRATIONS: Final = ("none", "auto", "sigmoid", "isotonic")
MODES: Final = ("fail", "report")

"""The logic of each step of a training run as one plain call, on the inputs of that run."""

from pathlib import Path

from pipelines.definition.outputs import RunOutputs

CODE = """
from components.{step}.{verb} import {step}
{step}({arguments})
"""


def plain_calls(
    source: Path, outputs: RunOutputs, folder: Path, registry_url: str
) -> dict[str, str]:
    """Return a program for each step that does what the step did and writes below `folder`."""

    def made(step: str, artifact: str) -> str:
        return str(outputs.uri(step, artifact))

    def new(step: str, artifact: str) -> str:
        (folder / step).mkdir(parents=True, exist_ok=True)
        return str(folder / step / artifact)

    table = made("ingest_table", "table")
    train, test = made("split_table", "train"), made("split_table", "test")
    model = made("train_model", "model")
    evaluation = made("evaluate_model", "evaluation")
    task = outputs.parameter("validate_table", "task")
    arguments: dict[str, tuple[list[str], dict[str, object]]] = {
        "ingest_table": ([str(source), new("ingest_table", "table")], {}),
        "validate_table": (
            [table, new("validate_table", "report"), new("validate_table", "schema")],
            {"target": "damaged"},
        ),
        "split_table": (
            [table, new("split_table", "train"), new("split_table", "test")],
            {"target": "damaged", "task": task},
        ),
        "preprocess_table": (
            [train, *(new("preprocess_table", name) for name in ("features", "fitted")), "damaged"],
            {},
        ),
        "train_model": (
            [
                train,
                made("preprocess_table", "features"),
                made("preprocess_table", "preprocessor"),
                new("train_model", "model"),
                "damaged",
            ],
            {"task": task},
        ),
        "evaluate_model": (
            [model, test]
            + [new("evaluate_model", name) for name in ("report", "evaluation", "predictions")],
            {},
        ),
        "compare_with_champion": (
            [evaluation, made("evaluate_model", "predictions"), test]
            + [new("compare_with_champion", name) for name in ("reasons", "comparison")]
            + ["bird-strikes-anew"],
            {"registry_url": registry_url},
        ),
        "register_model": ([model, evaluation, "again"], {"registry_url": registry_url}),
    }
    return {step: _program(step, *call) for step, call in arguments.items()}


def _program(step: str, positional: list[str], named: dict[str, object]) -> str:
    arguments = [repr(value) for value in positional]
    arguments += [f"{name}={value!r}" for name, value in named.items()]
    return CODE.format(step=step, verb=step.split("_")[0], arguments=", ".join(arguments))

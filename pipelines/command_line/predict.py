"""`kfp-tabular predict`: all rows of a table, on this machine."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.markup import escape

from components.ingest_table.given_types import parse_column_types
from components.predict_table.threshold import check_threshold, decide
from components.shared.predictions.destination import check_destination
from components.shared.registry.client import URL_VARIABLE
from components.shared.registry.paths import DATASET
from components.shared.reports.number_text import counted_rows, number, percent
from components.shared.sources.address import without_query
from components.shared.tables.file_formats import FORMATS
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.command_line.environment import variable_set
from pipelines.command_line.registry.connection import connected_registry, shown, url_option
from pipelines.command_line.registry.output import SETTINGS, json_option, print_json
from pipelines.definition.input_types import Checked
from pipelines.errors import INTERRUPTED, UsageError

if TYPE_CHECKING:
    from components.ingest_table.ingest import IngestedTable
    from components.predict_table.changes import PredictionChanges
    from components.shared.predictions.files import PredictedTable
    from components.shared.registry.client import RegisteredVersion, RegistryClient

SECONDS_BETWEEN: Final = 5.0
MOST_CHANGES: Final = 10
EXAMPLES: Final = """
Examples:

\b
  kfp-tabular predict churn@champion april.csv -o april_predictions.csv --keep id
  kfp-tabular predict churn april.parquet -o scores.parquet --probabilities --threshold 0.3
  kfp-tabular predict churn@champion dataset://customers@latest -o s3://scores/latest.parquet
  kfp-tabular predict churn@champion dataset://customers@latest -o dataset://scores
  kfp-tabular predict churn@champion april.csv --against churn@latest
"""


@click.command("predict", context_settings=SETTINGS, epilog=EXAMPLES)
@click.argument("model", metavar="NAME[@REF]")
@click.argument("source")
@click.option(
    "-o",
    "--output",
    default="",
    help="Where the predictions go: a path or s3://bucket/key that ends with .parquet, .csv or "
    ".jsonl, or dataset://name for a version of a data set.",
)
@click.option(
    "--keep", default="", help="Columns that go with the predictions: id,date, or * for all."
)
@click.option("--probabilities", is_flag=True, help="Write the probability of each class too.")
@click.option(
    "--threshold",
    type=Checked(check_threshold),
    default="",
    metavar="NUMBER|best",
    help="Of two classes, the probability from which on the positive one is predicted; best: that "
    "of the least cost on the test rows of the training.",
)
@click.option("--positive-class", help="The class that the threshold is for.")
@click.option(
    "--explain",
    is_flag=True,
    help="Write what each column contributes to each prediction too: milliseconds a row.",
)
@click.option(
    "--against", metavar="NAME[@REF]", help="Another model: say how its predictions differ."
)
@click.option(
    "--format",
    "source_format",
    type=click.Choice(["auto", *FORMATS]),
    default="auto",
    help="Format of the source, where its ending does not say it.",
)
@click.option(
    "--column-types",
    type=Checked(parse_column_types),
    default="",
    help="Types of columns that have the last word; by default all are read as the training table "
    "of the model was.",
)
@click.option("--missing-values", multiple=True, help="A text for a missing value; repeatable.")
@click.option("--query", default="", help="What to ask a database (SELECT …).")
@click.option("--overwrite", is_flag=True, help="Replace the output where it is there already.")
@json_option
@url_option
def predict_command(
    model: str,
    source: str,
    output: str,
    keep: str,
    probabilities: bool,
    threshold: str,
    positive_class: str | None,
    explain: bool,
    against: str | None,
    source_format: str,
    column_types: str,
    missing_values: tuple[str, ...],
    query: str,
    overwrite: bool,
    as_json: bool,
    url: str | None,
) -> None:
    """Predict every row of SOURCE with a registered model, in their order, on this machine.

    SOURCE is all that a training takes: a path, s3://, postgresql://, dataset://… Its columns are
    read as the training table of the model was. A run that was stopped goes on where it was when
    it is started again. On a cluster: `kfp-tabular submit batch_prediction`.
    """
    if not output and not against:
        raise UsageError("say where the predictions go, -o predictions.parquet, or --against what")
    console = Console(stderr=True)
    if Path(output).is_file() and not overwrite:
        raise UsageError(f"{output} is there already: name another file, or --overwrite it")
    with (
        connected_registry(url) as client,
        TemporaryDirectory() as temporary,
        variable_set(URL_VARIABLE, client.url),
        _told_when_stopped(console, bool(output)),
    ):
        dataset = output.removeprefix(DATASET) if output.startswith(DATASET) else ""
        destination = "" if dataset else output
        check_destination(destination, source=source)
        folder = Path(temporary)
        found = {"model": _fetch(client, model, folder / "model", console)}
        if against:
            found["rival"] = _fetch(client, against, folder / "rival", console)
        name = _named(found["model"])
        rival = _named(found["rival"]) if against else None
        table = _ingest(
            folder,
            source,
            format=source_format,
            column_types=column_types,
            missing_values=missing_values,
            query=query,
        )
        _say_notes(table, console)

        def predicted(of: str, path: Path, **more: Any) -> "PredictedTable":
            from components.predict_table.predict import predict_table

            decision = decide(threshold, positive_class or "", found[of].properties)
            return predict_table(
                folder / of,
                folder / "table",
                path,
                threshold=decision.threshold,
                positive_class=decision.positive_class,
                table_digest=table.digest,
                progress=_progress(console),
                **more,
            )

        told: dict[str, Any] = {}
        if output:
            done = predicted(
                "model",
                folder / "predictions",
                keep=[each.strip() for each in keep.split(",") if each.strip()],
                probabilities=probabilities,
                explain=explain,
                destination=destination,
                model_name=name,
                parts=_parts(name, source, output),
                beside=_compared(folder, "model") if rival else None,
            )
            told = done.metadata() | {"output": output}
            if dataset:
                told["output"] = _register(folder, dataset, source)
        changes = None
        if rival:
            others = ("rival",) if output else ("model", "rival")
            changes = _changes(folder, predicted, others)
    if as_json:
        print_json(told | ({"against": _as_json(rival, changes)} if changes else {}))
        return
    _show(name, told, rival, changes)


@contextmanager
def _told_when_stopped(console: Console, keeps_parts: bool) -> Iterator[None]:
    """Say what is left of predictions that are stopped with Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        kept = "What was predicted is kept: the same command goes on." if keeps_parts else ""
        console.print(f"\nstopped. {kept}", highlight=False)
        sys.exit(INTERRUPTED)


def _named(version: "RegisteredVersion") -> str:
    return f"{version.model_name}@{version.version}"


def _fetch(
    client: "RegistryClient", model: str, folder: Path, console: Console
) -> "RegisteredVersion":
    version = client.get(model)
    version.download(folder)
    console.print(
        f"· {_named(version)}, sha256 {version.digest}",
        style="dim",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return version


def _register(folder: Path, dataset: str, source: str) -> str:
    """Register the predictions as a version of a data set, and return its address."""
    from components.register_dataset.register import Lineage, register_dataset
    from components.validate_table.validate import validate_table

    made = (folder / "predictions", folder / "schema.json", folder / "validation.html")
    validate_table(made[0], made[2], made[1], mode="report")
    version = register_dataset(*made, dataset, lineage=Lineage(source=without_query(source)))
    return f"{version.model_name}@{version.version}"


def _ingest(folder: Path, source: str, **how: Any) -> "IngestedTable":
    from components.ingest_table.ingest import ingest_table

    return ingest_table(source, folder / "table", model=folder / "model", **how)


def _say_notes(table: "IngestedTable", console: Console) -> None:
    console.print(f"· {table.rows:,} rows × {table.columns} columns", style="dim", highlight=False)
    for remark in table.readings.remarks:
        about = f"{remark.column}: " if remark.column else ""
        console.print(f"· {escape(about + remark.message)}", highlight=False, soft_wrap=True)


def _parts(model: str, source: str, output: str) -> Path:
    """Return where parts of these predictions are kept until all are there."""
    name = hashlib.sha256("\0".join((model, source, output)).encode()).hexdigest()[:16]
    return Path(os.environ.get(WORK_DIR_VARIABLE) or WORK_DIR).resolve() / "predictions" / name


def _progress(console: Console) -> Callable[[int, int], None]:
    from components.predict_table.predict import paced

    def tell(done: int, total: int) -> None:
        if done < total:
            line = f"· predicted {done:,} of {total:,} rows ({percent(done / total)})"
            console.print(line, highlight=False)

    return paced(SECONDS_BETWEEN, tell)


def _compared(folder: Path, of: str) -> Path:
    """Return where the predictions of a model lie to be compared."""
    return folder / f"{of}.parquet"


def _changes(
    folder: Path, predicted: Callable[..., "PredictedTable"], others: Sequence[str]
) -> "PredictionChanges":
    """Compare the models, of which those that were not asked yet are asked."""
    from components.predict_table.changes import compare_predictions

    for of in others:
        predicted(of, folder / f"{of}-alone.parquet", beside=_compared(folder, of))
    return compare_predictions(_compared(folder, "model"), _compared(folder, "rival"))


def _as_json(rival: str | None, changes: "PredictionChanges") -> dict[str, Any]:
    moves = [{"from": a, "to": b, "rows": n} for (a, b), n in changes.changes.items()]
    return {"model": rival} | vars(changes) | {"changes": moves}


def _show(
    name: str,
    told: dict[str, Any],
    rival: str | None,
    changes: "PredictionChanges | None",
) -> None:
    if told:
        where = told["output"] if "://" in told["output"] else shown(Path(told["output"]).resolve())
        resumed = f", {told['resumed']:,} of them before" if told["resumed"] else ""
        predicted = counted_rows(told["rows"])
        click.echo(f"predicted {told['target']} of {predicted}{resumed}: {where}")
        if told.get("threshold") is not None:
            click.echo(f"  {told['positive']} from a probability of {number(told['threshold'])} on")
    if changes is None:
        return
    share = percent(changes.different / changes.rows)
    differ = f"differ in {changes.different:,} of {changes.rows:,} rows ({share})"
    click.echo(f"{name} and {rival} {differ}")
    for (before, after), rows in list(changes.changes.items())[:MOST_CHANGES]:
        click.echo(f"  {before} → {after}: {rows:,}")
    what = "predictions" if changes.moved is None else "probabilities"
    mean, largest = number(changes.mean), number(changes.largest)
    click.echo(f"  {what} differ by {mean} in the mean, by {largest} at most")

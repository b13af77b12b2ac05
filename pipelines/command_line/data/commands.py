"""`kfp-tabular data`: look at registered data sets, compare their versions, fetch them."""

from pathlib import Path
from typing import Final

import click

from components.shared.registry.paths import DATASET
from pipelines.command_line.registry import looking
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import (
    SETTINGS,
    examples,
    json_option,
    print_json,
    print_page,
)
from pipelines.errors import UsageError

SAMPLE_ROWS: Final = 3
LATEST: Final = "latest"
version_argument = click.argument("version", metavar="NAME[@REF]")


def _examples(*lines: str) -> str:
    return examples(*lines, group="data")


@click.group(
    "data",
    context_settings=SETTINGS,
    epilog=_examples(
        "list", "show churn_customers@gold", "diff churn_customers 3 latest",
        "lineage churn_customers@3", "download churn_customers@3 customers/",
    ),
)  # fmt: skip
def data_group() -> None:
    """Look at registered data sets, compare their versions, fetch them.

    `kfp-tabular run dataset` registers them, and dataset://NAME@REF is a source wherever a table
    is read. A version is named NAME@REF, where REF is its name, its number or an alias; without
    @REF it is the latest. The commands of `kfp-tabular registry` change them, as
    `registry archive dataset://NAME@REF`.
    """


@data_group.command("list", epilog=_examples("list", "list churn_customers", "list --json | jq"))
@click.argument("name", required=False)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="How many to list: the data sets changed last, or the newest versions.",
)
@json_option
@url_option
def list_command(name: str | None, limit: int, as_json: bool, url: str | None) -> None:
    """List the data sets, or the versions of NAME."""
    if name is not None:
        looking.list_versions(_address(name), limit, as_json, url)
    else:
        looking.list_models(lambda client: client.list_datasets(limit), "data sets", as_json, url)


@data_group.command("show", epilog=_examples("show churn_customers", "show churn_customers@3"))
@version_argument
@json_option
@url_option
def show_command(version: str, as_json: bool, url: str | None) -> None:
    """Show all that is known of a version.

    These are its rows and columns, how it was read, where it comes from, and its files.
    """
    looking.show_version(_address(version), as_json, url)


@data_group.command(
    "lineage", epilog=_examples("lineage churn_customers", "lineage churn_customers@3 --json")
)
@version_argument
@json_option
@url_option
def lineage_command(version: str, as_json: bool, url: str | None) -> None:
    """Show where a version comes from, and what was made from it.

    Models and data sets that name data of its content were made from it.
    """
    from pipelines.command_line.data.tables import lineage_page

    with connected_registry(url) as client:
        found = client.get(_address(version))
        made = client.trained_on(found.content_digest) if found.content_digest else ()
    if as_json:
        print_json({"lineage": found.lineage, "datasets": found.datasets, "made_from_it": made})
    else:
        print_page(lineage_page(found, made))


@data_group.command(
    "diff",
    epilog=_examples(
        "diff churn_customers 3 latest", "diff churn_customers@gold churn_customers@7 --sample 10"
    ),
)  # fmt: skip
@click.argument("versions", metavar="NAME REF REF | NAME@REF NAME@REF", nargs=-1)
@click.option(
    "--sample",
    type=click.IntRange(0, 1000),
    default=SAMPLE_ROWS,
    show_default=True,
    help="How many of the rows that were added, and of those removed, are shown.",
)
@json_option
@url_option
def diff_command(versions: tuple[str, ...], sample: int, as_json: bool, url: str | None) -> None:
    """Show what changed between two versions of NAME.

    Columns and the distances of their values are compared by what was registered of them; rows by
    reading both tables. A row counts as the same if it has the same values in all columns that
    both versions have with one type, wherever it stands.
    """
    from pipelines.command_line.data.row_changes import row_changes
    from pipelines.command_line.data.tables import difference_page

    name, references = _two_versions(versions)
    address = _address(name)
    with connected_registry(url) as client:
        comparison = client.compare(address, references)
        old, new = (f"{address}@{version.version}" for version in comparison.versions)
        rows = row_changes(old, new, client.url, sample)
    if as_json:
        print_json({"before": old, "after": new, "columns": comparison.changes, "rows": rows})
    else:
        print_page(difference_page(comparison, rows))


@data_group.command(
    "download", epilog=_examples("download churn_customers@3 customers/", "download a@gold a/")
)
@version_argument
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@json_option
@url_option
def download_command(version: str, folder: Path, as_json: bool, url: str | None) -> None:
    """Fetch the files of a version into DIR: table, schema and report.

    DIR is a new or an empty folder. Every digest is checked; if one is wrong, nothing stays.
    """
    looking.download_version(_address(version), folder, as_json, url)


def _two_versions(versions: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the name of a data set and two references, however they were given."""
    if len(versions) == 3 and "@" not in versions[0]:
        return versions[0], [*versions[1:]]
    first, second = versions if len(versions) == 2 else ("", "")
    name, _, before = first.removeprefix(DATASET).partition("@")
    other, _, after = second.removeprefix(DATASET).partition("@")
    if not name:
        raise UsageError("name one data set and two of its versions: NAME REF REF")
    if other != name:
        raise UsageError(
            f"{name} and {other} are two data sets: versions of one are compared, as in "
            f"kfp-tabular data diff {name}@1 {name}@latest"
        )
    return name, [before or LATEST, after or LATEST]


def _address(named: str) -> str:
    """Return a name as all commands and clients know that of a data set."""
    return f"{DATASET}{named.removeprefix(DATASET)}"

"""The arguments of a run: what the user gave, and what is filled in."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from components.shared.errors import InputError
from components.shared.registry.paths import DATASET
from components.shared.sources.address import DVC_FILE, without_queries
from components.shared.sources.credentials import refuse_credentials
from pipelines.definition.input_types import check_model_name
from pipelines.definition.interface import Arguments, FillIn, Interface
from pipelines.errors import UsageError


def filled_in(interface: Interface, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that were given, and those that the pipeline fills in.

    Raises:
        UsageError: What is filled in cannot be, or arguments do not go together: the message
            names the options.
    """
    arguments = dict(given)
    for name in interface.data:
        try:
            refuse_credentials(str(arguments.get(name, "")), name)
        except InputError as error:
            raise UsageError(str(error)) from error
    for name, fill_in in interface.filled_in.items():
        if name not in arguments and (value := fill_in(arguments)) is not None:
            arguments[name] = value
    interface.check(arguments)
    return arguments


def reachable_from_cluster(pipeline: str, interface: Interface, arguments: Arguments) -> None:
    """Refuse an address of data that only this machine can read.

    Raises:
        UsageError: It is a path or a `file://` URL.
    """
    for name in interface.data:
        option, source = f"--{name.replace('_', '-')}", str(arguments.get(name, ""))
        if source and urlsplit(source).scheme in ("", "file", "delta+file"):
            raise UsageError(
                f"{option} {source} is a file on this machine, and the steps run in the cluster: "
                "upload it to a store that they can read and name it as s3://bucket/key or "
                f"https://…, or run it here with: kfp-tabular run {pipeline} {option} {source}"
            )


def model_named_after_source(arguments: Arguments) -> str:
    """Return a name for the model: that of its data set, or its table's file up to the first dot.

    Of a database, it is the name of the table, or for a query that of the database.

    Raises:
        UsageError: It is no name of a model.
    """
    source = arguments["source"]
    address = urlsplit(source)
    table = dict(parse_qsl(address.query)).get("table") if address.scheme != "file" else None
    if source.startswith(DATASET):
        table = source.removeprefix(DATASET).partition("@")[0]
    path = address.path
    if tracked := DVC_FILE.fullmatch(source):
        path = tracked["member"] or tracked["file"].removesuffix(".dvc")
    name = table.rpartition(".")[2] if table else Path(path).name.split(".")[0]
    name = name or "model"
    try:
        check_model_name(name)
    except InputError as error:
        raise UsageError(f"--model-name is needed, as {error}") from error
    return name


def recorded_arguments(data: Collection[str]) -> FillIn:
    """Return what makes a record of a run's arguments, by which it can be repeated.

    Args:
        data: The inputs that are addresses of data, of which no credentials are kept.
    """

    def fill_in(arguments: Arguments) -> str:
        told = {name: value for name, value in arguments.items() if name != "git_commit"}
        return json.dumps(without_queries(told, data), sort_keys=True)

    return fill_in


def git_commit(_: Arguments) -> str | None:
    """Return the commit of this folder, if it is under git.

    Where files that git knows are not as they were committed, `-dirty.` and 12 digits of the
    SHA-256 of the difference (`git diff HEAD --binary`) follow: equal code has equal names.
    """
    commit = _git("rev-parse", "HEAD").decode().strip()
    if not commit:
        return None
    difference = _git("diff", "HEAD", "--binary", "--no-ext-diff", "--no-textconv", "--no-color")
    if not difference:
        return commit
    return f"{commit}-dirty.{hashlib.sha256(difference).hexdigest()[:12]}"


def _git(*arguments: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        return b""
    return subprocess.run([git, *arguments], capture_output=True, check=False).stdout  # noqa: S603

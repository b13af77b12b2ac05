"""The rooms of the code, and the arrows between them."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from pipelines.definition import catalog
from pipelines.local.forked_steps import SLOW

PACKAGES = ("components", "pipelines", "predictor", "registry_service")
# A cache goes by times of files, which a checkout does not keep.
GRAPH = grimp.build_graph(*PACKAGES, cache_dir=None)
SHARED = "components.shared"
IN_MODELS = {
    "components.shared.features.date_features",
    "components.shared.models.mlflow_loader",
}
"""Fitted models hold objects of these, or are loaded by them: whoever loads one imports them."""
WITH_LIBRARIES = grimp.build_graph(
    "components",
    include_external_packages=True,
    exclude_type_checking_imports=True,
    cache_dir=None,
)
INTEGRATIONS = sorted((catalog.ROOT / "integrations").rglob("*.py"))
ROOMS = ("command_line", "cluster", "definition", "local")
"""The folders of `pipelines` that are no pipelines, but for `demo`, which calls some by name."""


def _room(module: str) -> str:
    """Return the component or the package that a module belongs to; empty for what is shared."""
    if module.startswith(f"{SHARED}."):
        return ""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "components" else parts[0]


def _rooms_that_use(module: str, seen: set[str]) -> Iterator[str]:
    for user in GRAPH.find_modules_that_directly_import(module) - seen:
        seen.add(user)
        if room := _room(user):
            yield room
        else:
            yield from _rooms_that_use(user, seen)


@pytest.mark.parametrize(
    "module",
    sorted(m for m in GRAPH.find_descendants(SHARED) - IN_MODELS if not GRAPH.find_children(m)),
)
def test_what_is_shared_is_used_by_two(module: str) -> None:
    """What one component alone uses stands in its own folder."""
    assert len(set(_rooms_that_use(module, set()))) >= 2


@pytest.mark.parametrize("name", catalog.component_names())
def test_a_component_says_which_slow_libraries_it_may_import(name: str) -> None:
    """A step that says nothing of scikit-learn never imports it, however it goes."""
    modules = WITH_LIBRARIES.find_descendants(f"components.{name}")
    imported = set().union(*map(WITH_LIBRARIES.find_upstream_modules, modules))
    needs = catalog.needs(name)
    assert imported & {*SLOW, "pandas"} <= needs.libraries | needs.later


def test_a_plan_is_read_with_the_standard_library_alone() -> None:
    """Loading what predicts by a plan imports no library at all, ours or others'."""
    program = (
        "import sys, components.shared.plans.scorer; "
        "names = {name.partition('.')[0] for name in sys.modules}; "
        "print(*names - sys.stdlib_module_names - {'components', '__main__'})"
    )
    command = [sys.executable, "-S", "-c", program]
    done = subprocess.run(command, cwd=catalog.ROOT, capture_output=True, text=True, check=True)
    assert not done.stdout.split()


@pytest.mark.parametrize("name", catalog.component_names())
def test_components_do_not_know_each_other(name: str) -> None:
    """A component imports its own modules and what is shared, and no other component."""
    own = f"components.{name}"
    modules = {own, *GRAPH.find_descendants(own)}
    imported = {i for module in modules for i in GRAPH.find_modules_directly_imported_by(module)}
    assert {_room(module) for module in imported} <= {own, "", "components"}


@pytest.mark.parametrize("name", catalog.pipeline_names())
def test_nothing_knows_a_pipeline_by_name(name: str) -> None:
    """No module outside the folder of a pipeline imports from it, but pipelines that nest it."""
    own = f"pipelines.{name}"
    modules = {own, *GRAPH.find_descendants(own)}
    users = {u for module in modules for u in GRAPH.find_modules_that_directly_import(module)}
    folders = {user.split(".")[1] for user in users - modules}
    assert folders <= set(catalog.pipeline_names()) - {name}
    for folder in folders:
        module = f"pipelines.{folder}.pipeline"
        assert f"{own}.pipeline" in GRAPH.find_modules_directly_imported_by(module)


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_says_the_name_of_a_pipeline(room: str) -> None:
    """No module that runs pipelines, or makes commands of them, has the name of one in its code."""
    names = [f'"{name}"' for name in catalog.pipeline_names()]
    for path in (catalog.ROOT / "pipelines" / room).rglob("*.py"):
        assert not any(name in path.read_text("utf-8") for name in names), path


def test_modules_import_each_other_in_no_circle() -> None:
    """The imports of the whole code have an order."""
    arrows = {m: GRAPH.find_modules_directly_imported_by(m) for m in GRAPH.modules}
    TopologicalSorter(arrows).prepare()


def test_the_arrows_point_from_the_command_line_down() -> None:
    """The contracts of pyproject.toml hold: layers, and which package may know which."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=catalog.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", INTEGRATIONS, ids=lambda path: path.stem)
def test_what_is_integrated_imports_nothing_of_ours(path: Path) -> None:
    """A distribution for another program loads there alone: neither our packages nor theirs."""
    body = ast.parse(path.read_text("utf-8")).body
    names = {
        name.partition(".")[0]
        for node in body
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not names & {*PACKAGES, "kfp", "pandas", "polars", "sklearn", "tests"}

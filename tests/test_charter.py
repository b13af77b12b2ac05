"""The rules that every component and pipeline keeps."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents
from pipelines.definition.packages import PipelinePackage

COMPONENTS = catalog.component_names()
COMPILED = [
    *(catalog.component_yaml(name) for name in COMPONENTS),
    *(catalog.pipeline_yaml(name) for name in catalog.pipeline_names()),
]
README = (catalog.ROOT / "README.md").read_text("utf-8")
SECRETS = re.compile(r"password|secret|token|credential|api_?key|access_?key", re.IGNORECASE)
HEAVY = {
    "kfp",
    "lightgbm",
    "matplotlib",
    "minio",
    "optuna",
    "pandas",
    "pandera",
    "polars",
    "sklearn",
}
SOURCES = sorted(
    path
    for folder in ("components", "pipelines", "registry_service")
    for path in (catalog.ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _decorated(name: str) -> ast.FunctionDef:
    tree = _tree(catalog.ROOT / "components" / name / "component.py")
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions] == [name]
    return functions[0]


def _statements(body: list[ast.stmt]) -> int:
    return sum(1 + _statements(getattr(statement, "body", [])) for statement in body)


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_its_signature_and_a_module_of_its_verb(name: str) -> None:
    """A component's folder holds component.py, its YAML, its needs and a module of its verb."""
    files = {path.name for path in (catalog.ROOT / "components" / name).glob("*.*")}
    verb = name.split("_")[0]
    assert {"__init__.py", "component.py", "component.yaml", "needs.py", f"{verb}.py"} <= files


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_body_is_thin(name: str) -> None:
    """The body of a component has ten statements at the most, apart from its docstring."""
    assert _statements(_decorated(name).body[1:]) <= 10


@pytest.mark.parametrize("name", COMPONENTS)
def test_logic_never_imports_kfp(name: str) -> None:
    """The logic of a component loads without kfp."""
    verb = name.split("_")[0]
    check = f"import sys, components.{name}.{verb}; sys.exit('kfp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_step_starts_with_few_imports(name: str) -> None:
    """Loading the logic of a component imports no heavy package but those that it needs."""
    verb = name.split("_")[0]
    check = f"import sys, components.{name}.{verb}; print(*{HEAVY!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) <= catalog.needs(name).libraries


@pytest.mark.parametrize("name", COMPONENTS)
def test_parameters_are_typed_scalars_without_credentials(name: str) -> None:
    """No parameter is a dict, has a sentinel for a default, or carries a secret."""
    arguments = _decorated(name).args
    for argument in [*arguments.args, *arguments.kwonlyargs]:
        annotation = ast.unparse(argument.annotation) if argument.annotation else ""
        assert annotation, f"{argument.arg} has no type"
        assert "dict" not in annotation.lower()
        assert not SECRETS.search(argument.arg)
    for default in arguments.defaults:
        assert ast.unparse(default) != "-1"


@pytest.mark.parametrize("name", COMPONENTS)
def test_artifacts_that_may_be_absent_are_not_optional_by_their_type(name: str) -> None:
    """KFP's backend hands artifacts over without a type, and kfp then calls the annotation."""
    arguments = _decorated(name).args
    annotations = [ast.unparse(argument.annotation or ast.Name("")) for argument in arguments.args]
    assert not [
        each for each in annotations if re.search(r"(Optional\[|\|).*Input|Input.*\|", each)
    ]


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.parent.name)
def test_every_input_is_required_or_has_a_default(path: Path) -> None:
    """No input may be null: KFP's dashboard starts no run while one is, and groups refuse it."""
    declared = documents(path)[0]["root"].get("inputDefinitions", {}).get("parameters", {})
    nullable = {
        name
        for name, each in declared.items()
        if each.get("isOptional") and each.get("defaultValue") is None
    }
    assert not nullable


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.parent.name)
def test_what_an_unset_text_means_is_said(path: Path) -> None:
    """The description of each text that may be empty or auto says what comes of it."""
    declared = documents(path)[0]["root"].get("inputDefinitions", {}).get("parameters", {})
    silent = {
        name
        for name, each in declared.items()
        if each.get("defaultValue") in ("", "auto")
        and not re.search(r"\b(empty|auto)\b", each.get("description", ""))
    }
    assert not silent


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_parameter_of_a_component_is_explained(name: str) -> None:
    """The docstring's Args name every parameter and artifact."""
    function = _decorated(name)
    docstring = ast.get_docstring(function) or ""
    explained = set(re.findall(r"^    (\w+): ", docstring, re.MULTILINE))
    assert {argument.arg for argument in function.args.args} <= explained


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.parent.name)
def test_committed_yaml_is_what_the_source_compiles_to(path: Path, compiled: Path) -> None:
    """Compiling anew gives the committed YAML."""
    assert (compiled / path.relative_to(catalog.ROOT)).read_text("utf-8") == path.read_text("utf-8")


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.parent.name)
def test_compiled_commands_install_nothing(path: Path) -> None:
    """No compiled command runs pip or names a URL to fetch from, and no image floats."""
    text = path.read_text("utf-8")
    assert "pip install" not in text
    assert "-m pip" not in text
    assert "http" not in "".join(re.findall(r"image: .*", text))
    assert all(
        re.search(r":\d+\.\d+\.\d+$", image)
        for image in re.findall(r"^\s+image: (\S+)$", text, re.M)
    )


@pytest.mark.parametrize("name", catalog.pipeline_names())
def test_each_task_of_a_pipeline_has_what_its_component_needs(name: str) -> None:
    """No step of a compiled pipeline was forgotten, or has something of its own."""
    package = PipelinePackage.read(catalog.pipeline_yaml(name))
    retries = {
        task["componentRef"]["name"]: task.get("retryPolicy", {}).get("maxRetryCount", 0)
        for _, task in package.tasks()
    }
    for step in package.steps:
        needs = catalog.needs(re.sub(r"_\d+$", "", step))
        resources, settings = package.container(step)["resources"], package.kubernetes(step)
        assert resources["resourceCpuRequest"] == needs.cpu.request
        assert resources["resourceCpuLimit"] == needs.cpu.limit
        assert resources["resourceMemoryRequest"] == needs.memory.request
        assert resources["resourceMemoryLimit"] == needs.memory.limit
        assert settings["activeDeadlineSeconds"] == str(needs.seconds)
        assert settings["securityContext"]["runAsNonRoot"] is True
        assert retries[f"comp-{step.replace('_', '-')}"] == needs.retries
        given = {
            key["envVar"]
            for secret in settings.get("secretAsEnv", [])
            for key in secret["keyToEnv"]
        }
        # Each step tells the registry of its run, and waits for its address only if it needs it.
        assert ("REGISTRY_TOKEN" in given, "AWS_ACCESS_KEY_ID" in given) == (True, needs.store)
        assert ("PREDICTOR_TOKEN" in given) == needs.serving
        waits = any(
            key["envVar"] == "REGISTRY_URL"
            for config in settings["configMapAsEnv"]
            if not config.get("optional")
            for key in config["keyToEnv"]
        )
        assert waits == (needs.registry and not needs.store)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All YAML, compiled anew by the command line."""
    folder = tmp_path_factory.mktemp("compiled")
    command = [sys.executable, "-m", "pipelines", "compile", "--output", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", [*COMPONENTS, *catalog.pipeline_names()])
def test_readme_names_every_component_and_pipeline(name: str) -> None:
    """The README's tables link to every component and pipeline."""
    assert re.search(rf"^\| \[`{name}`\]\((components|pipelines)/{name}/?\)", README, re.MULTILINE)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(catalog.ROOT)))
def test_files_stay_small(path: Path) -> None:
    """No module outgrows what a reader takes in at once."""
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(catalog.ROOT)))
def test_no_vague_module_names(path: Path) -> None:
    """No module is called by a word that says nothing."""
    assert not re.search(r"util|helper|manager|common|_v\d|misc", path.stem)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(catalog.ROOT)))
def test_errors_stand_in_their_own_modules(path: Path) -> None:
    """Every error that others may catch is defined in an `errors.py`."""
    classes = [node.name for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)]
    errors = [name for name in classes if name.endswith("Error") and not name.startswith("_")]
    assert path.name == "errors.py" or not errors

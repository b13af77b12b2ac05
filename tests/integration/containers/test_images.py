"""What is in the images, and what is not."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from components.shared.image import VERSION
from pipelines.definition import catalog
from tests.integration.containers.engine import (
    CODE_OF,
    COMPONENTS_IMAGE,
    LOCKED_DOWN,
    PREDICTOR_IMAGE,
    REGISTRY_IMAGE,
    run,
)

IMAGES = [COMPONENTS_IMAGE, PREDICTOR_IMAGE, REGISTRY_IMAGE]
MEGABYTE = 1_000_000
LARGEST = {
    COMPONENTS_IMAGE: 900 * MEGABYTE,
    PREDICTOR_IMAGE: 225 * MEGABYTE,
    REGISTRY_IMAGE: 250 * MEGABYTE,
}
# What is imported by a name in a string or a URL: an estimator, a driver, a protocol.
BY_NAME = {
    COMPONENTS_IMAGE: {"lightgbm"},
    PREDICTOR_IMAGE: set[str](),
    REGISTRY_IMAGE: {"psycopg"},
}
COMPILERS = ("cc", "gcc", "g++", "clang", "ld", "make", "cargo", "rustc")

# Prints the distributions that we ask for ourselves, and of which importing all that the code
# imports has loaded nothing.
UNUSED = """
import contextlib, importlib, importlib.metadata, sys
for module in sys.argv[1:]:
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(module)
loaded = {module.split(".")[0] for module in sys.modules}
for distribution in importlib.metadata.distributions():
    names = {str(file).split("/")[0].split(".")[0] for file in distribution.files or []}
    asked_for = distribution.name.lower().replace("_", "-") in ASKED_FOR
    if asked_for and not names & loaded:
        print(distribution.name)
"""


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_stays_small(engine: docker.DockerClient, image: str) -> None:
    """Unpacked, the components' is under 900 MB, the registry's 250 MB, the predictor's 225 MB."""
    assert _size(engine, image) < LARGEST[image]


def test_the_predictor_is_the_smallest(engine: docker.DockerClient) -> None:
    """What answers requests carries less than what keeps the models."""
    assert _size(engine, PREDICTOR_IMAGE) < _size(engine, REGISTRY_IMAGE)


def _size(engine: docker.DockerClient, image: str) -> int:
    return int(engine.images.get(image).attrs["Size"])


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_says_what_it_is(engine: docker.DockerClient, image: str) -> None:
    """The OCI labels name version, revision, source and licence."""
    labels = engine.images.get(image).labels
    prefix = "org.opencontainers.image."
    assert labels[prefix + "version"] == VERSION
    assert labels[prefix + "licenses"] == "Apache-2.0"
    assert {prefix + "revision", prefix + "source"} <= set(labels)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_runs_as_a_numbered_user(engine: docker.DockerClient, image: str) -> None:
    """Kubernetes can tell from the image that it does not run as root."""
    user, _, group = engine.images.get(image).attrs["Config"]["User"].partition(":")
    assert int(user) > 0
    assert int(group) > 0


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_no_compiler(engine: docker.DockerClient, image: str) -> None:
    """Nothing in an image compiles, and nothing in its environment installs."""
    look = f"for tool in {' '.join(COMPILERS)}; do command -v $tool; done; python -m pip --version"
    found = run(engine, image, ["sh", "-c", f"({look}) 2>&1 || true"])
    assert found.splitlines() == ["/opt/kfp-tabular/bin/python: No module named pip"]


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_keeps_no_cache_and_no_settings_of_its_builder(
    engine: docker.DockerClient, image: str
) -> None:
    """Neither downloads nor the index that packages came from stay behind."""
    look = "find /root/.cache /etc/pip.conf 2>/dev/null || true"
    assert run(engine, image, ["sh", "-c", look], user="0") == ""
    history = json.dumps(engine.images.get(image).history())
    assert "index-url" not in history.lower()


@pytest.mark.parametrize("image", IMAGES)
def test_every_package_of_an_image_is_imported(engine: docker.DockerClient, image: str) -> None:
    """What the code of an image does not import, itself or through others, it does not ask for."""
    modules = sorted({*_imports(catalog.ROOT / CODE_OF[image]), *BY_NAME[image]})
    program = f"ASKED_FOR = {_asked_for(image)!r}\n{UNUSED}"
    unused = run(engine, image, ["python", "-c", program, *modules], **LOCKED_DOWN)
    assert set(unused.split()) == set()


def _asked_for(image: str) -> set[str]:
    """Return the distributions that pyproject.toml asks for in an image."""
    project = tomllib.loads((catalog.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["lightgbm"]
    extras = {PREDICTOR_IMAGE: "predictor", REGISTRY_IMAGE: "registry"}
    if image in extras:
        wanted = project["optional-dependencies"][extras[image]]
    return {re.split(r"[\[><=;~! ]", each, maxsplit=1)[0].lower() for each in wanted}


def _imports(package: Path) -> Iterator[str]:
    """Yield the modules of a package, and all that they import anywhere in their code."""
    for path in package.glob("**/*.py"):
        if "migrations" in path.parts:
            continue
        yield ".".join(path.relative_to(catalog.ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module

"""From the name and the digest of a version to a folder with its files."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from components.shared.digests import folder_digest
from components.shared.errors import DigestMismatchError, InputError
from predictor.errors import SettingsError
from predictor.versions import Origin

if TYPE_CHECKING:
    # A folder on this machine is served without the client, which takes a tenth of a second.
    from components.shared.registry.reader import RegistryReader
    from components.shared.registry.records import RegisteredVersion

SHOWN: Final = 12


def from_folder(folder: Path, model: str | None, digest: str | None) -> Origin:
    """Return a model folder of this machine as a version.

    Args:
        folder: Where it is.
        model: Name that it is served under, with `@` and that of the version where it has one; the
            name of the folder, and the beginning of the digest, where they are not given.
        digest: What its files must have; anything when None.

    Raises:
        SettingsError: There is no such folder.
        DigestMismatchError: Its files have another digest.
    """
    if not folder.is_dir():
        raise SettingsError(f"there is no folder {folder}: name that of a model (--folder)")
    actual = folder_digest(folder)
    if digest is not None and digest != actual:
        raise DigestMismatchError(str(folder), digest, actual)
    name, _, version = (model or "").partition("@")
    return Origin(name or folder.resolve().name, version or actual[:SHOWN], actual, folder)


def from_registry(registry: "RegistryReader", model: str, digest: str, folder: Path) -> Origin:
    """Fetch the version of a model that has this digest, every file checked.

    Args:
        registry: Where it is registered.
        model: Name of the model, or `name@version`, whose version must have the digest.
        digest: SHA-256 over the files of the version.
        folder: Folder to write.

    Raises:
        InputError: There is no such version.
        DigestMismatchError: The version that was named has another digest, or a file is not what
            was registered.
        RegistryError: The registry could not be reached, or refused.
    """
    name, _, ref = model.partition("@")
    if ref:
        version = registry.get(model)
        if version.digest != digest:
            raise DigestMismatchError(model, digest, version.digest)
    else:
        version = _of_digest(registry, name, digest)
    return fetched(version, folder)


def fetched(version: "RegisteredVersion", folder: Path) -> Origin:
    """Download a version that was looked up; raises as `RegisteredVersion.download`."""
    version.download(folder)
    return Origin(version.model_name, version.version, version.digest, folder)


def _of_digest(registry: "RegistryReader", model: str, digest: str) -> "RegisteredVersion":
    for summary in registry.list_versions(model):
        if summary.digest == digest:
            return registry.get(f"{model}@{summary.name}")
    raise InputError(
        f"the registry at {registry.url} has no version of {model} with the digest {digest}: take "
        f"one that `kfp-tabular registry show {model}` prints"
    )

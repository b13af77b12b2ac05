"""SHA-256 digests of files and folders, as `sha256sum` would print them."""

import hashlib
from collections.abc import Mapping
from pathlib import Path


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of the file's bytes as 64 hexadecimal digits, read in blocks."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(path: str | Path) -> str:
    """Return the `manifest_digest` of all files below a folder.

    Empty folders, times and permissions do not count.
    """
    folder = Path(path)
    files = (file for file in folder.rglob("*") if file.is_file())
    return manifest_digest({f.relative_to(folder).as_posix(): file_digest(f) for f in files})


def manifest_digest(files: Mapping[str, str]) -> str:
    """Return one SHA-256 for the names and bytes of files, given the SHA-256 of each by its path.

    It is the digest of the lines `<sha256>  <relative posix path>`, sorted by path, so that it
    can be checked without this package:
    `find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
    """
    by_path = sorted(files.items(), key=lambda item: item[0].encode())
    lines = "".join(f"{digest}  {path}\n" for path, digest in by_path)
    return hashlib.sha256(lines.encode()).hexdigest()

"""SHA-256 digests of files and folders, as `sha256sum` would print them."""

import hashlib
from pathlib import Path


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of the file's bytes as 64 hexadecimal digits, read in blocks."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(path: str | Path) -> str:
    """Return one SHA-256 for the names and bytes of all files below a folder.

    It is the digest of the lines `<sha256>  <relative posix path>`, sorted by path, so that it
    can be checked without this package:
    `find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
    Empty folders, times and permissions do not count.
    """
    folder = Path(path)
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*")}
    lines = [
        f"{file_digest(file)}  {name}\n"
        for name, file in sorted(files.items(), key=lambda item: item[0].encode())
        if file.is_file()
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()

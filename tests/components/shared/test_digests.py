"""Digests agree with what coreutils print."""

import subprocess
from pathlib import Path

from components.shared.digests import file_digest, folder_digest


def test_file_digest_is_what_sha256sum_prints(tmp_path: Path) -> None:
    """A file's digest can be checked without this package."""
    file = tmp_path / "file"
    file.write_bytes(b"rows" * 1_000_000)
    printed = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True)
    assert file_digest(file) == printed.stdout.split()[0]


def test_folder_digest_is_what_its_documented_command_prints(tmp_path: Path) -> None:
    """A folder's digest can be checked without this package, whatever the names in it."""
    for name in ("b", "a/b", "a.b", "ä/c d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    command = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    printed = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert folder_digest(tmp_path) == printed.stdout.split()[0]


def test_folder_digest_changes_with_a_name(tmp_path: Path) -> None:
    """A renamed file makes another folder."""
    (tmp_path / "a").write_text("same")
    before = folder_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert folder_digest(tmp_path) != before

"""Importing while other work goes on."""

import subprocess
import sys

from components.shared.background_imports import importing


def test_module_is_there_after_the_block() -> None:
    """The import begins with the block and is over when it ends."""
    check = (
        "import sys\n"
        "from components.shared.background_imports import importing\n"
        "assert 'wave' not in sys.modules\n"
        "with importing('wave'): pass\n"
        "assert 'wave' in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_missing_module_is_left_to_the_import_statement() -> None:
    """A module that does not load does not disturb the block."""
    with importing("components.no_such_module"):
        done = True
    assert done

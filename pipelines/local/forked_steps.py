"""`python -m pipelines.local.forked_steps SOCKET… [STEP…]`: the processes that become steps.

They are started by `pipelines/local/step_server.py`, speak to it over a socket each, and end with
it. The first becomes the steps that need little, while the others still import what later ones
need.
"""

import gc
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import Any, Final, NoReturn

from components.shared.needs import Needs
from components.shared.step import OBJECTS_BETWEEN_COLLECTIONS

EXECUTOR: Final = "kfp.dsl.executor_main"
SLOW: Final[Mapping[str, Sequence[str]]] = {
    "sklearn": (
        "sklearn.compose",
        "sklearn.ensemble",
        "sklearn.impute",
        "sklearn.pipeline",
        "sklearn.preprocessing",
    ),
    "matplotlib": ("matplotlib.figure", "matplotlib.backends.backend_svg"),
}
"""What takes most of the time to import, the sooner needed first, and what steps import of it;
nothing that starts threads, as a fork has none of them."""

STAGES: Final = len(SLOW) + 1
"""Processes: one without any of these, and a further one for each."""

KFP_RUNTIME: Final = {"_KFP_RUNTIME": "true"}
"""Tells kfp that it is imported by a step, which needs a small part of it."""


def main(sockets: Sequence[int], steps: Sequence[str]) -> None:
    """Fork into each step that is asked for, until the other ends of the sockets are closed."""
    # Ctrl-C reaches the steps too: it is theirs to end, and the other end's to ask for no more.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(KFP_RUNTIME)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    taken = {library for step in steps for library in _libraries(step)}
    added = [(EXECUTOR,), *(modules if name in taken else () for name, modules in SLOW.items())]
    earlier: list[int] = []
    for stage, (socket, modules) in enumerate(zip(sockets, added, strict=True)):
        _import(*modules, *(_logic_of(step) for step in steps if stage_of(step) == stage))
        later = sockets[stage + 1 :]
        if later and (process := os.fork()):
            earlier.append(process)
            os.close(socket)
            continue
        for each in later:
            os.close(each)
        # The last one has started all others, and ends after them.
        _end_with(_serve, socket, [] if later else earlier)


def stage_of(step: str) -> int:
    """Return the first process that has imported what a component may take, from 0."""
    libraries = _libraries(step)
    return max((k for k, name in enumerate(SLOW, 1) if name in libraries), default=0)


def _libraries(step: str) -> frozenset[str]:
    needs: Needs = import_module(f"components.{step}.needs").NEEDS
    return needs.libraries | needs.later


def _import(*modules: str) -> None:
    for module in modules:
        import_module(module)


def _serve(socket: int, processes: Sequence[int]) -> None:
    gc.freeze()
    with Connection(socket) as connection:
        while True:
            try:
                connection.send("ready")
                output = recv_handle(connection)
                code, arguments, environment = connection.recv()
            except (EOFError, ConnectionError):
                break
            if not (step := os.fork()):
                _end_with(_become_step, output, code, arguments, environment)
            os.close(output)
            _, status = os.waitpid(step, 0)
            connection.send(os.waitstatus_to_exitcode(status))
    for process in processes:
        os.waitpid(process, 0)


def _logic_of(step: str) -> str:
    """Return the module of a component that holds its logic: it is called by the verb."""
    return f"components.{step}.{step.partition('_')[0]}"


def _become_step(
    output: int, code: str, arguments: list[str], environment: Mapping[str, str]
) -> None:
    """Do what the command of a component does."""
    from kfp.dsl.executor_main import executor_main

    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.close(output)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update({**environment, **KFP_RUNTIME})
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "ephemeral_component.py")
        program.write_text(code, "utf-8")
        sys.argv[1:] = ["--component_module_path", str(program), *arguments]
        executor_main()


def _end_with(body: Callable[..., None], *arguments: Any) -> NoReturn:
    """Run the last part of a process, and leave what Python would tidy up at its end.

    It would visit all that was ever imported, and copy each page that it finds it on.
    """
    code: object = 0
    try:
        body(*arguments)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1 : STAGES + 1]], sys.argv[STAGES + 1 :])

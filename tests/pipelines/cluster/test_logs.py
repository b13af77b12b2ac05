"""Reading the logs of steps."""

from pipelines.cluster.logs import error_in, failure_in, inputs_in, last_words, outputs_in

TRACEBACK = "Traceback (most recent call last):"
LOG = """\
I0102 03:04:05.000000      27 launcher_v2.go:203] input ComponentSpec: {}
[KFP Executor 2026-01-02 03:04:05,000 INFO]: Got executor_input:
{
    "inputs": {
        "parameterValues": {"task": "binary"},
        "artifacts": {
            "test": {"artifacts": [{"uri": "minio://b/test", "metadata": {"rows": 3}}]},
            "missing": {"artifacts": []}
        }
    },
    "outputs": {"outputFile": "/tmp/kfp/outputs/output_metadata.json"}
}
fitting {not JSON}
I0102 03:04:06.000000      27 launcher_v2.go:650] ExecutorOutput: {
  "parameterValues": {"Output": true},
  "artifacts": {"reasons": {"artifacts": [{"uri": "minio://b/reasons", "metadata": {}}]}}
}
I0102 03:04:06.000000      27 launcher_v2.go:151] publish success.
"""


def test_outputs_are_what_the_launcher_logs() -> None:
    """Parameters and artifacts of a step are found among its other lines."""
    outputs = outputs_in(LOG)
    assert outputs is not None
    assert outputs.parameters == {"Output": True}
    assert outputs.uris == {"reasons": "minio://b/reasons"}


def test_inputs_are_what_the_executor_logs() -> None:
    """What a step was given is found, apart from artifacts that were not there."""
    inputs = inputs_in(LOG)
    assert inputs is not None
    assert inputs.flat() == {"rows": 3, "task": "binary"}
    assert inputs.uris == {"test": "minio://b/test"}


def test_a_log_without_them() -> None:
    """A log that was cut off, or is of something else, tells nothing."""
    assert outputs_in("ExecutorOutput: {") is None
    assert inputs_in("hello") is None


def test_the_error_of_a_step_is_whole() -> None:
    """The message of a `ComponentError` ends where the indentation does; the last one counts."""
    assert error_in("error: first\nerror: second\n  and more\nI0102 main.go] done") == (
        "second\n  and more"
    )
    assert error_in("an error: in the middle of a line") is None


def test_last_words_are_few() -> None:
    """Only the end of a log is told, without its empty lines."""
    assert last_words("one\ntwo\n\nthree\nfour\n") == "two\n  three\n  four"
    assert last_words("\n") is None


def test_last_words_are_the_steps_own() -> None:
    """What KFP's launcher and Argo's executor, of several versions, say at the end is left out."""
    end = (
        "F0102 03:04:06.000000      27 main.go:62] failed to execute component: exit status 1\n"
        'time="2026-01-02T03:04:06 UTC" level=info msg="sub-process exited" argo=true\n'
        "time=2026-01-02T03:04:06.000Z level=INFO msg=exited argo=true error=<nil>\n"
        "Error: exit status 1\n"
    )
    assert last_words(f"one\n{end}") == "one"
    assert last_words(end) is None
    assert failure_in(end) is None


def test_the_last_words_of_a_step_are_its_exception() -> None:
    """Of exceptions that led to each other the last one counts, with the lines of its message."""
    cause = f"{TRACEBACK}\n  File \"a.py\", line 1\nKeyError: 'rows'\n"
    between = "\nThe above exception was the direct cause of the following exception:\n\n"
    last = f'{TRACEBACK}\n  File "b.py", line 2\n    raise it\nValueError: no rows\nat all\n'
    assert last_words(f"{cause}{between}{last}") == "ValueError: no rows\n  at all"

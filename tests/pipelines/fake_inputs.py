"""What KFP's API server refuses of the inputs of a run, in its own words.

They are those of `validatePipelineJobInputs` in backend/src/apiserver/template/v2_template.go.
"""

from collections.abc import Mapping
from typing import Any, Final

from tests.pipelines.fake_kfp_handler import RefusalError

NUMBER: Final = "type double or integer, but the parameter value is not of number value type"
TYPES: Final[Mapping[str, tuple[Any, str]]] = {
    "NUMBER_DOUBLE": ((int, float), NUMBER),
    "NUMBER_INTEGER": ((int, float), NUMBER),
    "STRING": (str, "type string, but the input parameter is not of string value type"),
    "BOOLEAN": (bool, "type bool, but the input parameter is not of bool value type"),
    "LIST": (list, "type list, but the input parameter is not of list value type"),
    "STRUCT": (dict, "type struct, but the input parameter is not of struct value type"),
}


def check_inputs(pipeline: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Refuse a null, another type, what is missing, and what the pipeline has no input for."""
    spec = pipeline.get("pipeline_spec", pipeline)
    inputs = spec["root"].get("inputDefinitions", {}).get("parameters", {})
    for name, definition in inputs.items():
        if name not in parameters:
            if not definition.get("isOptional") and "defaultValue" not in definition:
                raise _invalid(
                    f"parameter {name} is not optional, yet has neither default value nor user "
                    "provided value"
                )
            continue
        kind, said = TYPES[definition["parameterType"]]
        given = parameters[name]
        if not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
            raise _invalid(f"input parameter {name} requires {said}")
    if unknown := [name for name in parameters if name not in inputs]:
        named = ", ".join(unknown)
        raise _invalid(f"parameter(s) provided are not required by pipeline: {named}")


def _invalid(said: str) -> RefusalError:
    return RefusalError(400, f"Invalid input error: {said}")

"""Whether a registered model is trained again, why, on what and with which settings."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from components.plan_retraining.plan import Planned, Window, Wish, plan_retraining
from components.plan_retraining.settings import (
    IGNORED,
    NAMES,
    SET_BY_THE_RUN,
    TrainingSettings,
    read_settings,
)
from components.shared.errors import InputError
from components.shared.models.registered import RegisteredModel
from components.shared.registry.client import RegistryClient
from components.shared.retraining import KEY_PROPERTY, RetrainingPlan
from components.shared.sources.address import parse_source
from components.shared.sources.reading import fingerprint
from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents

THEN, NOW = "ab" * 32, "cd" * 32
STILL = Window(False, False, (), NOW, "april.csv")
MOVED = replace(STILL, drifted=True, reasons=("speed_knots: 30 % of the rows moved",))
ASKED = {"source": "march.csv", "target": "damaged", "model_name": "m", "seed": 7}
Plan = Callable[..., Planned]


@pytest.fixture(name="registered")
def registered_versions(registry_url: str, tmp_path: Path) -> Callable[..., str]:
    """Registers a version of a model of its own, and returns the name of the model."""
    name = f"strikes-{uuid.uuid4().hex}"

    def register(arguments: dict[str, Any] | None = ASKED, **properties: str) -> str:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        (folder / "model.json").write_text(folder.name)
        body = {
            "model": {"name": name},
            "version": {"properties": properties},
            "datasets": [{"name": "table", "role": "table", "digest": THEN}],
            "lineage": {} if arguments is None else _lineage(arguments),
            "schema": {"target": "damaged"},
        }
        with RegistryClient(registry_url) as registry:
            registry.register(body, folder, folder.name)
        return name

    return register


def _lineage(arguments: Any) -> dict[str, str]:
    told = dict(arguments) if isinstance(arguments, dict) else {}
    known = {
        "source_fingerprint": told.pop("known_by", None),
        "curated_schema_fingerprint": told.pop("schema_known_by", None),
    }
    return {"arguments": _text(told or arguments), **{n: v for n, v in known.items() if v}}


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


@pytest.fixture(name="plan")
def plan_of_the_first(
    registered: Callable[..., str], registry_url: str, tmp_path: Path
) -> Callable[..., Planned]:
    """Plans a retraining of the first version of the model."""

    def plan(window: Window, arguments: dict[str, Any] | None = ASKED, **wish: Any) -> Planned:
        name = registered(arguments)
        told = RegisteredModel(name, "1", "", {})
        (tmp_path / "registered.json").write_text(told.to_json())
        files = (tmp_path / "registered.json", tmp_path / "plan.json")
        planned = plan_retraining(*files, window, Wish(**wish), registry_url)
        assert RetrainingPlan.read(tmp_path / "plan.json") == planned.plan
        return planned

    return plan


def test_nothing_is_done_where_nothing_moved(plan: Plan) -> None:
    """A young version whose window is as its training rows were stays."""
    planned = plan(STILL, max_age=30)
    assert (planned.plan.decision, planned.plan.triggers) == ("nothing to do", ())
    assert planned.outputs()[0] is False


def test_drift_starts_a_training_as_the_version_was_trained(plan: Plan) -> None:
    """Its settings are those of the record, and it can be repeated as a training of its own."""
    planned = plan(replace(MOVED, query="SELECT 1"), settings='{"estimator": "linear"}')
    assert planned.plan.decision == "retrain"
    assert (planned.settings.seed, planned.settings.estimator) == (7, "linear")
    assert planned.plan.arguments == {
        "source": "april.csv",
        "query": "SELECT 1",
        "target": "damaged",
        "seed": 7,
        "estimator": "linear",
        "model_name": planned.plan.model_name,
        "promote": True,
    }
    assert planned.plan.trigger.endswith("@1: speed_knots: 30 % of the rows moved")


@pytest.mark.parametrize(
    ("window", "wish", "trigger"),
    [
        (replace(MOVED, drifted=False, performance_dropped=True), {}, "dropped performance"),
        (STILL, {"force": True}, "force"),
        (STILL, {"max_age": 0.0}, "age"),
    ],
)
def test_what_else_starts_one(
    plan: Plan, window: Window, wish: dict[str, Any], trigger: str
) -> None:
    """A dropped metric, a wish, and a version that is too old; each says why."""
    planned = plan(window, **wish)
    assert (planned.plan.decision, planned.plan.triggers) == ("retrain", (trigger,))
    assert len(planned.plan.reasons) == 1


def test_an_unchanged_table_makes_no_version(plan: Plan) -> None:
    """The watched one is of this table with these settings; other settings make another."""
    planned = plan(replace(MOVED, digest=THEN), force=True)
    assert (planned.plan.decision, planned.plan.made) == ("made before", "1")
    other = plan(replace(MOVED, digest=THEN), settings='{"seed": 8}')
    assert other.plan.decision == "retrain"


def test_a_repeated_trigger_names_the_version_that_came_of_the_first(
    plan: Plan, registered: Callable[..., str]
) -> None:
    """The version of the same table and settings has the key; another table has another."""
    first = plan(MOVED)
    registered(ASKED, **{KEY_PROPERTY: first.plan.key})
    again = plan(replace(MOVED, source="copy-of-april.csv"))
    assert (again.plan.decision, again.plan.made) == ("made before", "2")
    assert plan(replace(MOVED, digest="ef" * 32)).plan.decision == "retrain"


def test_a_window_without_the_target_is_refused_at_once(plan: Plan) -> None:
    """Nobody learns it when something moved: the message names the target and --train-on."""
    unlabelled = replace(STILL, has_target=False)
    with pytest.raises(InputError, match=r"april.csv has no value of 'damaged'.*--train-on"):
        plan(unlabelled)
    assert plan(unlabelled, settings='{"target": "phase"}').plan.decision == "nothing to do"


def test_the_very_file_of_the_version_makes_no_version(plan: Plan, tmp_path: Path) -> None:
    """A table to train on is known by its bytes, which the version's lineage has."""
    table = tmp_path / "copy.csv"
    table.write_text("damaged\nyes\n")
    known_by = fingerprint(parse_source(str(table))).to_text()
    unlabelled = replace(MOVED, has_target=False)
    planned = plan(unlabelled, {**ASKED, "known_by": known_by}, train_on=str(table))
    assert (planned.plan.decision, planned.plan.made) == ("made before", "1")
    table.write_text("damaged\nyes\nno\n")
    again = plan(unlabelled, {**ASKED, "known_by": known_by}, train_on=str(table))
    assert again.plan.decision == "retrain"


def test_another_table_may_be_trained_on(plan: Plan, tmp_path: Path) -> None:
    """It is told by its content: a copy is the same, a further row is not."""
    one, same, other = (tmp_path / name for name in ("one.csv", "same.csv", "other.csv"))
    for path, text in ((one, "a,b\n1,2\n"), (same, "a,b\n1,2\n"), (other, "a,b\n1,2\n3,4\n")):
        path.write_text(text)
    plans = [plan(MOVED, train_on=str(path)).plan for path in (one, same, other)]
    assert [each.source for each in plans] == [str(one), str(same), str(other)]
    assert plans[0].key == plans[1].key != plans[2].key


def test_hyperparameters_are_told_by_what_lies_at_their_address(plan: Plan, tmp_path: Path) -> None:
    """What is overwritten there makes another model, and what is read is what is trained with."""
    there, tried = tmp_path / "found", ('{"alpha": 1.0}', '{"alpha": 2.0}')
    named = {**ASKED, "estimator": "ridge", "hyperparameters": str(there)}
    plans = []
    for text in tried:
        there.write_text(text)
        plans += [plan(MOVED, named), plan(MOVED, {**named, "hyperparameters": text})]
    assert [each.settings.hyperparameters for each in plans[::2]] == [*tried]
    assert [each.plan.arguments["hyperparameters"] for each in plans[::2]] == [*tried]
    keys = [each.plan.key for each in plans]
    assert keys[0] == keys[1] != keys[2] == keys[3]


def test_a_curated_schema_is_told_by_what_lies_at_its_address(plan: Plan, tmp_path: Path) -> None:
    """What is overwritten there is another setting: the watched version was not made by it."""
    there = tmp_path / "schema.json"
    there.write_text('{"columns": []}')
    known = fingerprint(parse_source(str(there))).to_text()
    same_rows = replace(MOVED, digest=THEN)
    asked = {**ASKED, "curated_schema": str(there), "schema_known_by": known}
    before = plan(same_rows, asked).plan
    there.write_text('{"columns": [], "target": null}')
    after = plan(same_rows, asked).plan
    assert (before.decision, after.decision) == ("made before", "retrain")
    assert before.key != after.key


def test_a_version_that_does_not_say_its_schema_is_no_match(plan: Plan, tmp_path: Path) -> None:
    """Which content it was trained by is not known, so it is trained again."""
    (tmp_path / "schema.json").write_text("{}")
    asked = {**ASKED, "curated_schema": str(tmp_path / "schema.json")}
    assert plan(replace(MOVED, digest=THEN), asked).plan.decision == "retrain"


def test_a_version_whose_training_is_not_known_asks_for_settings(plan: Plan) -> None:
    """The message says what to give, and with that it is planned."""
    with pytest.raises(InputError, match=r"without the arguments .*\{\"target\": \"damaged\"\}"):
        plan(STILL, None)
    planned = plan(MOVED, None, settings='{"target": "damaged"}')
    assert planned.settings == TrainingSettings.of({"target": "damaged"})


@pytest.mark.parametrize("arguments", ["no JSON", "[1]"])
def test_a_version_that_another_client_registered_asks_for_settings(
    plan: Plan, arguments: Any
) -> None:
    """What it says of its lineage is anything."""
    with pytest.raises(InputError, match="registered without the arguments"):
        plan(MOVED, arguments)


@pytest.fixture(name="signed")
def page_with_a_signed_address() -> Iterator[str]:
    """A page of this machine, and what signs its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/april.csv?X-Amz-Signature=secret"
        server.shutdown()


def test_what_signs_an_address_is_not_kept(plan: Plan, signed: str) -> None:
    """The training reads the address as it is, and no record has more than people may see."""
    planned = plan(replace(MOVED, source=signed), settings=json.dumps({"curated_schema": signed}))
    assert planned.outputs()[2] == signed
    assert "secret" not in planned.plan.to_json()
    assert "secret" not in str(planned.outputs()[5])


def test_settings_that_a_training_has_no_more_are_told(plan: Plan) -> None:
    """A note names what of the record was left out."""
    planned = plan(MOVED, {**ASKED, "depth_of_field": 3})
    (note,) = planned.plan.notes
    assert (note.kind, note.columns) == ("left out", ("depth_of_field",))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("seed=7", "no JSON"),
        ("[7]", "no JSON object"),
        ('{"sed": 7}', "did you mean seed"),
        ('{"source": "a.csv"}', "`train_on`"),
        ('{"seed": "seven"}', "whole number"),
        ('{"drop_columns": "a"}', "list of texts"),
    ],
)
def test_a_mistake_in_the_settings_is_one_message(plan: Plan, settings: str, message: str) -> None:
    """It says what is wrong and what there is."""
    with pytest.raises(InputError, match=message):
        plan(STILL, settings=settings)


def test_settings_are_the_inputs_of_the_training() -> None:
    """Each has the name, the kind and the default of one; every input is a setting, or is known."""
    spec = documents(catalog.pipeline_yaml("training"))[0]
    declared = spec["root"]["inputDefinitions"]["parameters"]
    assert declared.keys() == {*NAMES, *SET_BY_THE_RUN, *IGNORED}
    usual = TrainingSettings.of({"target": ""})
    for each in fields(TrainingSettings):
        default = declared[each.name].get("defaultValue", "")
        assert getattr(usual, each.name) == default, each.name


def test_the_component_gives_out_every_setting_in_its_order() -> None:
    """Its last outputs are the settings by their names, which the training is given."""
    outputs = catalog.load_component("plan_retraining").python_func.__annotations__["return"]
    assert outputs._fields[-len(NAMES) :] == NAMES
    assert read_settings("{}") == {}

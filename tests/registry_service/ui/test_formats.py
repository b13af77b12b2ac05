"""Numbers, times and names as people read them."""

import pytest

from registry_service.domain.registration import AuditEntry
from registry_service.ui import formats
from registry_service.ui.views import change_of, main_metrics, schema_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((0.81679, "0.8168"), (0, "0"), (-0.5, "−0.5000"), (1234567.0, "1,234,567"), (12.0, "12")),
        *((3.21e-7, "3.210e-07"), (None, "–"), (float("nan"), "–"), (float("inf"), "–")),
    ],
)
def test_a_number_has_four_digits(value: float | None, shown: str) -> None:
    """It is plain where that can be read, and a dash where there is none."""
    assert formats.number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7199, "1 hour ago")),
        *((86_400 * 45, "1 month ago"), (86_400 * 800, "2 years ago")),
    ],
)
def test_a_time_is_told_by_how_long_ago_it_was(seconds: int, shown: str) -> None:
    """The largest unit that fits is told, and a clock that is ahead is now."""
    assert formats.ago(1_000_000_000_000, now=1_000_000_000 + seconds) == shown


@pytest.mark.parametrize(
    ("moment", "utc", "day", "ago"),
    [
        (1_500, "1970-01-01 00:00:01 UTC", "1970-01-01", "years ago"),
        (253_402_300_799_999, "9999-12-31 23:59:59 UTC", "9999-12-31", "in the future"),
        (253_402_300_800_000, "after 9999-12-31 23:59:59 UTC", "9999-12-31", "in the future"),
        (10**400, "after 9999-12-31 23:59:59 UTC", "9999-12-31", "in the future"),
        (-(1 << 63), "before 0001-01-01 00:00:00 UTC", "0001-01-01", "years ago"),
    ],
)
def test_any_integer_is_shown_as_a_time(moment: int, utc: str, day: str, ago: str) -> None:
    """One that no calendar has is told as before the first or after the last that it has."""
    assert (formats.utc(moment), formats.day(moment)) == (utc, day)
    assert formats.ago(moment).endswith(ago)
    assert formats.iso(moment).startswith(day)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 bytes"), (999, "999 bytes"), (1_600_000, "1.6 MB")]
)
def test_a_size_has_a_unit(count: int, shown: str) -> None:
    """Decimal units, as object stores count."""
    assert formats.size(count) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("churn", "churn"), ("  ", "'  '"), ("\u200b", r"'\u200b'")]
)
def test_a_name_can_always_be_clicked_on(name: str, shown: str) -> None:
    """What nobody would see is shown as its escapes."""
    assert formats.label(name) == shown


def test_a_long_reason_is_shown_by_its_beginning() -> None:
    """With how long it is, so that a page of the log is of a size to be read."""
    assert formats.beginning("because") == "because"
    assert formats.beginning("é" * 65_536) == "é" * 1_000 + "… (65,536 characters)"


def test_known_metrics_come_first_and_few_are_shown() -> None:
    """Those that most versions have, in the order in which people look at them."""
    rows = [dict.fromkeys(("zeta", "accuracy", "roc_auc", "alpha", "beta"), 1.0), {"zeta": 1.0}]
    assert main_metrics(rows) == ["zeta", "roc_auc", "accuracy", "alpha"]


@pytest.mark.parametrize(
    ("action", "detail", "text", "version"),
    [
        ("alias.set", {"from": None, "to": "3", "reason": "x"}, "3", "3"),
        ("alias.set", {"from": "3", "to": "5", "reason": "x"}, "3 → 5", "5"),
        ("alias.remove", {"from": "5", "to": None, "reason": "x"}, "5 → –", "5"),
        ("version.approve", {"reason": "x"}, "", "subject"),
        (
            "registered_model.update",
            {"changes": {"a": {"from": 1, "to": 2}}, "changesInAll": 3, "reason": "x"},
            *("a 1 → 2, and 2 more", None),
        ),
        ("registered_model.update", {"fields": ["a", "b"], "reason": "x"}, "fields a, b", None),
    ],
)
def test_a_change_is_told_in_words(
    action: str, detail: dict[str, object], text: str, version: str | None
) -> None:
    """From where to where an alias went, what else was recorded, and the version to look at."""
    entry = AuditEntry(
        at=0, actor="ada", action=action, model_name="m", subject="subject", detail=detail
    )
    change = change_of(entry)
    assert (change.text, change.version, change.reason) == (text, version, "x")


@pytest.mark.parametrize("schema", [None, 7, "x", [], {"features": "x"}, {"columns": [{"a": 1}]}])
def test_any_json_is_a_schema(schema: object) -> None:
    """What is no list of columns is shown as it is."""
    shown = schema_of(schema)
    assert (shown.columns, shown.other) == ((), schema)

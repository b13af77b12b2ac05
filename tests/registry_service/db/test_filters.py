"""Filters in SQL, against the same filters evaluated in Python."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter, Literals
from registry_service.domain.paging import ListQuery
from registry_service.domain.properties import PropertyValue
from registry_service.domain.resources import ModelVersion, RegisteredModel
from tests.postgres_server import new_database
from tests.registry_service.memory import holds

# Enough that some values are common, others rare, one model narrow, and the other not.
ROWS = 6_000
AT_ONCE = 500
"""So many are stored in one transaction, which has a time limit."""
TEXTS = ("red", "green", "x" * 300, "x" * 299 + "y", "none")
AUTHORS = ("ada", "bob", "eve", "none")


def version(number: int) -> ModelVersion:
    """Return a version; every seventh has a colour that few have, and every tenth no author."""
    values: dict[str, Literals] = {}
    if number % 3:
        values["colour"] = TEXTS[number % 7 % 4] if number % 500 == 1 else "red"
    if number % 4:
        values["size"] = number % 50 / 4 if number % 2 else number % 5
    if number % 5:
        values["good"] = number % 200 != 1
    return ModelVersion(
        name=str(number),
        number=number,
        registered_model_id=2 if number % 100 == 0 else 1,
        author=None if number % 10 == 0 else AUTHORS[0 if number % 400 else 1],
        custom_properties={name: PropertyValue.of(value) for name, value in values.items()},
    )


@pytest.fixture(scope="module")
def databases(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[tuple[SqlDatabase, list[ModelVersion]]]]:
    """Both kinds of database with the same versions, and what they hold."""
    with new_database(postgres_url, "filters") as url:
        folder = tmp_path_factory.mktemp("filters")
        opened = []
        for each in (f"sqlite:///{folder / 'registry.db'}", url):
            engine = open_engine(each, 2)
            migrate(engine)
            database = SqlDatabase(engine)
            with database.write() as transaction:
                for name in ("wide", "narrow"):
                    transaction.resources.add(RegisteredModel(name=name))
            stored: list[ModelVersion] = []
            for first in range(1, ROWS + 1, AT_ONCE):
                with database.write() as transaction:
                    stored += [
                        transaction.resources.add(version(number))
                        for number in range(first, first + AT_ONCE)
                    ]
            with engine.connect() as connection:
                # As the server does by itself a minute later.
                connection.execute(text("ANALYZE"))
            opened.append((database, stored))
        yield opened
        for database, _ in opened:
            database.close()


def compared(name: str, values: st.SearchStrategy[Any], signs: str) -> st.SearchStrategy[Any]:
    """Make comparisons of a name with some values."""

    def with_sign(sign: str) -> st.SearchStrategy[Comparison]:
        value = st.lists(values, min_size=1, max_size=2).map(tuple) if sign == "IN" else values
        return value.map(lambda given: Comparison(name, None, sign, given, name != "author"))  # type: ignore[arg-type] # one of the signs

    return st.sampled_from(signs.split()).flatmap(with_sign)


ORDERED = "= != < > <= >= IN"
COMPARISONS = st.one_of(
    compared("colour", st.sampled_from(TEXTS), ORDERED),
    compared("colour", st.sampled_from(["r%", "%e%", "x%y"]), "LIKE ILIKE"),
    compared("author", st.sampled_from(AUTHORS), ORDERED),
    compared("size", st.sampled_from([0, 2, 2.0, 2.25, 12.25, -1]), ORDERED),
    compared("good", st.booleans(), "= !="),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda part: st.tuples(
        st.sampled_from([AllOf, AnyOf]), st.lists(part, min_size=2, max_size=3)
    ).map(lambda made: made[0](tuple(made[1]))),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILTERS, st.sampled_from([None, 1, 2]), st.sampled_from(["ID", "CREATE_TIME"]))
def test_sql_finds_what_the_filter_means(
    databases: list[tuple[SqlDatabase, list[ModelVersion]]],
    condition: Filter,
    model: int | None,
    order: Any,
) -> None:
    """Whatever plan the counts lead to, a page has the rows that the filter means, in order."""
    where = {} if model is None else {"registered_model_id": model}
    for database, stored in databases:
        rows = [row for row in stored if model in (None, row.registered_model_id)]
        if order == "CREATE_TIME":
            rows.sort(key=lambda row: (row.created_at, row.id))
        meant = [row.id for row in rows if holds(condition, row)][:100]
        query = ListQuery(page_size=100, order_by=order, filter=condition)
        with database.read() as transaction:
            page = transaction.resources.page(ModelVersion, query, **where)
        assert [row.id for row in page.items] == meant

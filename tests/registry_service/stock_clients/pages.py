"""Lists: page by page, in every order and both directions."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from model_registry import ModelRegistry

from tests.registry_service.stock_clients.sizes import VERSIONS


def use(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """List versions and models in every order; update them backwards, and list them again."""
    name = wish["name"]
    for number in range(VERSIONS):
        client.register_model(
            name, "s3://b", model_format_name="f", model_format_version="1", version=str(number)
        )
    by_id = names(client.get_model_versions(name).order_by_id())
    by_creation = names(client.get_model_versions(name).order_by_creation_time())
    before = names(client.get_model_versions(name).order_by_update_time())
    for version in list(client.get_model_versions(name).order_by_id().descending()):
        version.description = "updated"
        client.update(version)
    after = client.get_model_versions(name).order_by_update_time()
    pager = client.get_model_versions(name).page_size(3)
    tokens = []
    for _ in pager:
        if pager.options.next_page_token not in tokens:
            tokens.append(pager.options.next_page_token)
    first = [version.name for version in islice(pager.restart(), 4)]
    mine = (m.name for m in client.get_registered_models().page_size(2).order_by_id().descending())
    return {
        "by_id": by_id,
        "by_creation": by_creation,
        "by_update": before,
        "after_update": names(after),
        "after_update_descending": names(after.descending()),
        "pages": len(tokens),
        "restarted": first + names(pager.restart())[:1],
        "newest_model": next(mine),
        "model_once": [next(mine) != name, name not in list(mine)],
    }


def names(items: Any) -> list[str]:
    """Return the names of listed resources."""
    return [item.name for item in items]

"""Our routes for aliases: set by compare-and-swap, removed, rolled back."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.openapi import collection_router, takes
from registry_service.api.registry.schemas import AliasBody, RollbackBody
from registry_service.api.registry.views import alias_view, version_view
from registry_service.domain.resources import Collection
from registry_service.service.aliases import Aliases, AliasMove, Expected

Reason = Annotated[str | None, Query(max_length=4096)]


def aliases_router(aliases: Aliases, collection: Collection) -> APIRouter:
    """Return the routes of the aliases."""
    router = collection_router(collection, "Aliases", "/{name}/aliases")

    @router.get("")
    def list_aliases(who: Caller, name: str) -> Response:
        """List the aliases of a model and the versions they point to."""
        return json_response({"items": [alias_view(alias) for alias in aliases.list(who, name)]})

    @router.get("/{alias}")
    def get_target(who: Caller, name: str, alias: str) -> Response:
        """Return the version that an alias points to; `latest` is the highest number."""
        return json_response({"version": version_view(aliases.target(who, name, alias))})

    @router.put("/{alias}", openapi_extra=takes(AliasBody))
    def move_alias(who: Caller, name: str, alias: str, raw: RawBody) -> Response:
        """Point an alias to a version, by compare-and-swap where `expected` is given.

        `expected` is the name of the version that the alias must point to now, null where it must
        not exist yet; without it the alias may point anywhere. With `dryRun` nothing is moved, and
        the answer is what it would be. Takes a writer, of a protected alias an approver and an
        approved version.
        """
        body = parse(AliasBody, raw)
        given = "expected" in body.model_fields_set
        expected = body.expected if given else Expected.ANYTHING
        move = aliases.would_move if body.dry_run else aliases.move
        moved = move(name, body.version, AliasMove(who, alias, expected, body.reason))
        return json_response(alias_view(moved))

    @router.delete("/{alias}", status_code=204)
    def remove_alias(who: Caller, name: str, alias: str, reason: Reason = None) -> Response:
        """Remove an alias; its version stays. Takes who may move it."""
        aliases.remove(name, AliasMove(who, alias, reason=reason))
        return Response(status_code=204)

    @router.post("/{alias}/rollback", openapi_extra=takes(RollbackBody))
    def roll_back(who: Caller, name: str, alias: str, raw: RawBody) -> Response:
        """Return an alias to where it pointed before its last move. Takes who may move it.

        With `dryRun` nothing is moved, and the answer is what it would be.
        """
        body = parse(RollbackBody, raw or b"{}")
        roll_back = aliases.would_roll_back if body.dry_run else aliases.rollback
        return json_response(alias_view(roll_back(name, AliasMove(who, alias, reason=body.reason))))

    return router

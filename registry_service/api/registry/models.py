"""Our routes for models, versions and aliases."""

import hashlib
from typing import Annotated

import pydantic_core
from fastapi import APIRouter, Header, Response

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow.wire import bind_filter
from registry_service.api.openapi import api_router, collection_router, takes
from registry_service.api.parameters import Listing
from registry_service.api.registry.schemas import (
    DescribeModelBody,
    DescribeVersionBody,
    RegisterBody,
    RegisterDatasetBody,
)
from registry_service.api.registry.views import (
    KEYS,
    alias_view,
    detail_view,
    fetched_view,
    model_view,
    registered_view,
    version_view,
)
from registry_service.api.tokens import encode_token
from registry_service.api.turns import NAMING_FILES
from registry_service.domain import limits
from registry_service.domain.resources import MODELS, Collection, ModelVersion, RegisteredModel
from registry_service.errors import InvalidRequestError
from registry_service.service.blob_ports import BlobStore
from registry_service.service.descriptions import Descriptions
from registry_service.service.registrations import Registrations


def register_router(registrations: Registrations, collection: Collection) -> APIRouter:
    """Return the route of the atomic registration."""
    router = api_router("/api/registry/v1", "Registration", NAMING_FILES)
    of_models = collection == MODELS
    body = RegisterBody if of_models else RegisterDatasetBody

    @router.post(
        "/register" if of_models else f"/{collection}",
        status_code=201,
        openapi_extra=takes(body, NAMING_FILES),
        responses={200: {"description": "Registered before"}},
    )
    def register(
        who: Caller, raw: RawBody, key: Annotated[str, Header(alias="Idempotency-Key")] = ""
    ) -> Response:
        """Register a version with its files, metrics, parameters, data, lineage: all or nothing.

        The header Idempotency-Key, of 1 to 255 characters, keeps a retry from making a second
        version: the same key and body are answered with what was made (200), another body with 409.
        What is a version already that is not archived (a model whose files are the same byte for
        byte, a data set of the same `contentDigest`) is that version, whatever name was asked for:
        it gets the aliases, stays as it was registered, and the answer (200) says `known`. The
        bytes of the files must have been uploaded. Takes a writer.
        """
        if not 0 < len(key) <= limits.NAME:
            raise InvalidRequestError(
                f"the header Idempotency-Key must have 1 to {limits.NAME} characters: it is what "
                "keeps a retry from making a second version"
            )
        registration = parse(body, raw).to_domain()
        canonical = pydantic_core.to_json(registration)
        fingerprint = hashlib.sha256(canonical).hexdigest()
        registered = registrations.register(who, registration, key, fingerprint)
        made_before = registered.replayed or registered.known
        shown = registered_view(registered, collection)
        return json_response(shown, 200 if made_before else 201)

    return router


def descriptions_router(descriptions: Descriptions, collection: Collection) -> APIRouter:
    """Return the routes that set descriptions, owners and tags."""
    router = collection_router(collection, "Models")

    @router.patch("/{name}", openapi_extra=takes(DescribeModelBody))
    def describe_model(who: Caller, name: str, raw: RawBody) -> Response:
        """Change description, owner and properties of a model or data set. Takes a writer."""
        wording = parse(DescribeModelBody, raw).to_domain()
        described = descriptions.describe_model(who, name, wording)
        return json_response({KEYS[collection]: model_view(described)})

    @router.patch("/{name}/versions/{ref}", openapi_extra=takes(DescribeVersionBody))
    def describe_version(who: Caller, name: str, ref: str, raw: RawBody) -> Response:
        """Change description and properties of a version. Takes a writer."""
        wording = parse(DescribeVersionBody, raw).to_domain()
        version = descriptions.describe_version(who, name, ref, wording)
        return json_response({"version": version_view(version)})

    return router


def models_router(
    registrations: Registrations, blobs: BlobStore, collection: Collection
) -> APIRouter:
    """Return the routes that read models, or data sets, and their versions."""
    router = collection_router(collection, "Models")

    @router.get("")
    def list_models(who: Caller, query: Listing) -> Response:
        """List the models that the caller may read."""
        page = registrations.models(who, bind_filter(query, RegisteredModel))
        items = [model_view(model) for model in page.items]
        return json_response({"items": items, "nextPageToken": encode_token(page.next, query)})

    @router.get("/{name}")
    def get_model(who: Caller, name: str) -> Response:
        """Return a model and its aliases."""
        model, aliases = registrations.model(who, name)
        shown = {KEYS[collection]: model_view(model)}
        return json_response({**shown, "aliases": [*map(alias_view, aliases)]})

    @router.get("/{name}/versions")
    def list_versions(who: Caller, name: str, query: Listing) -> Response:
        """List the versions of a model."""
        page = registrations.versions(who, name, bind_filter(query, ModelVersion))
        items = [version_view(version) for version in page.items]
        return json_response({"items": items, "nextPageToken": encode_token(page.next, query)})

    @router.get("/{name}/versions/{ref}")
    def get_version(who: Caller, name: str, ref: str) -> Response:
        """Return all that is known of a version, named by its name, its number or an alias."""
        return json_response(detail_view(registrations.detail(who, name, ref)))

    @router.get("/{name}/versions/{ref}/files")
    def get_files(who: Caller, name: str, ref: str) -> Response:
        """Return the files of a version, each with a short-lived URL to fetch it from."""
        return json_response(fetched_view(registrations.files(who, name, ref), blobs))

    return router

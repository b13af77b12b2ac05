"""Serving environments and inference services, through the generated part of the client."""

from collections.abc import Mapping
from typing import Any

import mr_openapi as generated
from model_registry import ModelRegistry


def use(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Deploy a version, look at the deployment from all sides, take it back."""
    told: dict[str, Any] = client.async_runner(_use(client, wish["name"]))
    return told


async def _use(client: ModelRegistry, name: str) -> dict[str, Any]:
    async with client._api.get_client() as api:
        model = await api.create_registered_model(generated.RegisteredModelCreate(name=name))
        version = await api.create_model_version(
            generated.ModelVersionCreate(name="1", registered_model_id=model.id)
        )
        place = await api.create_serving_environment(
            generated.ServingEnvironmentCreate(name=name, external_id=f"place-{name}")
        )
        wish = {"registered_model_id": model.id, "serving_environment_id": place.id}
        service = await api.create_inference_service(
            generated.InferenceServiceCreate(name="online", model_version_id=version.id, **wish)
        )
        other = await api.create_environment_inference_service(
            place.id, generated.InferenceServiceCreate(name="shadow", runtime="mlserver", **wish)
        )
        serve = await api.create_inference_service_serve(
            service.id, generated.ServeModelCreate(model_version_id=version.id)
        )
        changed = await api.update_inference_service(
            service.id, generated.InferenceServiceUpdate(desired_state="UNDEPLOYED")
        )
        renamed = await api.update_serving_environment(
            place.id, generated.ServingEnvironmentUpdate(description="production")
        )
        in_place = await api.get_environment_inference_services(place.id, order_by="ID")
        return {
            "service": [service.name, service.desired_state.value, other.runtime],
            "changed": [changed.desired_state.value, renamed.description],
            "found": (
                await api.find_inference_service(name="online", parent_resource_id=place.id)
            ).id
            == service.id,
            "place": (await api.find_serving_environment(external_id=f"place-{name}")).name == name,
            "model": (await api.get_inference_service_model(service.id)).id == model.id,
            "version": (await api.get_inference_service_version(other.id)).id == version.id,
            "in_place": [item.name for item in in_place.items],
            "serves": [serve.last_known_state.value, await _serves(api, service.id)],
            "listed": name in [item.name for item in (await api.get_serving_environments()).items],
        }


async def _serves(api: Any, service_id: str) -> int:
    size: int = (await api.get_inference_service_serves(service_id)).size
    return size

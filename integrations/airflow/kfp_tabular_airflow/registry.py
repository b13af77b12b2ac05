"""What a run has registered, asked of a registry that speaks the API of Kubeflow's."""

import json
from typing import Final

import httpx

from kfp_tabular_airflow.api import content_of
from kfp_tabular_airflow.errors import UnreachableError
from kfp_tabular_airflow.server import Server

ARTIFACTS: Final = "/api/model_registry/v1/model_artifacts"


def models_of(server: Server, run_id: str) -> list[str]:
    """Return the addresses of the models that a run of KFP registered, the newest first.

    In this project's registry they are like `registry://bird_strikes/3`.

    Raises:
        KfpError: The registry could not be reached, or refused.
    """
    query = {
        "filterQuery": f"modelSourceId = {json.dumps(run_id)}",
        "orderBy": "ID",
        "sortOrder": "DESC",
    }
    action = f"tell what run {run_id} registered"
    with server.client() as client:
        try:
            answer = client.get(ARTIFACTS, params=query, headers=server.headers())
        except httpx.HTTPError as error:
            raise UnreachableError("the model registry", server.url, error) from error
    items = content_of(answer, action, "a model registry", server.url).get("items") or []
    return [str(item["uri"]) for item in items if item.get("uri")]

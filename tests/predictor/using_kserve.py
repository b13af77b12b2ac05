"""What KServe's own client does with a server; run in an environment that has it.

Standard input tells it address, model and rows; it prints what it was answered.
"""

import asyncio
import json
import sys
from typing import Any

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig


def tensors(columns: dict[str, list[Any]], binary: bool) -> list[InferInput]:
    """Return a tensor for each column, with its values in JSON or behind it."""
    made = []
    for name, values in columns.items():
        is_text = any(isinstance(value, str) for value in values)
        datatype = "BYTES" if is_text else "FP64"
        tensor = InferInput(name, [len(values)], datatype, None if binary else values)
        if binary:
            kind = np.object_ if is_text else np.float64
            tensor.set_data_from_numpy(np.array(values, dtype=kind), binary_data=True)
        made.append(tensor)
    return made


async def use(wish: dict[str, Any]) -> dict[str, Any]:
    """Ask for health and predictions."""
    url, model = wish["url"], wish["model"]
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        answered: dict[str, Any] = {
            "live": await client.is_server_live(url),
            "ready": await client.is_server_ready(url),
            "model_ready": await client.is_model_ready(url, model),
            "other_ready": await client.is_model_ready(url, "other"),
        }
        for way in ("json", "binary"):
            inputs = tensors(wish["columns"], way == "binary")
            request = InferRequest(model, inputs, request_id="mine")
            response = await client.infer(url, request, model_name=model)
            answered[way] = {
                "id": response.id,
                "version": response.model_version,
                "outputs": {each.name: each.as_numpy().tolist() for each in response.outputs},
            }
        try:
            short = tensors(wish["columns"], binary=False)[1:]
            await client.infer(url, InferRequest(model, short), model_name=model)
        except httpx.HTTPStatusError as error:
            answered["refused"] = str(error)
    return answered


print(json.dumps(asyncio.run(use(json.load(sys.stdin)))))

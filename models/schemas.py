"""JSON schemas to which a model's answer is held: made, sent to servers, and refused where a model cannot be held to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from .errors import ModelSpecError, UnsupportedError
from .protocol import Capabilities, Request


def object_schema(properties: Mapping[str, Any]) -> str:
    """The schema of an object that has all of these properties and no others, as a request carries it.

    The order is kept and means something: servers write properties in the schema's order, so that what comes first is
    decided without what comes later.

    Args:
        properties: Name to JSON schema, such as `{"type": "string"}`.
    """
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return orjson.dumps(schema).decode()


def parsed_schema(schema: str) -> dict[str, Any]:
    """The schema as data.

    Raises:
        ModelSpecError: It is no JSON object.
    """
    try:
        held = orjson.loads(schema)
    except orjson.JSONDecodeError as error:
        raise ModelSpecError(f"the schema of a request is no JSON ({error}): {schema[:200]!r}") from error
    if not isinstance(held, dict):
        raise ModelSpecError(f"the schema of a request is no JSON object: {schema[:200]!r}")
    return held


def response_format(schema: str) -> dict[str, Any]:
    """The field of an OpenAI-compatible request that holds its answer to the schema."""
    form = {"name": "answer", "schema": parsed_schema(schema), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def check_schema(name: str, capabilities: Capabilities, request: Request) -> None:
    """Refuses a schema where the model cannot be held to one.

    Raises:
        UnsupportedError: The request has a schema, and the model has no such capability.
    """
    if request.schema and not capabilities.schema:
        raise UnsupportedError(
            f"{name} cannot be held to a JSON schema; leave the schema out and ask for JSON in the prompt, or serve the "
            "model as vllm, vllm_engine, openai or openai-completions"
        )

"""A vLLM server."""

from .model import VLLMModel, from_spec

__all__ = ["VLLMModel", "from_spec"]

"""What a vLLM server counts: tokens, prefix cache, queue."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

_LINE = re.compile(r"^vllm:(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_GAUGES = ("running", "waiting", "cache_tokens")
_SOURCES = {
    "prompt_tokens": "prompt_tokens_total",
    "generation_tokens": "generation_tokens_total",
    "prefix_queries": "prefix_cache_queries_total",
    "prefix_hits": "prefix_cache_hits_total",
    "preemptions": "num_preemptions_total",
    "running": "num_requests_running",
    "waiting": "num_requests_waiting",
}


@dataclass(frozen=True, slots=True)
class ServerMetrics:
    """Counters since the server started, and gauges, of everybody's calls together.

    Args:
        prompt_tokens: Prompt tokens of finished requests.
        generation_tokens: Tokens written.
        prefix_queries: Prompt tokens looked up in the prefix cache.
        prefix_hits: Those found there, and so not computed.
        preemptions: Requests thrown out of the cache while they ran.
        running: Requests under way now.
        waiting: Requests in the queue now.
        cache_tokens: How many tokens the KV cache holds; None where the server does not say.
    """

    prompt_tokens: float = 0.0
    generation_tokens: float = 0.0
    prefix_queries: float = 0.0
    prefix_hits: float = 0.0
    preemptions: float = 0.0
    running: float = 0.0
    waiting: float = 0.0
    cache_tokens: int | None = None

    @property
    def computed_tokens(self) -> float:
        """Prompt tokens that were computed: those looked up and not found."""
        return self.prefix_queries - self.prefix_hits

    def plus(self, more: ServerMetrics) -> ServerMetrics:
        """Counters added up; gauges as `more` has them."""
        counters = {
            f.name: getattr(self, f.name) + getattr(more, f.name) for f in fields(self) if f.name not in _GAUGES
        }
        return replace(more, **counters)

    def since(self, before: ServerMetrics) -> ServerMetrics:
        """The counters' growth; gauges as they are now."""
        counters = {
            f.name: getattr(self, f.name) - getattr(before, f.name) for f in fields(self) if f.name not in _GAUGES
        }
        return replace(self, **counters)


def read_metrics(text: str) -> ServerMetrics:
    """Reads the text of `/metrics`, adding up a server's engines."""
    totals: dict[str, float] = {}
    cache = 0
    for name, labels, value in _LINE.findall(text):
        if name == "cache_config_info":
            held = dict(_LABEL.findall(labels))
            if held.get("num_gpu_blocks", "").isdigit() and held.get("block_size", "").isdigit():
                cache += int(held["num_gpu_blocks"]) * int(held["block_size"])
        else:
            totals[name] = totals.get(name, 0.0) + float(value)
    return ServerMetrics(
        **{ours: totals.get(theirs, 0.0) for ours, theirs in _SOURCES.items()}, cache_tokens=cache or None
    )

"""What an engine in this process counts; vLLM hands it over after every step."""

from __future__ import annotations

from typing import Any

from ..vllm.metrics import ServerMetrics


class Counts:
    """Adds up what vLLM reports; has the methods of vLLM's `StatLoggerBase`."""

    def __init__(self) -> None:
        self.prompt = self.written = self.queries = self.hits = self.preempted = 0
        self.running = self.waiting = 0

    def factory(self, *_: Any, **__: Any) -> Counts:
        """Stands for the class of which vLLM makes an object per engine."""
        return self

    def record(self, scheduler_stats: Any, iteration_stats: Any, *_: Any, **__: Any) -> None:
        """Called after every step of the engine."""
        if scheduler_stats is not None:
            cache = scheduler_stats.prefix_cache_stats
            self.queries += cache.queries
            self.hits += cache.hits
            self.running, self.waiting = scheduler_stats.num_running_reqs, scheduler_stats.num_waiting_reqs
        if iteration_stats is not None:
            self.prompt += iteration_stats.num_prompt_tokens
            self.written += iteration_stats.num_generation_tokens
            self.preempted += iteration_stats.num_preempted_reqs

    def log(self, *_: Any) -> None:
        """Nothing is logged."""

    def log_engine_initialized(self) -> None:
        """Nothing is logged."""

    def record_sleep_state(self, *_: Any, **__: Any) -> None:
        """Engines here do not sleep."""

    def metrics(self, cache_tokens: int | None) -> ServerMetrics:
        """The counters as a server's would be read.

        Args:
            cache_tokens: How many tokens the KV cache holds.
        """
        return ServerMetrics(
            prompt_tokens=self.prompt,
            generation_tokens=self.written,
            prefix_queries=self.queries,
            prefix_hits=self.hits,
            preemptions=self.preempted,
            running=self.running,
            waiting=self.waiting,
            cache_tokens=cache_tokens,
        )

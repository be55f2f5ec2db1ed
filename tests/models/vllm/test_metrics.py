"""What a vLLM server says under /metrics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.models.errors import SetupError
from minipublic.models.vllm.metrics import ServerMetrics, read_metrics

# As vLLM 0.11 writes it, shortened; two engines.
PAGE = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="Qwen/Qwen3-8B"} 3.0
vllm:num_requests_running{engine="1",model_name="Qwen/Qwen3-8B"} 4.0
vllm:num_requests_waiting{engine="0",model_name="Qwen/Qwen3-8B"} 2.0
vllm:kv_cache_usage_perc{engine="0",model_name="Qwen/Qwen3-8B"} 0.25
vllm:prefix_cache_queries_total{engine="0",model_name="Qwen/Qwen3-8B"} 1.2e+06
vllm:prefix_cache_queries_created{engine="0",model_name="Qwen/Qwen3-8B"} 1.7e+09
vllm:prefix_cache_hits_total{engine="0",model_name="Qwen/Qwen3-8B"} 900000.0
vllm:num_preemptions_total{engine="0",model_name="Qwen/Qwen3-8B"} 1.0
vllm:prompt_tokens_total{engine="0",model_name="Qwen/Qwen3-8B"} 1000.0
vllm:prompt_tokens_total{engine="1",model_name="a \\"quoted} name"} 200.0
vllm:generation_tokens_total{engine="0",model_name="Qwen/Qwen3-8B"} 70.0
vllm:request_prompt_tokens_bucket{engine="0",le="+Inf",model_name="Qwen/Qwen3-8B"} 12.0
vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",num_gpu_blocks="1000",swap_space="4"} 1.0
vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="1",num_gpu_blocks="500",swap_space="4"} 1.0
process_resident_memory_bytes 7.9e+09
"""


def test_counters_and_gauges_of_all_engines_add_up():
    found = read_metrics(PAGE)
    assert found == ServerMetrics(1200.0, 70.0, 1.2e6, 9e5, 1.0, 7.0, 2.0, 24_000)
    assert found.computed_tokens == 3e5


@pytest.mark.parametrize("page", ["", "<html>", "vllm:prompt_tokens_total", "other:prompt_tokens_total 5\n"])
def test_a_page_that_says_nothing(page):
    assert read_metrics(page) == ServerMetrics()


@pytest.mark.parametrize("blocks", ["None", "", "0"])
def test_a_cache_of_unknown_size(blocks):
    line = f'vllm:cache_config_info{{block_size="16",num_gpu_blocks="{blocks}"}} 1.0\n'
    assert read_metrics(line).cache_tokens is None
    assert read_metrics('vllm:cache_config_info{block_size="16"} 1.0\n').cache_tokens is None


counts = st.builds(
    ServerMetrics, *[st.integers(0, 10**9).map(float)] * 5, st.floats(0, 99), st.floats(0, 99), st.none() | st.just(8)
)


@given(before=counts, after=counts)
def test_growth_and_sum_undo_each_other_and_gauges_are_the_latest(before, after):
    assert before.plus(after.since(before)) == after
    assert after.since(after).prompt_tokens == 0
    assert after.since(before).running == after.running


async def test_they_are_read_at_the_servers_root(server, load):
    server.metrics_text = PAGE
    assert (await load().metrics()).prompt_tokens == 1200
    server.metrics_status = 404
    with pytest.raises(SetupError, match="/metrics answered 404"):
        await load().metrics()

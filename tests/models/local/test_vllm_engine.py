"""A vLLM engine in this process against the transformers model, and against what the tiny model was taught."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys

import pytest
import tiny_model
from tiny_survey import asked

from minipublic.models.errors import ContextLengthError, ModelSpecError, RequestRefusedError, SetupError
from minipublic.models.protocol import ChooseRequest, Message, Prompt, Request, Sampling, ScoreRequest
from minipublic.models.registry import load_model

psutil = pytest.importorskip("psutil")  # vLLM brings it
pytestmark = pytest.mark.vllm
WORDS, OPTIONS, SHARES = tiny_model.IN_WORDS
SMALL = {"dtype": "float32", "enforce_eager": True, "gpu_memory_utilization": 0.1, "num_gpu_blocks_override": 150}
ADAPTERS = (None, "a", "b")


def processes():
    """Every process below this one, but those that serve the interpreter."""
    held = psutil.Process().children(recursive=True)
    return [p for p in held if "resource_tracker" not in " ".join(p.cmdline())]


@pytest.fixture(scope="module")
def on_engine(tiny):
    """Makes a model on the tiny base; `adapter` is "a", "b" or a folder."""
    pytest.importorskip("vllm", reason="needs pip install 'minipublic[vllm]'")

    def made(adapter=None, **options):
        folder = str(tiny / adapter) if adapter else None
        return load_model(f"vllm_engine:{tiny / 'base'}", adapter=folder, **(SMALL | options))

    return made


@pytest.fixture(scope="module")
def models(on_engine):
    """The base and both adapters on one engine, which is shut down at the end."""
    held = {adapter: on_engine(adapter) for adapter in ADAPTERS}
    held["chat"] = on_engine(chat=True)
    yield held
    for model in held.values():
        asyncio.run(model.aclose())
    assert processes() == []


@pytest.mark.parametrize("adapter", ADAPTERS)
async def test_first_token_is_what_hf_reads(models, load, adapter):
    requests, truths = asked()
    ours, theirs = await models[adapter].choose_all(requests), await load(adapter).choose_all(requests)
    for mine, other, truth in zip(ours, theirs, truths, strict=True):
        assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-3)
        assert mine.captured_mass == pytest.approx(other.captured_mass, abs=1e-3)
        assert (mine.usage, mine.raw) == (other.usage, other.raw)
        if adapter is None:
            assert mine.probabilities == pytest.approx(truth, abs=0.05)


@pytest.mark.parametrize("adapter", ADAPTERS)
async def test_whole_options_and_scores_are_what_hf_reads(models, load, adapter):
    ours, theirs = models[adapter], load(adapter)
    request = ChooseRequest(WORDS, options=OPTIONS, method="full_option")
    mine, other = await ours.choose(request), await theirs.choose(request)
    assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-3)
    assert mine.captured_mass == pytest.approx(other.captured_mass, abs=1e-3)
    assert mine.usage == other.usage
    for continuation in (" Good", " Not good at all, we had no rain.", "ness", "\n\nNext", " ü€"):
        request = ScoreRequest(WORDS, continuation=continuation)
        mine, other = await ours.score(request), await theirs.score(request)
        assert mine.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-3)
        assert mine.tokens == other.tokens


async def test_one_engine_answers_for_all(models):
    assert len(multiprocessing.active_children()) == 1
    assert len({model.name for model in models.values()}) == 4
    requests, _ = asked()
    together = await asyncio.gather(*(models[adapter].choose_all(requests[:6]) for adapter in ADAPTERS))
    for adapter, choices in zip(ADAPTERS, together, strict=True):
        for request, choice in zip(requests, choices, strict=False):
            alone = await models[adapter].choose(request)
            assert choice.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


async def test_a_chat_model_reads_messages_by_role(models, load):
    talk = Prompt((Message("system", "Be brief."), Message("user", "Hello?")))
    request = ChooseRequest(talk, options=("Yes", "No"))
    mine, other = await models["chat"].choose(request), await load(chat=True).choose(request)
    assert models["chat"].name.startswith("vllm_engine-chat:base#")
    assert mine.captured_mass == pytest.approx(other.captured_mass, abs=1e-3)
    assert (mine.usage, mine.raw) == (other.usage, other.raw)


async def test_drawn_answers_come_as_often_as_was_taught(models):
    requests, truths = asked("structured", draws=300, seed=5)
    choice, truth = await models[None].choose(requests[2]), truths[2]
    assert choice.captured_mass is None
    assert choice.probabilities == pytest.approx(truth, abs=0.12)  # 4 standard errors
    draws = [Request(requests[2].prompt, Sampling(max_tokens=1), seed) for seed in range(300)]
    said = [g.text.strip() for g in await asyncio.gather(*map(models[None].generate, draws))]
    assert [said.count(letter) / 300 for letter in "ABCDE"[: len(truth)]] == pytest.approx(truth, abs=0.12)


async def test_seeds_repeat_and_differ(models):
    def asks(seed):
        return models["a"].choose(ChooseRequest(WORDS, options=OPTIONS, method="sampled", draws=6, seed=seed))

    first, again, other = [await asks(seed) for seed in (1, 1, 2)]
    assert first == again != other
    assert len(first.raw.split("\n")) == 6
    unseeded = [await models[None].generate(Request(WORDS, Sampling(max_tokens=12))) for _ in range(2)]
    assert unseeded[0].text != unseeded[1].text


async def test_texts_end_where_they_should(models, load):
    greedy = Request(WORDS, Sampling(temperature=0, max_tokens=12))
    whole = await models[None].generate(greedy)
    assert whole == await load().generate(greedy)
    assert (whole.finish_reason, whole.usage.completion_tokens) == ("length", 12)
    stop = whole.text.split()[2]
    cut = await models[None].generate(Request(WORDS, Sampling(temperature=0, max_tokens=12, stop=("", stop))))
    assert cut.text == whole.text[: whole.text.index(stop)]
    assert cut.finish_reason == "stop"
    narrow = await models[None].generate(Request(WORDS, Sampling(top_p=1e-6, max_tokens=12), seed=1))
    assert narrow.text == whole.text


async def test_one_bad_prompt_does_not_lose_the_others(models):
    requests, _ = asked()
    long = ChooseRequest(Prompt.of("How often? " * 3000), options=("a", "b"))
    blank = ChooseRequest(requests[0].prompt, options=("a", " "))
    odd = ChooseRequest(Prompt.of("half a sign: \ud800"), options=("a", "b"))
    held = await models[None].choose_all([requests[0], long, blank, requests[1], odd])
    assert isinstance(held[1], ContextLengthError)
    assert isinstance(held[2], ModelSpecError)
    assert isinstance(held[4], RequestRefusedError)
    for mine, other in zip((held[0], held[3]), await models[None].choose_all(requests[:2]), strict=True):
        assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-5)
    with pytest.raises(ContextLengthError, match="4096"):
        await models[None].generate(Request(Prompt.of("Hello"), Sampling(max_tokens=4096)))
    with pytest.raises(ModelSpecError, match="empty"):
        await models[None].score(ScoreRequest(WORDS))
    with pytest.raises(ModelSpecError, match="cannot be"):
        await models[None].generate(Request(WORDS, Sampling(top_p=2)))


async def test_shared_starts_are_read_once(models):
    start = "I walk by the river. " * 100
    requests = [ChooseRequest(Prompt.of(f"{start}{k}?"), options=("a", "b")) for k in range(6)]
    before = await models[None].metrics()
    await models[None].choose_all(requests)
    grown = (await models[None].metrics()).since(before)
    assert grown.prompt_tokens == grown.prefix_queries > 6 * 128
    assert grown.prefix_hits > 0.5 * grown.prefix_queries
    assert grown.cache_tokens == 150 * 128


def test_several_loops_and_calls_given_up(models):
    requests, _ = asked()
    first = asyncio.run(models[None].choose(requests[0]))

    async def impatient():
        await asyncio.wait_for(models[None].generate(Request(WORDS, Sampling(max_tokens=3000))), 0.3)

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
    for process in processes():
        os.kill(process.pid, signal.SIGINT)  # Ctrl-C reaches the whole group
    again = asyncio.run(models[None].choose(requests[0]))
    assert again.probabilities == pytest.approx(first.probabilities, abs=1e-5)
    assert asyncio.run(models[None].metrics()).running == 0


def test_a_late_adapter_a_wrong_one_a_dead_engine_and_none_left(tiny, on_engine, models, load, tmp_path):
    for model in models.values():
        asyncio.run(model.aclose())  # two engines at once would need memory for both
    requests, _ = asked()
    base = on_engine(max_num_seqs=8)
    assert asyncio.run(base.choose(requests[0])).captured_mass > 0.9
    late = on_engine("b", max_num_seqs=8)
    expected = asyncio.run(load("b").choose(requests[0])).probabilities
    assert asyncio.run(late.choose(requests[0])).probabilities == pytest.approx(expected, abs=1e-3)
    assert len(multiprocessing.active_children()) == 1
    (tmp_path / "adapter_config.json").write_bytes((tiny / "b" / "adapter_config.json").read_bytes())
    (tmp_path / "adapter_model.safetensors").write_bytes(b"no weights")
    wrong = on_engine(tmp_path, max_num_seqs=8)
    with pytest.raises(SetupError, match="does not load the adapter"):
        asyncio.run(wrong.choose(requests[0]))
    assert asyncio.run(late.choose(requests[0])).probabilities == pytest.approx(expected, abs=1e-3)
    (engine,) = multiprocessing.active_children()
    engine.kill()
    for _ in range(2):
        with pytest.raises(SetupError, match="has died"):
            asyncio.run(late.choose(requests[0]))
    held = asyncio.run(base.choose_all(requests[:2]))
    assert [type(error) for error in held] == [SetupError, SetupError]
    for model in (base, late, wrong):
        asyncio.run(model.aclose())
    assert processes() == []


def script(tmp_path, tiny, start):
    """A user's script that asks a model twice, with what it does after `start`."""
    path = tmp_path / "script.py"
    path.write_text(f"""
import asyncio, time
from minipublic.models.protocol import Prompt, Request, Sampling
from minipublic.models.registry import load_model

{start}
    model = load_model("vllm_engine:{tiny / "base"}", **{SMALL})
    asyncio.run(model.generate(Request(Prompt.of("Hello"), Sampling(max_tokens=2))))
    print("answered", flush=True)
    time.sleep(600)
""")
    return [sys.executable, str(path)]


def test_a_run_that_is_killed_leaves_no_engine(tiny, models, tmp_path):
    for model in models.values():
        asyncio.run(model.aclose())
    with subprocess.Popen(script(tmp_path, tiny, "if __name__ == '__main__':"), stdout=subprocess.PIPE) as going:
        assert going.stdout.readline() == b"answered\n"
        left = psutil.Process(going.pid).children(recursive=True)
        assert any("EngineCore" in " ".join(process.cmdline()) for process in left)
        going.kill()
    psutil.wait_procs(left, timeout=60)
    assert [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_script_without_a_guard_is_told_so(tiny, models, tmp_path):
    done = subprocess.run(script(tmp_path, tiny, "if True:"), capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "put what the script does under `if __name__" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("minipublic.models.errors.SetupError: vLLM does not start")
    assert done.stdout == ""

"""The same prompts through every backend: the same probabilities, and those the model was taught."""

import asyncio

import pytest
import tiny_model

from minipublic.models.protocol import ChooseRequest, Prompt, Request, Sampling, ScoreRequest
from minipublic.models.registry import load_model
from minipublic.models.together import choose_all

pytestmark = pytest.mark.vllm
ENGINE = {"dtype": "float32", "enforce_eager": True, "gpu_memory_utilization": 0.1, "num_gpu_blocks_override": 150}


def questions(method="first_token", reverse=False):
    found = []
    for question in tiny_model.QUESTIONS:
        options = question.options[::-1] if reverse else question.options
        for preamble in tiny_model.PREAMBLES[:3]:
            prompt = tiny_model.prompt_of(question, options, preamble)
            found.append(ChooseRequest(prompt, seed=1, options=tuple(o.text for o in options), method=method))
    return found


def in_words():
    prompt, words, _ = tiny_model.IN_WORDS
    return ChooseRequest(prompt, seed=1, options=words, method="full_option")


def answers(spec, requests, **options):
    async def ask():
        model = load_model(spec, **options)
        try:
            return await choose_all(model, requests)
        finally:
            await model.aclose()

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def truth(tiny, plain):
    """Probabilities by a plain transformers computation: one prompt, no cache, no batch, every token of the vocabulary."""
    from transformers import AutoTokenizer

    from minipublic.models.choosing import letter_of

    tokenizer = AutoTokenizer.from_pretrained(tiny / "base")
    letters = {k: letter_of(tokenizer.decode([k])) for k in range(1024)}

    def first_token(request):
        last = plain(tokenizer(request.prompt.text)["input_ids"])[-1].exp()
        mass = [
            sum(last[k].item() for k, said in letters.items() if said == x) for x in "ABCDE"[: len(request.options)]
        ]
        return [m / sum(mass) for m in mass], sum(mass)

    return first_token


@pytest.mark.parametrize(("kind", "options"), [("vllm", {}), ("openai-completions", {}), ("hf", {"dtype": "float32"})])
def test_first_token_is_the_models_own_distribution(plain_server, tiny, truth, kind, options):
    spec = f"hf:{tiny / 'base'}" if kind == "hf" else f"{kind}:tiny@{plain_server.url}"
    for reverse in (False, True):
        asked = questions(reverse=reverse)
        for request, choice in zip(asked, answers(spec, asked, **options), strict=True):
            shares, mass = truth(request)
            assert choice.probabilities == pytest.approx(shares, abs=1e-3)
            assert choice.captured_mass == pytest.approx(mass, abs=1e-3)
        taught = [tiny_model.truth(q, reverse) for q in tiny_model.QUESTIONS for _ in range(3)]
        for choice, shares in zip(answers(spec, asked, **options), taught, strict=True):
            assert choice.probabilities == pytest.approx(shares, abs=0.05)


def test_transformers_an_engine_and_a_server_give_the_same_probabilities(plain_server, tiny):
    asked = [*questions(), *questions(reverse=True), in_words()]
    base = tiny / "base"
    found = [
        answers(f"hf:{base}", asked, dtype="float32"),
        answers(f"vllm_engine:{base}", asked, **ENGINE),
        answers(f"vllm:tiny@{plain_server.url}", asked),
    ]
    for here, inside, there in zip(*found, strict=True):
        for other in (inside, there):
            assert other.probabilities == pytest.approx(here.probabilities, abs=1e-3)
            assert other.captured_mass == pytest.approx(here.captured_mass, abs=1e-3)


def test_full_option_agrees_across_backends(plain_server, tiny):
    asked = [in_words(), *questions("full_option")[::3]]
    local = answers(f"hf:{tiny / 'base'}", asked, dtype="float32")
    for kind in ("vllm", "openai-completions"):
        for here, there in zip(local, answers(f"{kind}:tiny@{plain_server.url}", asked), strict=True):
            assert there.probabilities == pytest.approx(here.probabilities, abs=1e-3)
            assert there.captured_mass == pytest.approx(here.captured_mass, abs=1e-3)
    # Quite bad, then Good, then Not good at all, as taught; letters are taught after other prompts only.
    assert sorted(range(3), key=lambda k: -local[0].probabilities[k]) == [1, 0, 2]


async def test_scores_agree_for_any_alphabet(plain_server, tiny):
    pairs = [
        ("Answer in words:", " Quite bad"),
        ("Café ☕ 日本語:", " ja, schön"),
        ("Is it", "n't good?"),
        ("One", " two three"),
    ]
    models = [
        load_model(f"vllm:tiny@{plain_server.url}"),
        load_model(f"openai-completions:tiny@{plain_server.url}"),
        load_model(f"hf:{tiny / 'base'}", dtype="float32"),
    ]
    for prompt, continuation in pairs:
        found = [await m.score(ScoreRequest(Prompt.of(prompt), continuation=continuation)) for m in models]
        assert len({score.tokens for score in found}) == 1
        assert [score.log_likelihood for score in found] == pytest.approx([found[0].log_likelihood] * 3, abs=2e-3)
    for model in models:
        await model.aclose()


@pytest.mark.parametrize("method", ["structured", "sampled"])
async def test_draws_have_the_taught_frequencies(plain_server, method):
    model = load_model(f"vllm:tiny@{plain_server.url}")
    (question, _shares), *_ = tiny_model.QUESTIONS.items()
    prompt = tiny_model.prompt_of(question, question.options, "")
    asked = ChooseRequest(prompt, seed=7, options=tuple(o.text for o in question.options), method=method, draws=300)
    choice = await model.choose(asked)
    if method == "structured":
        assert choice.captured_mass is None
        assert choice.probabilities == pytest.approx(tiny_model.truth(question, False), abs=0.1)
    else:
        assert len(choice.raw.split("\n")) == 300
    again = await model.choose(asked)
    assert again.raw == choice.raw  # seeds repeat here, on an idle server
    await model.aclose()


async def test_stop_and_length_are_kept(plain_server):
    model = load_model(f"vllm:tiny@{plain_server.url}")
    free = await model.generate(Request(Prompt.of("Answer in words:"), Sampling(temperature=0, max_tokens=12), seed=1))
    assert (free.finish_reason, free.usage.completion_tokens) == ("length", 12)
    word = free.text.split()[1]
    stopped = await model.generate(
        Request(Prompt.of("Answer in words:"), Sampling(0, max_tokens=12, stop=(word,)), seed=1)
    )
    assert stopped.finish_reason == "stop"
    assert stopped.text == free.text[: free.text.index(word)]
    await model.aclose()


def test_a_prompt_that_is_too_long_does_not_lose_the_others(plain_server):
    asked = questions()
    asked[4] = ChooseRequest(Prompt.of("word " * 5000), options=("a", "b"))
    found = answers(f"vllm:tiny@{plain_server.url}", asked)
    assert type(found[4]).__name__ == "ContextLengthError"
    assert all(choice.captured_mass > 0.9 for k, choice in enumerate(found) if k != 4)


def test_the_chat_endpoint_gives_exact_letters_too(plain_server):
    spec = f"vllm:tiny@{plain_server.url}"
    exact, top = answers(spec, questions(), endpoint="chat"), answers(f"openai:tiny@{plain_server.url}", questions())
    for mine, theirs in zip(exact, top, strict=True):
        assert mine.captured_mass >= theirs.captured_mass - 1e-6  # every letter token counts, not only the top 20
        assert mine.probabilities == pytest.approx(theirs.probabilities, abs=0.01)

"""Every verdict on every feature, from a server that does as it is told."""

import pytest

from minipublic.models.errors import ServerError
from minipublic.models.openai import OpenAIModel
from minipublic.models.probing import probe
from minipublic.models.protocol import Capabilities, Generation
from minipublic.models.synthetic import SyntheticModel


async def probed(server, endpoint="completions"):
    model = OpenAIModel("m", base_url=server.url, endpoint=endpoint, retries=0)
    try:
        return {f.feature: f for f in await probe(model)}
    finally:
        await model.aclose()


async def test_what_a_completions_server_honours(server):
    found = await probed(server)
    assert list(found) == ["seed", "stop", "logprobs", "n", "lists", "score"]
    assert {f.verdict for f in found.values()} == {"honoured"}
    assert "7 came" in found["logprobs"].detail


async def test_what_a_chat_server_honours(server):
    found = await probed(server, "chat")
    verdicts = {name: f.verdict for name, f in found.items()}
    assert verdicts == {
        "seed": "honoured",
        "stop": "honoured",
        "logprobs": "honoured",
        "n": "honoured",
        "lists": "untold",
        "score": "untold",
    }
    assert "completions endpoint" in found["lists"].detail


FEATURES = [
    ("seed", "seed"),
    ("stop", "stop"),
    ("logprobs", "logprobs"),
    ("n", "n"),
    ("list", "lists"),
    ("echo", "score"),
]


@pytest.mark.parametrize(("sent", "feature"), FEATURES)
async def test_what_is_silently_ignored_is_named_and_the_rest_is_not(server, sent, feature):
    server.ignores = {sent}
    found = await probed(server)
    assert found[feature].verdict == "ignored"
    assert found[feature].detail
    also = {"logprobs": {"score"}}.get(sent, set())  # an echo without log-probabilities scores nothing
    assert {f.feature for f in found.values() if f.verdict == "ignored"} == {feature} | also


@pytest.mark.parametrize(("sent", "feature"), FEATURES)
async def test_what_is_refused_is_named_in_the_server_s_words(server, sent, feature):
    server.refuses = {sent}
    found = await probed(server)
    assert found[feature].verdict == "refused"
    assert f"{sent} is not supported here" in found[feature].detail
    assert "http" not in found[feature].detail


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
async def test_fewer_log_probabilities_than_asked_for(server, endpoint):
    server.most_logprobs = 5
    found = (await probed(server, endpoint))["logprobs"]
    assert found.verdict == "honoured"
    assert "at most 5 logprobs" in found.detail
    assert "top_logprobs: 5" in found.detail


async def test_a_greedy_server_s_seed_and_answers_cannot_be_judged(server):
    server.greedy = True
    found = await probed(server)
    assert found["seed"].verdict == found["n"].verdict == "untold"
    assert "greedy" in found["seed"].detail
    assert found["stop"].verdict == "honoured"


async def test_empty_texts_tell_nothing(server):
    server.always = "empty"
    found = await probed(server, "chat")
    assert found["seed"].verdict == found["stop"].verdict == "untold"
    assert "empty" in found["seed"].detail


async def test_a_failing_server_is_a_finding(server):
    server.always = "500"
    found = await probed(server)
    assert {f.verdict for f in found.values()} == {"untold"}
    assert "Internal error" in found["n"].detail


async def test_numbers_that_are_no_log_probabilities_are_no_honour(server):
    server.always = "positive_logprobs"
    assert (await probed(server))["logprobs"].verdict == "untold"


async def test_the_synthetic_model_gets_what_the_protocol_offers():
    verdicts = {f.feature: f.verdict for f in await probe(SyntheticModel())}
    assert verdicts == {
        "seed": "honoured",
        "stop": "honoured",
        "logprobs": "honoured",
        "n": "untold",
        "lists": "untold",
        "score": "honoured",
    }


class Stubborn:
    """Writes what it is made with, in turn."""

    name = "stubborn"
    capabilities = Capabilities(seed=True)

    def __init__(self, *texts):
        self.texts = list(texts)

    async def generate(self, request):
        text = self.texts.pop(0)
        if text is None:
            raise ServerError("down")
        return Generation(text)


LONG = "the sentence here needs letters"


@pytest.mark.parametrize(
    ("texts", "verdict", "said"),
    [
        (["a", "a", "b", "b", "c"], "honoured", "same text"),
        (["a", "b", "c", "d", "e"], "ignored", "different texts"),
        (["a", "a", "b", "c", "d"], "untold", "another did not"),
        (["a", "a", "a", "a", "a"], "untold", "greedy"),
        (["a", None], "untold", "down"),
    ],
)
async def test_verdicts_on_a_seed(texts, verdict, said):
    (found, *_) = await probe(Stubborn(*texts, *[None] * (5 - len(texts)), *["x"] * 9))
    assert found.verdict == verdict
    assert said in found.detail


@pytest.mark.parametrize(
    ("cut", "verdict", "said"),
    [
        ("th", "honoured", "ended before 'e'"),
        ("a txt", "honoured", "ended before"),
        (LONG, "ignored", "goes on after"),
        ("the", "ignored", "keeps"),
        ("a curious long word or a ton of words", "untold", "another one"),
    ],
)
async def test_verdicts_on_a_stop(cut, verdict, said):
    (_, found, *_) = await probe(Stubborn(*"aabbc", LONG, cut))
    assert found.verdict == verdict
    assert said in found.detail


async def test_a_model_without_seeds_is_not_blamed():
    model = Stubborn(LONG, "th")
    model.capabilities = Capabilities(seed=False)
    (seed, *_) = await probe(model)
    assert seed.verdict == "untold"
    assert "sends no seed" in seed.detail

"""Option letters by token id: all their tokens, whichever way they are glued, and no others."""

import asyncio
import string

import pytest
from fault_vllm_server import DRAWN, VOCABULARY, tokens_of

from minipublic.models.errors import BadResponseError
from minipublic.models.protocol import ChooseRequest, Prompt
from minipublic.models.vllm.letters import letter_tokens, token_ids
from minipublic.models.vllm.model import MOST_TOKEN_IDS


def asks(options=2, **more):
    return ChooseRequest(Prompt.of("Well?"), seed=5, options=tuple(f"Option {k}" for k in range(options)), **more)


def asked_by_id(server):
    return [b["logprob_token_ids"] for b in server.bodies if "logprob_token_ids" in b]


async def tokenise(text):
    return {"tokens": tokens_of(text)}


async def test_tokens_of_letters():
    found = await letter_tokens(tokenise, 2)
    shown = {
        VOCABULARY[token] if token < len(VOCABULARY) else chr(token - 1000): letter for token, letter in found.items()
    }
    forms = ("{}", " {}", "({}", "{})", "{}.", "{}:", " ({}")
    assert shown == {form.format(letter): letter for letter in "AB" for form in forms}


@pytest.mark.parametrize("answer", [{}, {"tokens": None}, {"tokens": ["x"]}, {"error": "no"}])
def test_an_answer_without_tokens_is_an_error(answer):
    with pytest.raises(BadResponseError, match="/tokenize gave no tokens"):
        token_ids(answer)


@pytest.mark.parametrize("endpoint", ["completions", "chat"])
async def test_every_form_of_a_letter_counts(server, load, endpoint):
    # " C" and "Z" are letters that stand for no option here; the likeliest token is none.
    choice = await load(endpoint=endpoint).choose(asks(2))
    a, b = 0.1 + 0.2 + 0.05, 0.05 + 0.1 + 0.02
    assert choice.captured_mass == pytest.approx(a + b, abs=1e-4)
    assert choice.probabilities == pytest.approx((a / (a + b), b / (a + b)), abs=1e-4)
    (body,) = [b for b in server.bodies if "Well?" in str(b)]
    assert body["return_tokens_as_token_ids"] is True
    assert {VOCABULARY[token] for token in body["logprob_token_ids"]} >= {"A", " A", "(A", "B", " B", "B)"}
    assert DRAWN not in body["logprob_token_ids"]
    assert body["top_logprobs" if endpoint == "chat" else "logprobs"] == len(body["logprob_token_ids"])


async def test_what_is_said_instead_is_shown(server, load, monkeypatch):
    monkeypatch.setattr("fault_vllm_server.PROBABILITIES", {"A": 0.01})
    choice = await load().choose(asks(2))
    assert choice.captured_mass == pytest.approx(0.01, abs=1e-4)
    assert choice.raw.strip() == "text of seed None"


@pytest.mark.parametrize("options", [2, 12, 26])
async def test_no_letter_is_left_out_however_many_there_are(server, load, options):
    await load().choose(asks(options))
    ids = asked_by_id(server)[-1]
    assert len(ids) <= MOST_TOKEN_IDS
    shown = {VOCABULARY[token] for token in ids}
    for letter in string.ascii_uppercase[:options]:
        assert {letter, f" {letter}", f"({letter}"} <= shown


@pytest.mark.parametrize("how", ["ignores", "refuses"])
async def test_an_older_server_is_asked_for_the_likeliest(server, load, how):
    server.by_id, model = how, load()
    for _ in range(2):
        choice = await model.choose(asks(2))
        assert choice.captured_mass == pytest.approx(0.7)
    assert len(asked_by_id(server)) == 1  # tried once


async def test_many_at_once_find_out_once(server, load):
    model = load(max_in_flight=32)
    await asyncio.gather(*(model.choose(asks(3)) for _ in range(20)))
    assert max(server.tokenised.values()) <= 2  # once to find out, once for the letters
    assert sum("Well?" not in str(b) for b in server.bodies) == 1


async def test_questions_of_different_length_share_a_request_and_each_reads_its_own(server, load):
    two, four = await load().choose_all([asks(2), asks(4)])
    (body,) = [b for b in server.bodies if isinstance(b.get("prompt"), list)]
    assert body["prompt"] == ["Well?", "Well?"]
    assert two.captured_mass == pytest.approx(0.52, abs=1e-4)
    assert four.captured_mass == pytest.approx(0.55, abs=1e-4)
    assert len(four.probabilities) == 4


async def test_forced_answers_are_letters(server, load):
    choice = await load().choose(asks(3, method="structured", draws=8))
    forced = [b["structured_outputs"]["choice"] for b in server.bodies if "structured_outputs" in b]
    assert forced == [["A", " A", "B", " B", "C", " C"]] * 8
    assert choice.captured_mass is None
    assert sum(choice.probabilities) == pytest.approx(1)
    assert len({b["seed"] for b in server.bodies}) == 8


async def test_an_answer_does_not_depend_on_the_questions_that_travel_along(server, load, monkeypatch):
    monkeypatch.setattr("fault_vllm_server.PROBABILITIES", {"A": 0.2, "B": 0.1, "B.": 0.3})
    model, few, many = load(), asks(2), asks(26)
    alone = [await model.choose(few), await model.choose(many)]
    assert await model.choose_all([few, many, few]) == [alone[0], alone[1], alone[0]]
    assert alone[0].probabilities == pytest.approx((1 / 3, 2 / 3), abs=1e-4)

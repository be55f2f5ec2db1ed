"""Finds out by trying what a model's server honours, silently ignores and refuses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from .choosing import probability
from .errors import BadResponseError, ModelError, RequestRefusedError, UnsupportedError
from .openai import OpenAIModel
from .openai_answers import top_tokens, usage_shares
from .protocol import ChooseRequest, LanguageModel, Prompt, Request, Sampling, ScoreRequest

Verdict = Literal["honoured", "ignored", "refused", "untold"]

ANSWERS = 3
FIRST_TOKENS = (20, 5, 1)  # servers allow 20 or 5 at most
_PROMPT = Prompt.of("Write one sentence about anything you like. The sentence:")
_TEXT = Request(_PROMPT, Sampling(max_tokens=32))
_QUESTION = Prompt.of("Which comes first?\n(A) one\n(B) two\nAnswer with the letter (A or B) only.")
_WORDS = re.compile(r"answered \d{3}: (.*)", re.DOTALL)
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Finding:
    """What trying a feature showed.

    Args:
        feature: `seed`, `stop`, `logprobs`, `n`, `lists` (of prompts) or `score` (echoed prompt log-probabilities).
        verdict: `honoured`; `ignored`: accepted without an error and without effect; `refused`: answered with an error;
            `untold`: it could not be judged.
        detail: What was seen, the server's own words, or why it could not be told.
    """

    feature: str
    verdict: Verdict
    detail: str


async def probe(model: LanguageModel) -> list[Finding]:
    """Tries every feature, one call after the other: about a dozen calls, most of 32 tokens.

    What needs requests of its own (`n`, lists of prompts) is tried on OpenAI-compatible servers only. A failing call is
    a finding and no error.

    Args:
        model: Any model; it stays open.
    """
    return [
        await _tried(feature, trial, model)
        for feature, trial in (
            ("seed", _seed),
            ("stop", _stop),
            ("logprobs", _logprobs),
            ("n", _several),
            ("lists", _lists),
            ("score", _score),
        )
    ]


async def _tried(feature: str, trial: Callable[[LanguageModel], Awaitable[tuple[Verdict, str]]], model: Any) -> Finding:
    try:
        return Finding(feature, *await trial(model))
    except RequestRefusedError as error:
        return Finding(feature, "refused", _said(error))
    except UnsupportedError:
        return Finding(feature, "untold", "this kind of model never asks for it")
    except ModelError as error:
        return Finding(feature, "untold", f"the trial failed: {_said(error)}")


def _said(error: ModelError) -> str:
    """The server's words where there are any, on one line."""
    words = _WORDS.search(str(error))
    text = " ".join((words.group(1) if words else str(error)).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


async def _seed(model: LanguageModel) -> tuple[Verdict, str]:
    if not model.capabilities.seed:
        return "untold", "this kind of model sends no seed"
    texts = [(await model.generate(replace(_TEXT, seed=seed))).text for seed in (11, 11, 12, 12, 13)]
    same = [texts[0] == texts[1], texts[2] == texts[3]]
    if not any(text.strip() for text in texts):
        return "untold", "the texts came back empty"
    if len(set(texts)) == 1:
        return "untold", "every text was the same, with one seed and with others: the server looks greedy, or it caches"
    if not any(same):
        return "ignored", "two calls with one seed gave different texts"
    if not all(same):
        return "untold", "one seed gave the same text twice and another did not"
    return "honoured", "two calls with one seed gave the same text, and other seeds gave others"


async def _stop(model: LanguageModel) -> tuple[Verdict, str]:
    plain = replace(_TEXT, sampling=replace(_TEXT.sampling, temperature=0.0), seed=11)
    whole = (await model.generate(plain)).text
    letters = Counter(c for c in whole if c.isalpha()).most_common(1)
    if not letters or letters[0][1] < 3:
        return "untold", f"the text {whole[:40]!r} is too short to be cut"
    stop = letters[0][0]
    cut = (await model.generate(replace(plain, sampling=replace(plain.sampling, stop=(stop,))))).text
    if stop in cut:
        kept = cut.index(stop) == len(cut) - 1
        return "ignored", f"the text {'keeps' if kept else 'goes on after'} the stop string {stop!r}"
    # The text need not be the same again; its commonest letter is missing from half of it only by a stop.
    if cut == whole.partition(stop)[0] or len(cut) < len(whole) / 2:
        return "honoured", f"the text ended before {stop!r}"
    return "untold", f"the text without {stop!r} was another one, and not shorter"


async def _logprobs(model: LanguageModel) -> tuple[Verdict, str]:
    if not isinstance(model, OpenAIModel):
        if "first_token" not in model.capabilities.choose:
            return "untold", "this kind of model never asks for them"
        await model.choose(ChooseRequest(_QUESTION, Sampling(max_tokens=1), seed=11, options=("one", "two")))
        return "honoured", "the options' letters have probabilities; this kind of model does not say how many tokens do"
    refusals: list[RequestRefusedError] = []
    for asked in FIRST_TOKENS:
        try:
            found = await _first_tokens(model, asked)
        except RequestRefusedError as error:
            refusals.append(error)
            continue
        less = f"; more are refused: {_said(refusals[-1])}; set options.top_logprobs: {asked}" if refusals else ""
        if not found:
            return "ignored", "accepted, but no log-probabilities came"
        return "honoured", f"{asked} first tokens asked for, {len(found)} came{less}"
    raise refusals[0]


async def _first_tokens(model: OpenAIModel, asked: int) -> list[float]:
    """The probabilities of an answer's first tokens; none where the server gives none."""
    more = {"logprobs": True, "top_logprobs": asked} if model.capabilities.chat else {"logprobs": asked}
    request = Request(_QUESTION, Sampling(max_tokens=1), seed=11)
    (choice, *_) = _choices(await model.post(request, more))
    try:
        found = top_tokens(model.name, choice)
    except BadResponseError:
        return []
    return [probability(value) for _, value in found]


async def _several(model: LanguageModel) -> tuple[Verdict, str]:
    if not isinstance(model, OpenAIModel):
        return "untold", "this kind of model asks for one answer at a time"
    choices = _choices(await model.post(_TEXT, {"n": ANSWERS}))
    if len(choices) != ANSWERS:
        return "ignored", f"{ANSWERS} answers asked for in one request, {len(choices)} came"
    if len({_text(choice) for choice in choices}) == 1:
        return "untold", f"{ANSWERS} answers came in one request, but all are the same: the server looks greedy"
    return "honoured", f"{ANSWERS} answers came in one request"


async def _lists(model: LanguageModel) -> tuple[Verdict, str]:
    if not isinstance(model, OpenAIModel) or model.capabilities.chat:
        return "untold", "only the completions endpoint takes a list of prompts"
    prompts = [_PROMPT.text, _QUESTION.text]
    answer = await model.post(Request(_PROMPT, Sampling(max_tokens=1)), {"prompt": prompts})
    choices = _choices(answer)
    if len(choices) != len(prompts):
        return "ignored", f"{len(prompts)} prompts sent in one request, {len(choices)} answers came"
    places = sorted(str(choice.get("index")) for choice in choices)
    if places != ["0", "1"]:
        return "untold", f"{len(prompts)} answers came, but their places are {', '.join(places)}: whose is whose?"
    said = f"{len(prompts)} prompts in one request were answered"
    if any(usage.prompt_tokens is None for usage in usage_shares(answer, len(prompts))):
        said += "; their tokens were not counted: set options.prompts_per_request: 1 to have them counted"
    return "honoured", said


async def _score(model: LanguageModel) -> tuple[Verdict, str]:
    if not model.capabilities.score:
        return "untold", "this kind of model gives no prompt log-probabilities; the completions endpoint may"
    try:
        score = await model.score(ScoreRequest(_PROMPT, seed=11, continuation=" The sun is warm."))
    except BadResponseError as error:
        return "ignored", f"accepted, but {_said(error).partition(': ')[2]}"
    return "honoured", f"a text of {score.tokens} tokens was scored"


def _choices(answer: dict[str, Any]) -> list[dict[str, Any]]:
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not all(isinstance(c, dict) for c in choices):
        raise BadResponseError("the answer has no choices", raw=str(answer))
    return choices


def _text(choice: dict[str, Any]) -> str:
    message = choice.get("message")
    return str(message.get("content") if isinstance(message, dict) else choice.get("text"))

"""The steps of a request that have to do with life stories, answered as a public with given parameters would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from ..protocol import LETTERS, Request
from ..seeds import derive_seed
from . import interviewing, telling
from .graded import Vector
from .guessing import label_probabilities
from .lives import Teller, answer_question, draw_traits, texts_told
from .presented import in_codebook_order, last_text, lettered_options
from .public import SyntheticPublic
from .reading_lives import read_life

STEPS = ("story", "critic", "trait_stated", "reflect", "interpret")


def text(public: SyntheticPublic, request: Request, draw: random.Random) -> str:
    """What is written at one of `STEPS`."""
    context = request.context
    step = context["step"]
    if step == "story":
        return _story(public, request, draw)
    if step == "critic":
        return interviewing.criticise(context, texts_told(context), draw, public.critic_sensitivity)
    if step == "trait_stated":
        return interviewing.judge_trait(context)
    if step == "reflect":
        return interviewing.reflect(context, draw)
    return interviewing.interpret(options_of(request))


def options_of(request: Request) -> list[str]:
    """The options a request speaks of: the lettered lines that the prompt asked about last, or else the codes."""
    codes = request.context.get("option_codes")
    named = [str(code) for code in codes][: len(LETTERS)] if isinstance(codes, list | tuple) else []
    for message in reversed(request.prompt.messages):
        listed = lettered_options(message.content) if message.role != "assistant" else []
        if listed and len(listed) == (len(named) or len(listed)):
            return listed
    return named


def trait_probabilities(public: SyntheticPublic, context: Mapping[str, Any], options: int) -> Vector | None:
    """The exact probability of each label as presented, where a persona is asked which label of a trait is its own.

    Returns:
        None where the context does not name the labels.
    """
    codes = context.get("option_codes")
    places, left_out = in_codebook_order(context, options)
    if not isinstance(codes, list | tuple) or len(codes) != options or not places:
        return None
    trait, labels = str(context.get("question") or ""), [str(codes[k]) for k in places]
    known = {**dict(public.known_labels), trait: labels}
    life = read_life(str(context.get("backstory") or ""), public.dimensions, known)
    if trait in (own := _texts(context.get("attributes"))):
        life = type(life)({**life.traits, trait: own[trait]}, life.attitudes)
    own_sd = telling.own_deviation(public, True)
    guessed = label_probabilities(trait, labels, life, public.shares, public.label_position, own_sd)
    mass = min(public.missing_mass, 1 / options)
    out = [mass] * options
    for place, p in zip(places, guessed, strict=True):
        out[place] = p * (1 - mass * len(left_out))
    return tuple(out)


def _story(public: SyntheticPublic, request: Request, draw: random.Random) -> str:
    context = request.context
    persona = str(context.get("persona") or "")
    traits = draw_traits(public.name, persona, public.shares, _texts(context.get("attributes")))
    teller = Teller(public.name, persona, traits, public.teller_attitude(persona, traits))
    # Another attempt at an answer is another draw, whatever its seed.
    own = random.Random(derive_seed(draw.getrandbits(53), str(context.get("attempt") or 1)))
    return answer_question(
        teller,
        str(context.get("story_question") or "") or last_text(request),
        texts_told(context),
        own,
        shares=public.shares,
        facts=public.story_facts,
        flaw_rate=public.flaw_rate,
        room=4 * max(request.sampling.max_tokens, 1),
    ).text


def _texts(held: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in held.items()} if isinstance(held, Mapping) else {}

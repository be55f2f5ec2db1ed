"""The synthetic public as a model: answers from a request's context, never from a network."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from typing import Any

from ..choosing import check_choose
from ..protocol import LETTERS, Capabilities, Choice, ChooseRequest, Generation, Request, Score, ScoreRequest, Usage
from ..seeds import derive_seed
from . import grammar, interviewing, life_steps, mediation, moderating, questioning, ranking
from .graded import Vector
from .presented import last_text, lettered_options, option_count
from .public import SyntheticPublic
from .stance import stance_of

# A made-up cost for each word of a text, and for each squared unit between its stance and one's own.
WORD_COST, DISTANCE_COST = 2.5, 2.0
_LETTERED = re.compile(r"[\s(\[*]*([A-Z])[\s)\].:*]*")
_ASKED = re.compile(r"[^.!?\n]{3,400}\?")


class SyntheticModel:
    """Answers as a simulated public with known parameters would.

    It answers from `request.context` and falls back on the prompt where the context says nothing. Its
    probabilities are exact, so temperature and top_p do not change them.

    Args:
        name: Names the public; another name is another public.
        public: Its parameters; by default all derived from the name.
        options: Parameters of `SyntheticPublic`, in place of `public`.

    Raises:
        TypeError: Both `public` and options are given, or an option is none of the public's.
        ValueError: A parameter is out of range.
    """

    capabilities = Capabilities(score=True, choose=("first_token", "full_option", "sampled"), schema=True)

    def __init__(self, name: str = "default", public: SyntheticPublic | None = None, **options: Any) -> None:
        if public is not None and options:
            raise TypeError(f"give the public or its parameters ({', '.join(options)}), not both")
        self.public = public or SyntheticPublic(name, **options)
        plain = self.public == SyntheticPublic(name)
        # The name keys the journal: other parameters must be another name.
        self.name = f"synthetic:{name}" if plain else f"synthetic:{name}+{self.public.mark}"

    def describe(self) -> str:
        """One sentence for reports."""
        return (
            f"Answers come from a built-in simulation with known parameters ({self.name}), not from a language model; "
            "it is made to try studies out and to test the measures, and says nothing about real people."
        )

    async def aclose(self) -> None:
        """Has nothing to close."""

    async def choose(self, request: ChooseRequest) -> Choice:
        """The exact probabilities; for `sampled`, the shares of seeded draws from them.

        Raises:
            UnsupportedError: The method is none of the three.
            ModelSpecError: The options are none, blank or more than 26, or a given item does not fit them.
        """
        check_choose(self.name, self.capabilities, request)
        probabilities = self.probabilities(request.context, len(request.options), request)
        if request.method != "sampled":
            return Choice(probabilities, 1.0, usage=Usage(_tokens(request), 1))
        drawn = _random(request).choices(range(len(probabilities)), probabilities, k=request.draws)
        shares = tuple(drawn.count(k) / request.draws for k in range(len(probabilities)))
        raw = "\n".join(f"({LETTERS[k]})" for k in drawn)
        return Choice(shares, 1.0, raw=raw, usage=Usage(_tokens(request), request.draws))

    def probabilities(self, context: Mapping[str, Any], options: int, request: Request | None = None) -> Vector:
        """The exact probability of each option as presented; see `SyntheticPublic.probabilities`.

        Args:
            context: As the protocols send it (`personas.asking.question_context`, `persona_context`).
            options: How many options there are.
            request: Gives the question's text where the context does not.
        """
        if context.get("step") == "trait":
            guessed = life_steps.trait_probabilities(self.public, context, options)
            if guessed:
                return guessed
        return self.public.probabilities(context, options, last_text(request) if request else "")

    async def generate(self, request: Request) -> Generation:
        """A text of the grammar that fits the step, drawn by the request's seed; stop strings and length hold."""
        text = self._text(request, _random(request))
        for stop in request.sampling.stop:
            text = text.partition(stop)[0] if stop else text
        room = 4 * max(request.sampling.max_tokens, 1)
        reason = "stop" if len(text) <= room else "length"
        text = text[:room]
        return Generation(text, reason, Usage(_tokens(request), max(1, len(text) // 4)))

    def _text(self, request: Request, draw: random.Random) -> str:
        context = request.context
        step, proposition = context.get("step"), _proposition(request)
        if step in life_steps.STEPS:
            return life_steps.text(self.public, request, draw)
        if step == "reason":
            return self._reason(request)
        if step == "draft":
            heard = mediation.texts(context, "opinions")
            return grammar.statement(mediation.drafted(context, draw), proposition, draw, heard)
        if step == "revision":
            heard = mediation.texts(context, "opinions", "critiques")
            return grammar.statement(mediation.revised(context, draw), proposition, draw, heard)
        if step == "proposition":
            return grammar.declarative(str(context.get("question_text") or proposition))
        if step == "questions":
            return questioning.list_questions(context, draw)
        if step == "battery" and (lines := self._battery(request, draw)):
            return lines
        if step == "moderate":
            return moderating.question(context, proposition, draw)
        if step == "ranking":
            stance, slips = ranking.read_citizen(context), self.public.slip_rate
            return ranking.rank(stance, ranking.candidates(context), draw, slips, ranking.PREDICTION_ERROR)
        return self._in_own_words(context, proposition, draw)

    def _in_own_words(self, context: Mapping[str, Any], proposition: str, draw: random.Random) -> str:
        """What a persona says of a proposition, of a statement on it, or of several."""
        step, candidates = context.get("step"), ranking.candidates(context)
        if step == "rank":
            proposition = ranking.about(context, candidates)
        own = self.public.stance(self.public.attitude_of(context, proposition), proposition)
        if step == "rank":
            return ranking.rank(own, candidates, draw, self.public.slip_rate)
        voice = grammar.Voice.of(str(context.get("persona") or ""), proposition)
        if step == "critique":
            return grammar.critique(own, stance_of(str(context.get("statement") or "")), proposition, draw, voice)
        return grammar.opinion(own if step == "discuss" else _expressed(own, context), proposition, draw, voice)

    def _reason(self, request: Request) -> str:
        """Which of the options that the prompt or the context lists is the likeliest."""
        options = life_steps.options_of(request)
        if not options:
            return interviewing.reason((), ())
        item = {**request.context, "step": "item"}
        return interviewing.reason(options, self.probabilities(item, len(options), request))

    def _battery(self, request: Request, draw: random.Random) -> str:
        """A line "1. (A)" for each item; an item that lists no options gets none."""
        items = request.context.get("items")
        shared = {k: v for k, v in request.context.items() if k not in ("items", "fed_back")} | {"step": "item"}
        lines = []
        for number, item in enumerate(items if isinstance(items, list | tuple) else (), start=1):
            options = option_count(item) if isinstance(item, Mapping) else 0
            if options:
                probabilities = self.probabilities({**shared, **item}, options)
                lines.append(f"{number}. ({LETTERS[draw.choices(range(options), probabilities)[0]]})")
        return "\n".join(lines)

    async def score(self, request: ScoreRequest) -> Score:
        """The log-likelihood of a text.

        Of an option's letter, code or whole text it is the exact log-probability: the options are those the context
        lists, or the lettered lines at the prompt's end. Of any other text it is made up, for trying pipelines out: a
        fixed cost for each word, and more the further the text's stance is from the persona's own.
        """
        usage = Usage(_tokens(request), 0)
        listed = lettered_options(last_text(request))
        codes = [str(c) for c in request.context.get("option_codes") or ()]
        place = _place(request.continuation, listed, codes)
        if place is not None:
            p = self.probabilities(request.context, len(codes) or len(listed), request)[place]
            return Score(math.log(p) if p > 0 else -math.inf, 1, usage)
        words = max(1, len(request.continuation.split()))
        proposition = _proposition(request)
        own = self.public.stance(self.public.attitude_of(request.context, proposition), proposition)
        gap = own - stance_of(request.continuation)
        return Score(-WORD_COST * words - DISTANCE_COST * gap * gap, words, usage)


def _place(said: str, listed: list[str], codes: list[str]) -> int | None:
    """Which option a continuation names: by letter, then by text, then by code."""
    options = len(codes) or len(listed)
    letter = _LETTERED.fullmatch(said)
    if letter and LETTERS.index(letter.group(1)) < options:
        return LETTERS.index(letter.group(1))
    said = said.strip().rstrip(".").casefold()
    for names in (listed[:options], codes):
        read = [name.rstrip(".").casefold() for name in names]
        if said in read:
            return read.index(said)
    return None


def _expressed(own: float, context: Mapping[str, Any]) -> float:
    """The stance of an opinion: half-way to the position already taken, where its scale (K points) is known."""
    position, scale = context.get("position"), context.get("position_scale")
    if not (isinstance(position, int) and isinstance(scale, int) and 1 <= position <= scale and scale > 1):
        return own
    return (own + 2 * (position - 1) / (scale - 1) - 1) / 2


def _proposition(request: Request) -> str:
    """What a text is about: as the context says, or the prompt's last question, or its last line."""
    told = request.context.get("proposition") or request.context.get("question_text")
    if told:
        return str(told)
    text = last_text(request)[-4000:].strip()
    asked = _ASKED.findall(text)
    return asked[-1].strip() if asked else text.rpartition("\n")[2]


def _random(request: Request) -> random.Random:
    """What is drawn at a call. A mediator's error goes by the seed alone: not by how what it has read is worded."""
    persona = str(request.context.get("persona") or "")
    by_seed = request.seed is not None and request.context.get("step") in ("draft", "revision", "ranking")
    return random.Random(
        derive_seed(request.seed or 0, request.replicate, "" if by_seed else request.prompt.hash, persona)
    )


def _tokens(request: Request) -> int:
    return sum([len(m.content) for m in request.prompt.messages]) // 4

"""The synthetic public as a model: answers from a request's context, never from a network."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..protocol import LETTERS, Capabilities, Choice, ChooseRequest, Generation, Request, Score, ScoreRequest, Usage
from ..seeds import derive_seed
from . import grammar
from .public import SyntheticPublic, Vector, graded_probabilities, normals

# Agreement with a statement: a graded response whose latent value falls with the distance of the stances.
AT_ONE_MIND, PER_DISTANCE, AGREEMENT_SPREAD = 2.2, 3.2, 5.0
# The draft misses the group's centre by a random error of this size; the revision moves this far towards it.
DRAFT_ERROR, REVISION_STEP = 0.35, 0.8


class SyntheticModel:
    """Answers as a simulated public with known parameters would.

    Args:
        name: Names the public; another name is another public.
        public: Its parameters; by default all derived from the name.
    """

    capabilities = Capabilities(score=True, choose=("first_token", "full_option", "sampled"))

    def __init__(self, name: str = "default", public: SyntheticPublic | None = None) -> None:
        self.public = public or SyntheticPublic(name)
        plain = self.public == SyntheticPublic(name)
        # The name keys the journal: other parameters must be another name.
        marks = "" if plain else "+" + hashlib.blake2b(repr(self.public).encode(), digest_size=4).hexdigest()
        self.name = f"synthetic:{name}{marks}"

    def describe(self) -> str:
        """One sentence for reports."""
        return (
            f"{self.name} is no language model: answers and texts come from a built-in simulation with known parameters, "
            "made to try studies out and to test the measures. They say nothing about people."
        )

    async def aclose(self) -> None:
        """Has nothing to close."""

    async def choose(self, request: ChooseRequest) -> Choice:
        """The exact probabilities; for `sampled`, the shares of seeded draws from them."""
        probabilities = self.probabilities(request.context, len(request.options), request)
        usage = Usage(_tokens(request), 1 if request.method != "sampled" else request.draws)
        if request.method != "sampled":
            return Choice(probabilities, 1.0, usage=usage)
        draw = random.Random(derive_seed(request.seed or 0, request.replicate, request.prompt.hash))
        drawn = draw.choices(range(len(probabilities)), probabilities, k=request.draws)
        shares = tuple(drawn.count(k) / request.draws for k in range(len(probabilities)))
        return Choice(shares, 1.0, raw=" ".join(f"({LETTERS[k]})" for k in drawn), usage=usage)

    def probabilities(self, context: Mapping[str, Any], options: int, request: Request | None = None) -> Vector:
        """The exact probability of each option as presented.

        Args:
            context: As the protocols send it (`personas.asking.question_context`, `persona_context`).
            options: How many options there are.
            request: Gives the question's text where the context does not.
        """
        flags = tuple(context.get("missing_options") or (False,) * options)
        asked = [k for k in range(options) if not flags[k]]
        ranks = context.get("option_rank") or tuple(range(options))
        order = sorted(asked, key=lambda k: ranks[k])
        left = 1 - self.public.missing_mass * (options - len(asked))
        substantive = self._substantive(context, len(order), [str(c) for c in context.get("option_codes", ())], request)
        out = [self.public.missing_mass] * options
        for k, p in zip(order, substantive, strict=True):
            out[k] = p * left
        return tuple(out)

    def _substantive(
        self, context: Mapping[str, Any], options: int, codes: Sequence[str], request: Request | None
    ) -> Vector:
        attitude = self._attitude(context)
        step = context.get("step")
        if step == "rating" and "statement" in context:
            own = self.public.stance(attitude, _proposition(context))
            distance = abs(own - grammar.stance_of(str(context["statement"])))
            return graded_probabilities(AT_ONE_MIND - PER_DISTANCE * distance, _even_thresholds(options))
        if step == "position" and "proposition" in context:
            own = self.public.stance(attitude, _proposition(context))
            return graded_probabilities(3.0 * own, _even_thresholds(options))
        text = str(context.get("question_text") or (request.prompt.messages[-1].content if request else ""))
        if context.get("ordinal", True):
            return self.public.graded(attitude, self.public.item(str(context.get("question", "")), text, options))
        return self._nominal(attitude, text, options)

    def _nominal(self, attitude: Vector, text: str, options: int) -> Vector:
        weights = (normals(len(attitude) + 1, self.public.name, "nominal", text, k) for k in range(options))
        utilities = [w[-1] + sum(a * b for a, b in zip(attitude, w, strict=False)) for w in weights]
        top = max(utilities)
        exponentials = [math.exp(u - top) for u in utilities]
        return tuple(e / sum(exponentials) for e in exponentials)

    def _attitude(self, context: Mapping[str, Any]) -> Vector:
        return self.public.attitude(
            str(context.get("persona", "")),
            context.get("attributes"),
            str(context.get("backstory", "")),
            str(context.get("style", "")),
        )

    async def generate(self, request: Request) -> Generation:
        """A text of the grammar that fits the step, drawn by the request's seed."""
        draw = random.Random(derive_seed(request.seed or 0, request.replicate, request.prompt.hash))
        text = self._text(request, draw)
        return Generation(text, usage=Usage(_tokens(request), max(1, len(text) // 4)))

    def _text(self, request: Request, draw: random.Random) -> str:
        context = request.context
        step, proposition = context.get("step"), _proposition(context) or request.prompt.messages[-1].content[:200]
        if step == "draft":
            centre = _centre(context.get("opinions", {}), context.get("weights", {}))
            return grammar.statement(centre + draw.gauss(0, DRAFT_ERROR), proposition, draw)
        if step == "revision":
            return grammar.statement(_revised(context), proposition, draw)
        if step == "proposition":
            return _as_sentence(str(context.get("question_text", proposition)))
        if step == "battery":
            return self._battery(request, draw)
        own = self.public.stance(self._attitude(context), proposition)
        if step == "critique":
            return grammar.critique(own, grammar.stance_of(str(context.get("statement", ""))), proposition, draw)
        return grammar.opinion(own, proposition, draw)

    def _battery(self, request: Request, draw: random.Random) -> str:
        shared = {k: v for k, v in request.context.items() if k != "items"} | {"step": "item"}
        lines = []
        for number, item in enumerate(request.context.get("items", ()), start=1):
            probabilities = self.probabilities({**shared, **item}, len(item["option_codes"]))
            lines.append(f"{number}. ({LETTERS[draw.choices(range(len(probabilities)), probabilities)[0]]})")
        return "\n".join(lines)

    async def score(self, request: ScoreRequest) -> Score:
        """The log-likelihood of a text: words of the grammar are likelier the nearer its stance is to one's own.

        A made-up likelihood (a fixed cost a word, and a normal density around the persona's stance), for trying
        pipelines out; of an option's letter or code it is the exact log-probability.
        """
        codes = [str(c) for c in request.context.get("option_codes", ())]
        said = request.continuation.strip().strip("().")
        if said in codes or (said in LETTERS and LETTERS.find(said) < len(codes) and said):
            place = codes.index(said) if said in codes else LETTERS.index(said)
            p = self.probabilities(request.context, len(codes), request)[place]
            return Score(math.log(max(p, 1e-300)), 1, Usage(_tokens(request), 0))
        words = max(1, len(request.continuation.split()))
        own = self.public.stance(self._attitude(request.context), _proposition(request.context))
        gap = own - grammar.stance_of(request.continuation)
        return Score(-2.5 * words - 2 * gap * gap, words, Usage(_tokens(request), 0))


def _proposition(context: Mapping[str, Any]) -> str:
    return str(context.get("proposition") or context.get("question_text") or "")


def _centre(texts: Mapping[str, str], weights: Mapping[str, float]) -> float:
    """The weighted mean of the texts' stances; 0 of none."""
    pairs = [(grammar.stance_of(text), float(weights.get(seat, 1.0))) for seat, text in texts.items()]
    total = sum(w for _, w in pairs)
    return sum(s * w for s, w in pairs) / total if total > 0 else 0.0


def _revised(context: Mapping[str, Any]) -> float:
    """From the statement towards the centre of those who criticised it, who say their own stance."""
    before = grammar.stance_of(str(context.get("statement", "")))
    centre = _centre({**context.get("opinions", {}), **context.get("critiques", {})}, context.get("weights", {}))
    return before + REVISION_STEP * (centre - before)


def _even_thresholds(options: int) -> Vector:
    step = AGREEMENT_SPREAD / max(options - 1, 1)
    return tuple(step * (k - (options - 2) / 2) for k in range(options - 1))


def _as_sentence(question: str) -> str:
    clause = grammar.topic(question)
    return f"The answer to the question “{clause}?” is yes."


def _tokens(request: Request) -> int:
    return sum(len(m.content) for m in request.prompt.messages) // 4

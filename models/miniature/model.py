"""The small world as a model: it answers from a request's context, as its people, its mediator and its judge would."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ..choosing import check_choose
from ..errors import ModelSpecError, UnsupportedError
from ..protocol import LETTERS, Capabilities, Choice, ChooseRequest, Generation, Request, Score, ScoreRequest, Usage
from ..schemas import check_schema
from ..seeds import derive_seed
from ..synthetic.graded import Vector
from ..synthetic.presented import in_codebook_order
from . import mediation
from .judge import prefer_statement, prefer_text
from .public import MiniaturePublic, Step
from .questions import proposition

_RATED = ("rating", "agreement")


class MiniatureModel:
    """Answers as the people of a small world with a known policy would, and as its mediator and its judge.

    Everything is answered from `request.context`, as the protocols send it; the prompt is not read. A person is who its
    id says, in every style. Probabilities are exact, so temperature and top_p do not change them.

    Args:
        name: Names the public; another name is another public.
        mechanism: How its mediator puts stances together: one of `mediation.MECHANISMS`.

    Raises:
        ValueError: There is no such rule.
    """

    capabilities = Capabilities(score=True, choose=("first_token", "full_option", "sampled"))

    def __init__(self, name: str = "default", mechanism: str = "mean") -> None:
        if mechanism not in mediation.MECHANISMS:
            raise ValueError(f"there is no mechanism {mechanism!r}; there are {', '.join(mediation.MECHANISMS)}")
        self.public = MiniaturePublic(name)
        self.mechanism = mechanism
        # The name keys the journal: another mediator must be another name.
        self.name = f"miniature:{name}" + ("" if mechanism == "mean" else f"+{mechanism}")

    def describe(self) -> str:
        """One sentence for reports."""
        return (
            f"Answers come from a small artificial world ({self.name}) whose people's true policy is known exactly, not "
            "from a language model; it is made to test representatives and says nothing about real people."
        )

    async def aclose(self) -> None:
        """Has nothing to close."""

    async def generate(self, request: Request) -> Generation:
        """An opinion, a critique, a draft or a revision, drawn by the request's seed; stop strings hold.

        Raises:
            ModelSpecError: The context lacks what the step needs.
            UnsupportedError: The step is none of the four, or a JSON schema is asked for.
        """
        check_schema(self.name, self.capabilities, request)
        text = self._text(request.context, _seed(request))
        for stop in request.sampling.stop:
            text = text.partition(stop)[0] if stop else text
        words = text.split()
        cut = len(words) > request.sampling.max_tokens
        text = " ".join(words[: request.sampling.max_tokens]) if cut else text
        return Generation(text, "length" if cut else "stop", Usage(_words(request), len(text.split())))

    def _text(self, context: Mapping[str, Any], seed: int) -> str:
        step = context.get("step")
        if step == "draft":
            return mediation.draft(_texts(context, "opinions"), seed, self.mechanism)
        if step == "revision":
            return mediation.revise(_told(context, "statement"), _texts(context, "critiques"), seed, self.mechanism)
        if step == "proposition":
            return proposition(_told(context, "question_text"))
        speaking = self._speaking(step)
        draft = _told(context, "statement") if speaking == "critique" else ""
        return self.public.sample(speaking, seed, _told(context, "persona"), _question(context), draft)

    async def choose(self, request: ChooseRequest) -> Choice:
        """The exact probabilities; for `sampled`, the shares of seeded draws from them.

        Raises:
            UnsupportedError: The method or the step is none that is offered.
            ModelSpecError: The options are none, blank or more than 26, or the context lacks what the step needs.
        """
        check_choose(self.name, self.capabilities, request)
        probabilities = self.probabilities(request.context, len(request.options))
        if request.method != "sampled":
            return Choice(probabilities, 1.0, usage=Usage(_words(request), 1))
        drawn = random.Random(_seed(request)).choices(range(len(probabilities)), probabilities, k=request.draws)
        shares = tuple(drawn.count(k) / request.draws for k in range(len(probabilities)))
        raw = "\n".join(f"({LETTERS[k]})" for k in drawn)
        return Choice(shares, 1.0, raw=raw, usage=Usage(_words(request), request.draws))

    def probabilities(self, context: Mapping[str, Any], options: int) -> Vector:
        """The exact probability of each option, in the order presented.

        Args:
            context: As the protocols send it. `option_rank` puts a scale's options into codebook order, those flagged in
                `missing_options` are never chosen. For the step `judge`: `about` is `critique`, `opinion` or `statement`, `texts`
                holds the two texts as presented, and for statements `personas` the group's ids.
            options: How many options there are.

        Raises:
            UnsupportedError: The step is not `position`, `rating`, `agreement` or `judge`.
            ModelSpecError: The context lacks what the step needs.
        """
        step = context.get("step")
        if step == "judge":
            return self._judged(context, options)
        places, _ = in_codebook_order(context, options)
        if step == "position":
            answers = self.public.position(_told(context, "persona"), _question(context), len(places))
        elif step in _RATED:
            statement = _told(context, "statement")
            answers = self.public.rating(_told(context, "persona"), _question(context), statement, len(places))
        else:
            raise UnsupportedError(
                f"{self.name} answers the steps position, {', '.join(_RATED)} and judge, not {step!r}; "
                "for surveys use synthetic:NAME"
            )
        presented = [0.0] * options
        for place, p in zip(places, answers, strict=True):
            presented[place] = p
        return tuple(presented)

    def _judged(self, context: Mapping[str, Any], options: int) -> Vector:
        texts = _list(context, "texts")
        if options != 2 or len(texts) != 2:
            raise ModelSpecError(f"{self.name} judges two texts by two options; got {len(texts)} and {options}")
        about, question = context.get("about"), _question(context)
        if about == "critique":
            draft = _told(context, "statement")
            return prefer_text(self.public, "critique", texts, _told(context, "persona"), question, draft)
        if about == "opinion":
            return prefer_text(self.public, "opinion", texts, _told(context, "persona"), question)
        if about == "statement":
            return prefer_statement(self.public, texts, _list(context, "personas"), question)
        raise ModelSpecError(
            f"{self.name} judges about 'critique', 'opinion' or 'statement'; the context says {about!r}"
        )

    async def score(self, request: ScoreRequest) -> Score:
        """The exact log-likelihood of an opinion or a critique under the person's policy; a token is a word.

        Raises:
            ModelSpecError: The context lacks what the step needs.
            UnsupportedError: The step is neither.
        """
        context = request.context
        step = self._speaking(context.get("step"))
        draft = _told(context, "statement") if step == "critique" else ""
        text, persona = request.continuation.strip(), _told(context, "persona")
        likelihood = self.public.log_likelihood(step, text, persona, _question(context), draft)
        return Score(likelihood, len(text.split()), Usage(_words(request), 0))

    def _speaking(self, step: Any) -> Step:
        if step == "opinion" or step == "critique":
            said: Literal["opinion", "critique"] = step
            return said
        raise UnsupportedError(
            f"{self.name} writes and scores the steps opinion and critique (and writes draft, revision and proposition), "
            f"not {step!r}"
        )


def _question(context: Mapping[str, Any]) -> str:
    # A closed question's text is the whole item that asks for the answer: the proposition says what it is about.
    return str(context.get("proposition") or "") or _told(context, "question_text")


def _told(context: Mapping[str, Any], key: str) -> str:
    held = context.get(key)
    if isinstance(held, str) and held.strip():
        return held
    raise ModelSpecError(
        f"the request's context has no {key!r}, which the step {context.get('step')!r} of a miniature public needs"
    )


def _texts(context: Mapping[str, Any], key: str) -> list[str]:
    held = context.get(key)
    # In the seats' order; what is no text is a seat that was lost.
    return [text for text in held.values() if isinstance(text, str)] if isinstance(held, Mapping) else []


def _list(context: Mapping[str, Any], key: str) -> Sequence[str]:
    held = context.get(key)
    return [str(x) for x in held] if isinstance(held, list | tuple) else []


def _seed(request: Request) -> int:
    # Not the prompt: two mechanisms, or a person and its stand-in, are drawn with the same numbers.
    context = request.context
    names = [str(context.get(key) or "") for key in ("persona", "step", "question_text")]
    return derive_seed(request.seed or 0, request.replicate, *names)


def _words(request: Request) -> int:
    return sum(len(m.content.split()) for m in request.prompt.messages)

"""Growing a set of questions from seeds, as the Habermas Machine's corpus was made.

1. Draw some of the seeds, and ask a model for further questions of their kind; each call draws anew.
2. Leave out what breaks a rule or repeats a question (`rules`).
3. Where there is a judge, leave out what it does not find understandable, contentious and inoffensive (`judging`).
4. Go on until there are enough, or hardly anything new comes.

Source: Jarrett et al. 2025, section 4.1 (samples of 10 out of 175 seeds; 10,000 unique questions, 5,645 of which people kept);
Tessler et al. 2024. People's look at the result is not replaced by rules and a judge.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...models.errors import ModelError
from ...models.protocol import LanguageModel, Prompt, Request, Sampling
from ...models.seeds import derive_seed
from ...models.templates import PromptBook
from ..answers import Missing
from ..asking import Names, as_missing, read_text
from ..payoffs import persona_prompts
from .entries import QuestionEntry
from .judging import Judge, Verdict, judge_questions
from .rules import Rejected, Rules, Sieve
from .wording import parse_lines

TOKENS_PER_QUESTION = 48
Progress = Callable[["Growth"], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How questions are asked for, and when to stop.

    Args:
        sample: Seeds shown in a call.
        number: Questions asked for in a call.
        together: Calls at once; the result does not depend on it, but up to this many calls are spent in vain at the end.
        window: How many calls in a row are looked at to see whether new questions still come.
        least_yield: The share of the suggestions of these calls that must have been kept, in (0, 1]; at least one must.
        max_calls: Calls at most; None is no bound.
        temperature: Of the sampling; 1 is the model's own distribution.
    """

    sample: int = 10
    number: int = 10
    together: int = 8
    window: int = 20
    least_yield: float = 0.02
    max_calls: int | None = None
    temperature: float = 1.0

    def __post_init__(self) -> None:
        for name in ("sample", "number", "together", "window"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)!r}")
        if self.max_calls is not None and self.max_calls < 1:
            raise ValueError(f"max_calls must be at least 1, or None for no bound, got {self.max_calls!r}")
        if not 0 < self.least_yield <= 1:
            raise ValueError(f"least_yield must be in (0, 1], got {self.least_yield!r}: 0 would never stop")


@dataclass(slots=True)
class Growth:
    """What came of it.

    Args:
        entries: The new questions in the order found.
        calls: Calls for questions that count; those after the end do not.
        suggested: Lines the model wrote.
        filtered: By reason (`rules.REASONS`), how many were left out; with `entries` they add up to `suggested`.
        failed: By reason, calls that brought no text.
        rejected: Every line that was left out.
        stopped: `target`, `dried_up` (of the last `window` calls too little was new), `no_answers` (all of them failed) or
            `max_calls`; empty while it goes on.
    """

    entries: list[QuestionEntry] = field(default_factory=list)
    calls: int = 0
    suggested: int = 0
    filtered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    stopped: str = ""


async def grow_questions(
    seeds: Sequence[str],
    model: LanguageModel,
    *,
    target: int,
    seed: int = 0,
    rules: Rules = Rules(),
    effort: Effort = Effort(),
    judge: Judge | None = None,
    names: Names = ("questions",),
    prompts: PromptBook | None = None,
    progress: Progress | None = None,
) -> Growth:
    """New questions from seeds; see the module.

    The same arguments and answers give the same set, whatever the number of calls at once. Wrap the models with
    `JournaledModel` and what was answered is never asked again.

    Args:
        seeds: Questions to start from, at least one.
        model: Who writes questions.
        target: How many new questions to find.
        seed: Another draws other seeds for every call.
        rules: What a question must be like.
        effort: How to ask, and when to stop.
        judge: Who takes the second look, if anybody.
        names: What seeds derive from, besides `seed` and the call's number.
        prompts: Other prompt texts than the package's.
        progress: Told after every round of calls.

    Raises:
        ValueError: There is no seed, or the target is below 1.
        SetupError: Every further call would fail the same way.
        UnsupportedError: The judge cannot answer by its method.
    """
    if not seeds or target < 1:
        raise ValueError(f"growing needs at least one seed and a target from 1 up, got {len(seeds)} and {target!r}")
    growing = _Growing(seeds, model, target, (*names, seed), rules, effort, judge, prompts or persona_prompts())
    while not growing.growth.stopped:
        await growing.round()
        if progress:
            progress(growing.growth)
    return growing.growth


class _Growing:
    """The state of a growth between rounds."""

    def __init__(
        self,
        seeds: Sequence[str],
        model: LanguageModel,
        target: int,
        names: Names,
        rules: Rules,
        effort: Effort,
        judge: Judge | None,
        prompts: PromptBook,
    ) -> None:
        self.seeds, self.model, self.target, self.names = tuple(dict.fromkeys(seeds)), model, target, names
        self.effort, self.judge, self.prompts = effort, judge, prompts
        self.sieve, self.growth = Sieve(rules, seeds), Growth()
        self._recent: deque[tuple[int, int]] = deque(maxlen=effort.window)  # suggested and kept, by call

    async def round(self) -> None:
        """Some calls at once; what they bring is taken in the order of the calls."""
        first, last = self.growth.calls, self.growth.calls + self.effort.together
        if self.effort.max_calls is not None:
            last = min(last, self.effort.max_calls)
        answers = await asyncio.gather(*(self._ask(number) for number in range(first, last)))
        sieved = [
            None if isinstance(answer, Missing) else [(line, self.sieve.rejects(line)) for line in parse_lines(answer)]
            for answer in answers
        ]
        fresh = [line for lines in sieved for line, rejected in lines or () if rejected is None]
        verdicts = await self._judged(fresh)
        for answer, lines in zip(answers, sieved, strict=True):
            if isinstance(answer, Missing):
                self.growth.failed[answer.reason] += 1
            self._take(lines or [], verdicts)
            if self.growth.stopped:
                return

    async def _ask(self, number: int) -> str | Missing:
        request = self._request(number)
        try:
            return read_text(await self.model.generate(request))
        except ModelError as error:
            return as_missing(error)

    def _request(self, number: int) -> Request:
        effort, draw = self.effort, random.Random(derive_seed(*self.names, "sample", number))
        shown = draw.sample(self.seeds, min(effort.sample, len(self.seeds)))
        examples = "\n".join(self.prompts.fill("questions_example", question=question) for question in shown)
        text = self.prompts.fill("questions_new", examples=examples, number=str(effort.number))
        return Request(
            Prompt.of(text),
            Sampling(temperature=effort.temperature, max_tokens=TOKENS_PER_QUESTION * effort.number),
            seed=derive_seed(*self.names, "call", number),
            context={"step": "questions", "examples": tuple(shown), "number": effort.number},
        )

    async def _judged(self, questions: list[str]) -> dict[str, Verdict]:
        if self.judge is None or not questions:
            return {}
        found = await judge_questions(self.judge, questions, self.names, self.prompts)
        return dict(zip(questions, found, strict=True))

    def _take(self, lines: list[tuple[str, Rejected | None]], verdicts: dict[str, Verdict]) -> None:
        """Counts one call and what it brought."""
        growth, before = self.growth, len(self.growth.entries)
        growth.calls += 1
        for line, broken in lines:
            growth.suggested += 1
            verdict = None if broken else verdicts.get(line)
            rejected = broken or (verdict.rejected if verdict else None)
            if rejected:
                growth.filtered[rejected.reason] += 1
                growth.rejected.append(rejected)
                continue
            growth.entries.append(QuestionEntry.of(line, self.model.name, verdict.probabilities if verdict else None))
            if len(growth.entries) == self.target:
                growth.stopped = "target"
                return
        self._recent.append((len(lines), len(growth.entries) - before))
        growth.stopped = self._exhausted()

    def _exhausted(self) -> str:
        suggested, kept = (sum(column) for column in zip(*self._recent, strict=True))
        if len(self._recent) == self.effort.window and kept < max(1, self.effort.least_yield * suggested):
            return "dried_up" if suggested else "no_answers"
        return "max_calls" if self.growth.calls == self.effort.max_calls else ""

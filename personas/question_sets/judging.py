"""A second look by a model: is a question understood by everybody, contentious, and inoffensive?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...models.errors import ModelError
from ...models.protocol import Choice, ChooseMethod, ChooseRequest, LanguageModel, Prompt
from ...models.seeds import derive_seed
from ...models.templates import PromptBook
from ...models.together import choose_all
from ..answers import Answer
from ..asking import Names, as_missing, lettered, present, read_choice
from ..questions import Option, Question
from .rules import Rejected

CRITERIA = ("understandable", "contentious", "inoffensive")
_YES_NO = (Option("yes", "Yes"), Option("no", "No"))


@dataclass(frozen=True, slots=True)
class Judge:
    """Who takes the second look, and how strict it is.

    Args:
        model: Who is asked, through `choose`: yes or no, for each criterion.
        threshold: The probability of a yes, in [0, 1], that each criterion needs.
        method: How probabilities are read from the model (see `models.protocol.ChooseRequest`).
        draws: Answers drawn by methods that draw.
    """

    model: LanguageModel
    threshold: float = 0.5
    method: ChooseMethod = "first_token"
    draws: int = 10

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"the judge's threshold must be in [0, 1], got {self.threshold!r}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said of a question.

    Args:
        probabilities: By criterion, the probability of a yes; only those that were answered.
        rejected: The first criterion that is not met, or that was not answered; None where all are met.
    """

    probabilities: Mapping[str, float]
    rejected: Rejected | None


async def judge_questions(judge: Judge, questions: Sequence[str], names: Names, prompts: PromptBook) -> list[Verdict]:
    """Asks for all questions and criteria at once; which of yes and no stands first is drawn each time.

    Args:
        judge: Who is asked.
        questions: What is judged.
        names: What seeds and orders derive from, besides the question and the criterion.
        prompts: With `questions_judge` and, for each criterion, `questions_CRITERION`.

    Returns:
        A verdict for every question, in order.

    Raises:
        SetupError: Every further call would fail the same way.
        UnsupportedError: The model cannot answer by this method.
    """
    items = [
        (_item(criterion, question, prompts), (*names, criterion, question))
        for question in questions
        for criterion in CRITERIA
    ]
    results = await choose_all(judge.model, [_request(judge, item, own, prompts) for item, own in items])
    answers = [_read(result, item, own) for result, (item, own) in zip(results, items, strict=True)]
    size = len(CRITERIA)
    return [_verdict(q, answers[k * size : (k + 1) * size], judge.threshold) for k, q in enumerate(questions)]


def _item(criterion: str, question: str, prompts: PromptBook) -> Question:
    return Question(criterion, prompts.fill(f"questions_{criterion}", question=question), _YES_NO)


def _request(judge: Judge, item: Question, names: Names, prompts: PromptBook) -> ChooseRequest:
    options = present(item, names)
    return ChooseRequest(
        Prompt.of(prompts.fill("questions_judge", asked=item.text, options=lettered(options))),
        seed=derive_seed(*names),
        context={"step": "judge", "question_text": item.text, "option_rank": tuple(o.code == "yes" for o in options)},
        options=tuple(o.text for o in options),
        method=judge.method,
        draws=judge.draws,
    )


def _read(result: Choice | ModelError, item: Question, names: Names) -> Answer:
    if isinstance(result, ModelError):
        return Answer(item.code, as_missing(result), ())
    return read_choice(result, item, present(item, names), names)


def _verdict(question: str, answers: Sequence[Answer], threshold: float) -> Verdict:
    found: dict[str, float] = {}
    rejected: list[Rejected] = []
    for criterion, answer in zip(CRITERIA, answers, strict=True):
        if not answer.probabilities:
            rejected.append(Rejected(question, "not_judged", f"{criterion}: {answer.answer}"))
            continue
        found[criterion] = answer.probabilities[0]
        if found[criterion] < threshold:
            rejected.append(Rejected(question, f"not_{criterion}", f"{found[criterion]:.3f}"))
    return Verdict(found, rejected[0] if rejected else None)

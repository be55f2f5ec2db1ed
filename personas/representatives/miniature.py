"""A study in miniature: episodes of artificial people whose true policy is known (see `models.miniature`).

Of the reference's size by default: 1,662 episodes, 2,290 people, three questions a session, groups of three to five
(Jarrett et al. 2025, section 4). Groups stay together for a session and nobody sits in two, so that there are 6,870
opinions and critiques; the reference has 6,872, since a few of its people missed a question. No question is asked twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ...models.miniature import MiniaturePublic, mediation
from ...models.miniature.people import DEMOGRAPHICS
from ...models.miniature.questions import proposition, sample_questions
from ...models.seeds import derive_seed, derive_uniform
from ..asking import draw
from ..persona import Attribute, Persona
from ..population import Population
from ..questions import AGREEMENT
from .episodes import Episode, EpisodeError, EpisodeSet, SeatWords

EPISODES, PARTICIPANTS, QUESTIONS_PER_SESSION = 1662, 2290, 3
SMALLEST, LARGEST = 3, 5


def generate_study(
    episodes: int = EPISODES,
    participants: int | None = None,
    *,
    questions_per_session: int = QUESTIONS_PER_SESSION,
    seed: int = 0,
    public: str = "default",
    mechanism: str = "mean",
) -> EpisodeSet:
    """Episodes as the people of a public would have them; the same for the same arguments, on every machine.

    Every draw derives from the names of person, question and step, so that another mechanism meets the same people with
    the same luck.

    Args:
        episodes: A multiple of `questions_per_session`.
        participants: From 3 to 5 for each session; by default as many as in the reference, in proportion.
        questions_per_session: How many questions each group debates.
        seed: Another seed has other people, groups and questions.
        public: Names the public the people come from: `miniature:PUBLIC` is the model of them.
        mechanism: How the mediator puts stances together (see `models.miniature.mediation.MECHANISMS`).

    Raises:
        EpisodeError: The numbers do not fit each other, or there is no such mechanism.
    """
    sessions, rest = divmod(episodes, questions_per_session)
    if rest or sessions < 1:
        raise EpisodeError(f"{episodes} episodes are not sessions of {questions_per_session} questions each")
    if mechanism not in mediation.MECHANISMS:
        raise EpisodeError(f"there is no mechanism {mechanism!r}; there are {', '.join(mediation.MECHANISMS)}")
    people = round(PARTICIPANTS * QUESTIONS_PER_SESSION / EPISODES * sessions) if participants is None else participants
    sizes = group_sizes(sessions, people, seed)
    try:
        asked = sample_questions(episodes, seed)
    except ValueError as error:
        raise EpisodeError(str(error)) from error
    world = _World(MiniaturePublic(public), seed, mechanism)
    ids = [f"m{seed}-{k:04d}" for k in range(1, people + 1)]
    held, start = [], 0
    for session, size in enumerate(sizes):
        group, start = ids[start : start + size], start + size
        for k in range(questions_per_session):
            question = asked[session * questions_per_session + k]
            held.append(world.episode(f"s{session + 1:03d}", k + 1, question, group))
    return EpisodeSet(miniature_population(ids, public), tuple(held))


def miniature_population(ids: list[str], public: str = "default") -> Population:
    """The people of these ids, with the demographics they have in the public."""
    schema = tuple(Attribute(name, labels) for name, labels in DEMOGRAPHICS.items())
    known = MiniaturePublic(public)
    return Population(tuple(Persona(id, dict(known.person(id).demographics)) for id in ids), schema)


def group_sizes(sessions: int, participants: int, seed: int = 0) -> list[int]:
    """The size of each session's group, from 3 to 5; they sum to the number of participants.

    Raises:
        EpisodeError: Groups of these sizes cannot hold so many people.
    """
    if not SMALLEST * sessions <= participants <= LARGEST * sessions:
        raise EpisodeError(
            f"{sessions} groups of {SMALLEST} to {LARGEST} hold {SMALLEST * sessions} to {LARGEST * sessions} people, "
            f"not {participants}"
        )
    seats = [session for session in range(sessions) for _ in range(LARGEST - SMALLEST)]
    more = random.Random(derive_seed("group sizes", seed)).sample(seats, participants - SMALLEST * sessions)
    sizes = [SMALLEST] * sessions
    for session in more:
        sizes[session] += 1
    return sizes


@dataclass(frozen=True, slots=True)
class _World:
    public: MiniaturePublic
    seed: int
    mechanism: str

    def episode(self, session: str, number: int, question: str, group: list[str]) -> Episode:
        """One deliberation, step by step as in `graphs.consensus`."""
        public, declared = self.public, proposition(question)
        positions = {p: self._choose(public.position(p, question), p, question, "position") for p in group}
        opinions = {p: public.sample("opinion", self._seed(p, question, "opinion"), p, question) for p in group}
        draft = mediation.draft(opinions.values(), self._seed(session, question, "draft"), self.mechanism)
        critiques = {
            p: public.sample("critique", self._seed(p, question, "critique"), p, question, draft) for p in group
        }
        revised = mediation.revise(draft, critiques.values(), self._seed(session, question, "revision"), self.mechanism)
        seats = tuple(
            SeatWords(
                persona=p,
                position=AGREEMENT[positions[p]],
                opinion=opinions[p],
                critique=critiques[p],
                ratings={
                    name: self._rating(p, question, text) for name, text in (("draft", draft), ("revised", revised))
                },
            )
            for p in group
        )
        return Episode(f"{session}-q{number}", session, question, declared, draft, revised, seats)

    def _rating(self, persona: str, question: str, statement: str) -> float:
        # Draft and revision are drawn with the same random number: their difference is the statements'.
        return 1.0 + self._choose(self.public.rating(persona, question, statement), persona, question, "rating")

    def _choose(self, probabilities: tuple[float, ...], *names: str) -> int:
        return draw(probabilities, derive_uniform("miniature", self.public.name, self.seed, *names))

    def _seed(self, *names: str) -> int:
        return derive_seed("miniature", self.public.name, self.seed, *names)

"""A simulated public with known parameters: latent attitudes, and questions that follow a graded response model.

What is not given is derived from names (see `derivation`): a persona's attitudes from its attributes and backstory,
a question's parameters from its text.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from . import answering, derivation, dials, listening, telling
from .graded import GradedItem, Vector, dot, even_thresholds, graded_probabilities, softmax, vector
from .parties import Parties, read_parties
from .stance import stance_of, topic_key

# Agreement with a statement: a graded response whose latent value falls with the distance of the stances.
AT_ONE_MIND, PER_DISTANCE, RATING_REACH = 2.2, 3.2, 2.9
# Agreement with a proposition: the latent value is this many logits times the stance in [−1, 1].
POSITION_LOGITS = 6.0
# How fast a stance saturates with the attitude; 1 standard deviation of attitude is a stance of 0.66.
STANCE_STEEPNESS = 0.8
# As far as the words of others move a stance; 4.75 standard deviations of attitude.
FARTHEST_MOVE = 0.999
_NUMBERS = (
    *("attribute_share", "wording_sd", "missing_mass", "openness", "slip_rate"),
    *("flaw_rate", "critic_sensitivity", "imagination", "fidelity", "middle_pull"),
)
# What came after the first publics had got their marks.
_LATER = (
    *("shares", "flaw_rate", "critic_sensitivity", "story_facts", "positions", "residual_sd"),
    *("imagination", "fidelity", "middle_pull", "subgroup_bias", "openness", "confidence", "slip_rate"),
)


@dataclass(frozen=True)
class SyntheticPublic:
    """The parameters of a simulated public.

    Args:
        name: Another name derives other parameters.
        dimensions: How many attitudes a persona has.
        attribute_share: Share of the attitudes' variance that the attributes explain, in [0, 1]; the rest is the
            persona's own.
        wording_sd: Standard deviation by which a derived attitude shifts with the style a persona is described in,
            since real models are sensitive to wording. 0 switches it off.
        missing_mass: Probability of each option that counts as no answer, in [0, 1]; at most an equal share.
        attitudes: Given attitudes by persona id, one number a dimension; they hold in every style but `none`.
        items: Given parameters of ordinal questions, by question code.
        shares: Who tells stories: by trait, the share of each label; made to sum to 1.
        flaw_rate: Probability that an answer in an interview has a flaw, in [0, 1].
        critic_sensitivity: Probability that the critic sees a flaw, in [0, 1].
        story_facts: How many things about its teller an answer of a story tells.
        positions: Given effects of traits in place of the derived ones: by trait and label, one number a dimension.
            What people share is the sum of their labels' positions; a label that is not given adds nothing.
        residual_sd: With given positions, the standard deviation of what is a person's own, one for each dimension or
            one for all; without them it is √(1 − attribute_share).
        imagination: How much of what would be a person's own the model makes up for a persona of whom it knows the
            attributes only, in [0, 1]: 1 is as varied as people, at 0 all personas of the same attributes are alike.
        fidelity: How much of what is told of a person reaches its answers, in [0, 1]; see `dials.heard`.
        middle_pull: Share of the end answers of a scale that goes to their inner neighbours, in [0, 1); see `dials.pulled`.
        subgroup_bias: By trait and label, what the model wrongly adds to the attitude of people it knows to have that
            label: one number a dimension, in the attitudes' standard deviations.
        parties: How own side and other side are judged; see `parties.Parties`.
        openness: How far a round of a discussion moves people to what they hear, in [0, 1]; see `listening`.
        confidence: Stances further off than this are not listened to, in (0, 2]; at 2 everybody is.
        slip_rate: How often an answer that should be a ranking is none, in [0, 1].

    Raises:
        ValueError: A parameter is out of range, or given numbers have another number of dimensions.
    """

    name: str = "default"
    dimensions: int = 3
    attribute_share: float = 0.5
    wording_sd: float = 0.15
    missing_mass: float = 0.02
    attitudes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    items: Mapping[str, GradedItem] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    flaw_rate: float = 0.15
    critic_sensitivity: float = 0.95
    story_facts: int = 3
    positions: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    residual_sd: float | Sequence[float] = 1.0
    imagination: float = 1.0
    fidelity: float = 1.0
    middle_pull: float = 0.0
    subgroup_bias: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    parties: Parties = field(default_factory=Parties)
    openness: float = 0.3
    confidence: float = 2.0
    slip_rate: float = 0.0

    def __post_init__(self) -> None:
        for name, low in (("dimensions", 1), ("story_facts", 0)):
            if type(value := getattr(self, name)) is not int or value < low:
                raise ValueError(f"{name} must be a whole number from {low} up, got {value!r}")
        for name in _NUMBERS:
            value = dials.number(name, getattr(self, name), 0, 10 if name == "wording_sd" else 1, name == "middle_pull")
            object.__setattr__(self, name, value)
        object.__setattr__(self, "confidence", dials.number("confidence", self.confidence, 1e-9, 2))
        known = {p: vector(a, f"the attitudes of {p!r}") for p, a in (self.attitudes or {}).items()}
        items = dict(self.items or {})
        for what, values in (*known.items(), *((c, i.discrimination) for c, i in items.items())):
            if len(values) != self.dimensions:
                raise ValueError(f"{what!r} has {len(values)} numbers for a public of {self.dimensions} dimensions")
        read = {
            "attitudes": known,
            "items": items,
            "shares": dials.shares(self.shares),
            "positions": dials.positions("positions", self.positions, self.dimensions),
            "subgroup_bias": dials.positions("subgroup_bias", self.subgroup_bias, self.dimensions),
            "residual_sd": dials.deviations(self.residual_sd, self.dimensions),
            "parties": read_parties(self.parties),
        }
        for name, value in read.items():
            object.__setattr__(self, name, value)

    @property
    def mark(self) -> str:
        """Eight hexadecimal digits that name the parameters, whatever order or number type they were given in."""
        numbers = [self.dimensions, *map(float, (self.attribute_share, self.wording_sd, self.missing_mass))]
        items = {code: [i.discrimination, i.thresholds] for code, i in self.items.items()}
        told: list[Any] = [self.name, numbers, self.attitudes, items]
        # Only what differs, so that a public keeps its mark, and its journal, when there are new dials.
        plain = SyntheticPublic(dimensions=self.dimensions)
        changed = {name: getattr(self, name) for name in _LATER if getattr(self, name) != getattr(plain, name)}
        if self.parties != plain.parties:
            changed["parties"] = self.parties.numbers()
        told += [changed] if changed else []
        said = json.dumps(told, sort_keys=True, default=list)
        return hashlib.blake2b(said.encode(), digest_size=4).hexdigest()

    def attitude(
        self, persona: str, attributes: Mapping[str, str] | None = None, backstory: str = "", style: str = ""
    ) -> Vector:
        """A persona's attitudes, as the model takes them to be; 0 where the style tells nothing of it.

        They are standard normal over many personas, or as `positions` and `residual_sd` say.
        """
        if style == "none" or not (attributes or backstory or persona in self.attitudes):
            return (0.0,) * self.dimensions
        traits = tuple(sorted((str(name), str(value)) for name, value in (attributes or {}).items()))
        return self._taken(persona, traits, backstory, style)

    @cached_property
    def _taken(self) -> Callable[[str, derivation.Traits, str, str], Vector]:
        # A persona is asked many questions in a row.
        return lru_cache(maxsize=1024)(self._take)

    def _take(self, persona: str, traits: derivation.Traits, backstory: str, style: str) -> Vector:
        told = telling.told(self, persona, dict(traits), backstory)
        attitude, spread, shift = told.attitude, told.spread, self.wording_sd
        if persona in self.attitudes:
            attitude, spread, shift = tuple(self.attitudes[persona]), self.whole_spread, 0.0
        if self.fidelity < 1:
            error = derivation.misheard(self.name, self.dimensions, persona, style)
            attitude = dials.heard(attitude, spread, self.fidelity, error)
        if shift:
            wording = derivation.wording(self.name, self.dimensions, persona, style)
            attitude = tuple(a + shift * w for a, w in zip(attitude, wording, strict=True))
        bias = telling.average(self.subgroup_bias, told.labels, self.dimensions)
        return tuple(a + b for a, b in zip(attitude, bias, strict=True))

    def teller_attitude(self, persona: str, traits: Mapping[str, str]) -> Vector:
        """What the person who tells a story really thinks, of which its story tells a part."""
        return self.people.attitude(persona, traits)

    def label_position(self, trait: str, label: str) -> Vector:
        """Where the people of a label stand, others of their traits being unknown (D,)."""
        return telling.shared(self, {trait: (label,)}, max(len(self.shares), 1))

    @cached_property
    def known_labels(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """By trait, the labels that shares or positions name, by which stories are read."""
        traits = sorted({*self.shares, *self.positions})
        return tuple((t, tuple(dict.fromkeys((*self.shares.get(t, ()), *self.positions.get(t, ()))))) for t in traits)

    @cached_property
    def trait_variances(self) -> Mapping[str, Vector]:
        """By trait, the variance of the given positions over those who tell stories (D,)."""
        return telling.trait_variances(self)

    @cached_property
    def whole_spread(self) -> Vector:
        """The standard deviation of the attitudes of people of whom everything is known (D,)."""
        return telling.whole_spread(self)

    @cached_property
    def people(self) -> SyntheticPublic:
        """As `as_people`."""
        return as_people(self)

    def item(self, code: str, text: str, options: int) -> GradedItem:
        """A question's parameters, given by its code or derived from its text."""
        return self.items.get(code) or derivation.item(self.name, self.dimensions, derivation.short(text), options)

    def stance(self, attitude: Vector, proposition: str) -> float:
        """How far a persona agrees with a proposition, in (−1, 1), however the sentence is capitalised and ended."""
        about = derivation.direction(self.name, self.dimensions, topic_key(proposition))
        return math.tanh(STANCE_STEEPNESS * dot(attitude, about))

    def graded(self, attitude: Vector, item: GradedItem) -> Vector:
        """The probabilities of the ordered answers, lowest to highest."""
        return graded_probabilities(dot(attitude, item.discrimination), item.thresholds)

    def nominal(self, attitude: Vector, text: str, options: int) -> Vector:
        """The probabilities of unordered answers, in codebook order: a softmax of utilities derived from the text."""
        weights = derivation.option_weights(self.name, self.dimensions, derivation.short(text), options)
        return softmax([w[-1] + sum(a * b for a, b in zip(attitude, w, strict=False)) for w in weights])

    def position(self, attitude: Vector, proposition: str, options: int) -> Vector:
        """The probabilities of agreeing with a proposition, strongest disagreement first."""
        latent = POSITION_LOGITS * self.stance(attitude, proposition)
        return graded_probabilities(latent, even_thresholds(options, POSITION_LOGITS))

    def rating(self, attitude: Vector, proposition: str, statement: str, options: int) -> Vector:
        """The probabilities of agreeing with a statement on a proposition, strongest disagreement first."""
        return self.rating_at(self.stance(attitude, proposition), statement, options)

    def rating_at(self, stance: float, statement: str, options: int) -> Vector:
        """As `rating`, by somebody who is known to stand there."""
        distance = abs(stance - stance_of(statement))
        return graded_probabilities(AT_ONE_MIND - PER_DISTANCE * distance, even_thresholds(options, RATING_REACH))

    def probabilities(self, context: Mapping[str, Any], options: int, text: str = "") -> Vector:
        """The exact probability of each option, in the order presented.

        Args:
            context: As the protocols send it; every key may be absent. `option_rank` puts the options into codebook
                order, without it they are taken as presented; `missing_options` flags those that count as no answer.
            options: How many options there are.
            text: The question, where the context does not say it.

        Raises:
            ModelSpecError: The question's given thresholds do not fit the number of options.
        """
        return answering.probabilities(self, context, options, text)

    def attitude_of(self, context: Mapping[str, Any], about: str = "") -> Vector:
        """The attitudes of the persona that a request's context describes, after what it has heard.

        Args:
            context: As the protocols send it; `heard` is what others said on its `proposition`.
            about: What was spoken about, where the context names no proposition; without one nothing has been heard.
        """
        style = str(context.get("style") or "")
        attitude = self.attitude(str(context.get("persona") or ""), _attributes(context), _backstory(context), style)
        rounds = listening.rounds_heard(context)
        proposition = str(context.get("proposition") or about) if rounds else ""
        if not proposition:
            return attitude
        own = self.stance(attitude, proposition)
        return self.moved(attitude, proposition, listening.listened(own, rounds, self.openness, self.confidence))

    def moved(self, attitude: Vector, proposition: str, stance: float) -> Vector:
        """The attitudes (D,), shifted along the proposition's direction just so far that this is the stance on it.

        Nobody is moved beyond ±`FARTHEST_MOVE`, where an attitude would have no end.
        """
        own = self.stance(attitude, proposition)
        stance = max(min(own, -FARTHEST_MOVE), min(max(own, FARTHEST_MOVE), stance))
        if stance == own:
            return attitude
        about = derivation.direction(self.name, self.dimensions, topic_key(proposition))
        shift = math.atanh(stance) / STANCE_STEEPNESS - dot(attitude, about)
        return tuple([a + shift * x for a, x in zip(attitude, about, strict=True)])

    def party_of(self, context: Mapping[str, Any]) -> str:
        """The party of the persona, as its attributes or else its story say; "" where neither does."""
        if context.get("style") == "none":
            return ""
        told = telling.told(self, "", _attributes(context), _backstory(context))
        return told.labels.get("party", ("",))[0]


def as_people(public: SyntheticPublic) -> SyntheticPublic:
    """The people whom a public stands for: all that is told of them reaches their answers, and no dial is turned.

    Ask them by all their attributes (style `qa`, say): that makes human-like data of known truth.
    """
    return replace(
        public, imagination=1.0, wording_sd=0.0, fidelity=1.0, middle_pull=0.0, subgroup_bias={}, parties=Parties()
    )


def _attributes(context: Mapping[str, Any]) -> Mapping[str, str]:
    held = context.get("attributes")
    return held if isinstance(held, Mapping) else {}


def _backstory(context: Mapping[str, Any]) -> str:
    return str(context.get("backstory") or "")

"""What a study file says of backstories: pools of stories, and the traits that are looked for in them.

The sections `backstories` and `traits` are the same in a study of kind `backstories` and in a survey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..named_models import MisplacedError
from ..yaml_text import nearest_name

Method = Literal["natural", "demographics_primed", "interview"]
METHODS: tuple[Method, ...] = get_args(Method)
# What only a pool that is made has a use for, and what only one that is taken `from` another.
_OF_MAKING = ("n", "script", "criteria", "critic", "attempts", "after", "sampling", "style")
_OF_TAKING = ("turns", "most")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class StorySampling(_Strict):
    """How answers are drawn; the defaults are the source's (Moon et al. 2024)."""

    temperature: float = Field(default=1.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=1500, ge=1)


class PoolConfig(_Strict):
    """A pool of stories: exactly one of `method` (it is made), `file` (it is read) and `from` (another pool, cut down).

    Args:
        method: `natural` (one open question), `demographics_primed` (the traits of a persona of the study's `population`,
            then the same question) or `interview`.
        file: A population file whose personas have a backstory or an interview.
        source: Written `from`: the pool it is taken from.
        n: How many stories are made; with `demographics_primed` at most, and by default, one for every persona.
        script: A file of questions, one per line; by default the open question, or the ten of the interview.
        criteria: A file of what the critic looks for, `name: question` per line.
        critic: Whether a critic reads every answer; by default in an interview alone.
        attempts: How often an answer is written at most.
        after: What happens when the last attempt is rejected too: the story is dropped, or the answer kept and marked.
        sampling: How answers are drawn.
        style: How the traits of a `demographics_primed` persona are told.
        turns: Of the other pool's stories only the first turns; their traits are looked for anew.
        most: Only the first stories of the other pool, those that were dropped not counted.
    """

    method: Method | None = None
    file: str | None = None
    source: str | None = Field(default=None, alias="from")
    n: int | None = Field(default=None, ge=1)
    script: str | None = None
    criteria: str | None = None
    critic: bool | None = None
    attempts: int = Field(default=5, ge=1)
    after: Literal["drop", "keep"] = "drop"
    sampling: StorySampling = StorySampling()
    style: Literal["qa", "bio", "portray"] = "bio"
    turns: int | None = Field(default=None, ge=1)
    most: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_source(self) -> PoolConfig:
        if sum(given is not None for given in (self.method, self.file, self.source)) != 1:
            raise ValueError(f"give exactly one of `method` ({', '.join(METHODS)}), `file` and `from`")
        idle = (() if self.method else _OF_MAKING) + (() if self.source else _OF_TAKING)
        useless = [name for name in idle if name in self.model_fields_set and getattr(self, name) is not None]
        if useless:
            kind = "that is made" if self.method else "from a file" if self.file else "from another pool"
            raise ValueError(f"a pool {kind} has no use for `{useless[0]}`; take it out")
        if self.method in ("natural", "interview") and self.n is None:
            raise ValueError(f"`method: {self.method}` needs `n`, the number of stories")
        if "style" in self.model_fields_set and self.method != "demographics_primed":
            raise ValueError("`style` says how traits are told; only `method: demographics_primed` tells them")
        if self.criteria is not None and self.checked is False:
            raise ValueError("`criteria` are the critic's, and there is none; add `critic: true`, or take them out")
        return self

    @property
    def checked(self) -> bool:
        """Whether a critic reads the answers."""
        return self.method == "interview" if self.critic is None else self.critic


class TraitConfig(_Strict):
    """A trait that is looked for in every story.

    Args:
        labels: What it can be, in order.
        question: How the persona is asked for it; made from the name when empty.
        ordinal: Whether the labels are in order, such as age bands: they are presented forward or reversed, others shuffled.
    """

    labels: list[str] = Field(min_length=2, max_length=24)
    question: str = ""
    ordinal: bool = False

    @model_validator(mode="after")
    def _no_label_twice(self) -> TraitConfig:
        if len(set(self.labels)) < len(self.labels):
            raise ValueError(f"`labels` has a label twice: {', '.join(self.labels)}")
        return self


def check_pools(pools: Mapping[str, PoolConfig], section: str = "backstories") -> None:
    """Looks whether pools that are taken from others lead to one that is there.

    Raises:
        MisplacedError: One does not.
    """
    for name, pool in pools.items():
        if not name or set(name) & set("/\\:") or name.startswith("."):
            raise MisplacedError((section, name), f"{name!r} cannot be the name of a folder; use letters and digits")
        seen = [name]
        while pool.source is not None:
            if pool.source not in pools:
                close = nearest_name(pool.source, list(pools))
                said = f"no pool is called {pool.source!r}{close} (there are {', '.join(pools)})"
                raise MisplacedError((section, seen[-1], "from"), said)
            if pool.source in seen:
                raise MisplacedError(
                    (section, name, "from"), f"goes in a circle: {' from '.join([*seen, pool.source])}"
                )
            seen.append(pool.source)
            pool = pools[pool.source]


def in_order(pools: Mapping[str, PoolConfig]) -> list[str]:
    """The names of checked pools, each after the one it is taken from."""
    order: list[str] = []

    def add(name: str) -> None:
        source = pools[name].source
        if source is not None:
            add(source)
        if name not in order:
            order.append(name)

    for name in pools:
        add(name)
    return order

"""A study of backstories made ready: files read, people made, pools planned; nothing asked yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ...graphs.context import graph_prompts
from ...models.registry import ModelSpec
from ...models.templates import PromptBook, TemplateError
from ...personas.population import Population
from ..codebook import Codebook, load_codebook
from ..errors import InputError
from ..loading import resolve
from ..named_models import ModelConfig
from ..people import People, asked_traits, make_population
from ..speakers import role_key
from ..study import Study
from ..tables import read_attributes, read_table
from ..weights import with_files_read
from .config import TraitConfig
from .plan import PoolPlan, plan_pools, trait_plan
from .study import BackstoriesStudy


@dataclass(frozen=True)
class BackstoriesPlan:
    """Everything that making the stories of a study needs besides models.

    Args:
        study: The study, its paths absolute and its traits said in full.
        pools: Each after the one it is taken from.
        prompts: The prompt texts.
    """

    study: BackstoriesStudy
    pools: Mapping[str, PoolPlan]
    prompts: PromptBook

    def model_configs(self) -> dict[str, ModelConfig]:
        """Who tells and who judges, by `role_key`."""
        return {role_key(m): m for m in (self.study.model, self.study.judge or self.study.model)}

    def identity(self) -> dict[str, Any]:
        """What makes the study this one: contents and models' names, not how it is run."""
        return {
            "kind": self.study.kind,
            "study": self.study.study,
            "seed": self.study.seed,
            "pools": {name: pool.identity() for name, pool in self.pools.items()},
            "prompts": self.prompts.hashes(),
        }

    def chosen(self, only: str | None) -> dict[str, PoolPlan]:
        """One pool with those it is taken from, or all.

        Raises:
            InputError: There is no such pool.
        """
        if only is None:
            return dict(self.pools)
        if only not in self.pools:
            raise InputError(f"--pool {only}: the study has no such pool (it has {', '.join(self.pools)})")
        pool: PoolPlan | None = self.pools[only]
        kept = set()
        while pool is not None:
            kept.add(pool.name)
            pool = pool.source
        return {name: plan for name, plan in self.pools.items() if name in kept}


def make_backstories_plan(study: BackstoriesStudy, path: Path) -> BackstoriesPlan:
    """Reads everything a study names.

    Args:
        study: As `load_backstories` gives it.
        path: Its file, from whose folder relative paths start.

    Raises:
        InputError: A file is missing or wrong, or the parts do not fit together.
    """
    study = _settled(study, path)
    _check_judge(study, path)
    codebook = load_codebook(Path(study.humans.codebook)) if study.humans else None
    try:
        humans = _humans(study, codebook)
        people = _people(study, humans)
        asked = _asked(study, people, codebook, humans)
        pools = plan_pools(
            study.backstories,
            trait_plan(asked, study.trait_draws),
            people=people,
            resolve=lambda given: resolve(path, study.data, given),
            writer=role_key(study.model),
            judge=role_key(study.judge or study.model),
        )
        prompts = graph_prompts(Path(study.prompts) if study.prompts else None)
    except (InputError, TemplateError) as error:
        said = f"prompts: {error}" if isinstance(error, TemplateError) else str(error)
        raise InputError(f"{path}: {said}") from error
    settled = {"backstories": {name: pool.config for name, pool in pools.items()}, "traits": asked, "data": None}
    return BackstoriesPlan(study.model_copy(update=settled), pools, prompts)


def _settled(study: BackstoriesStudy, path: Path) -> BackstoriesStudy:
    """The study with absolute paths, so that it can be read again from where its stories lie."""

    def at(given: str) -> str:
        return str(resolve(path, study.data, given).resolve())

    def read(place: str, model: ModelConfig | None) -> ModelConfig | None:
        return model and with_files_read(model, place, path, study.data)

    changes: dict[str, Any] = {role: read(role, getattr(study, role)) for role in ("model", "judge")}
    changes["models"] = {name: read(f"models.{name}", model) for name, model in study.models.items()}
    changes["prompts"] = at(study.prompts) if study.prompts else None
    if study.population and study.population.file:
        changes["population"] = study.population.model_copy(update={"file": at(study.population.file)})
    if study.humans:
        paths = {"table": at(study.humans.table), "codebook": at(study.humans.codebook)}
        changes["humans"] = study.humans.model_copy(update=paths)
    return study.model_copy(update=changes)


def _check_judge(study: BackstoriesStudy, path: Path) -> None:
    """The journal knows calls by the model's name: two models of one name would be given each other's answers."""
    model, judge = study.model, study.judge or study.model
    alike = (
        ModelSpec.parse(model.spec).base_url == ModelSpec.parse(judge.spec).base_url and model.options == judge.options
    )
    if model.kind_and_name == judge.kind_and_name and model.adapter == judge.adapter and not alike:
        raise InputError(
            f"{path}: model and judge are both {model.kind_and_name}, at two addresses or with other options; serve other "
            "weights under another name, and the same weights in one way"
        )


def _humans(study: BackstoriesStudy, codebook: Codebook | None) -> People | None:
    if not (study.population and study.population.from_humans and study.humans and codebook):
        return None
    return read_attributes(read_table(Path(study.humans.table)), codebook)


def _people(study: BackstoriesStudy, humans: People | None) -> Population | None:
    if study.population is None:
        return None
    file = Path(study.population.file) if study.population.file else None
    # Only the name, the seed, the models and the population are read of it, which both kinds of study have.
    return make_population(cast(Study, study), file, humans)


def _asked(
    study: BackstoriesStudy, people: Population | None, codebook: Codebook | None, humans: People | None
) -> dict[str, TraitConfig]:
    """The traits with all they leave to the people; what is said in full needs no people."""
    bare = {name: config for name, config in study.traits.items() if config is None}
    if bare and people is None:
        raise InputError(
            f"traits.{next(iter(bare))}: give `labels`, or a `population` that has this attribute with labels of its own"
        )
    found = asked_traits(bare, people, codebook, humans) if people else {}
    return {name: config or found[name] for name, config in study.traits.items()}

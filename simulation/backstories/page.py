"""`page.html`: one self-contained file that says what a pool of stories is like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...personas.persona import Persona
from ...personas.population import Population
from ..folder import read_json, write_text
from ..report.numbers import number, with_interval
from ..report.templates import environment
from .figures import lengths_figure, traits_figure, turns_figure
from .tables import PoolFolder

_HERE = Path(__file__).parent
_SHOWN = 2  # pairs of near-duplicates that are shown whole
_LONGEST = 3_000  # characters of a story in such a pair
_MEANINGS = {
    "near": "stories that are in a pair with at least {threshold:.0%} of their word 5-grams in common (Jaccard)",
    "mtld": "MTLD, in words: how long a run of words keeps its variety (McCarthy and Jarvis 2010); higher is more varied",
    "distinct": "different {n}-grams of words by all of them (Li et al. 2016); higher is more varied",
    "embedding": "mean cosine distance between the embeddings of two stories, 0 to 2; higher is more varied",
}
_SOURCES = ("stated", "drawn", "uniform", "missing")


def write_page(folder: PoolFolder) -> None:
    """Writes the page of a pool that is measured.

    Raises:
        InputError: `summary.json` is missing or damaged.
    """
    css = (_HERE.parent / "report" / "page.css").read_text(encoding="utf-8")
    parts = _parts(read_json(folder.summary), Population.load(folder.population))
    write_text(folder.page, environment(_HERE).get_template("page.html").render(css=css, **parts))


def _parts(summary: Mapping[str, Any], population: Population) -> dict[str, Any]:
    measures, identity = summary["measures"], summary["identity"]
    return {
        "pool": summary["pool"],
        "facts": _facts(summary),
        "seed": identity["seed"],
        "prompts": identity["prompts"],
        "models": ", ".join(measures["models"]) or "none was asked",
        "critics": ", ".join(measures["critics"]),
        "dropped": sorted(summary["dropped"].items(), key=lambda pair: -pair[1]),
        "samples": [_sample(p) for p in _three(population.personas)],
        "confusion": [_confusion(trait, table) for trait, table in measures["confusion"].items()],
        **_length_parts(measures),
        **_rejection_parts(summary),
        **_diversity_parts(measures, population),
        **_trait_parts(measures),
    }


def _facts(summary: Mapping[str, Any]) -> str:
    identity, n = summary["identity"], summary["measures"]["n"]
    how = identity["method"] or ("a part of another pool" if identity["from"] else "read from a file")
    asked = identity["questions"]
    said = f"{n:,} stories ({how.replace('_', ' ')}"
    said += f", {len(asked)} question{'s' if len(asked) > 1 else ''})" if asked else ")"
    return f"{said}, {sum(summary['dropped'].values()):,} dropped; {summary['answers']:,} answers on record."


def _length_parts(measures: Mapping[str, Any]) -> dict[str, Any]:
    words, length = measures["words"], measures["length"]
    rows = [("stories", f"{measures['n']:,} (a count)"), ("words in a story, mean", _long(words))]
    rows += [("standard deviation", "–" if length["sd"] is None else f"{length['sd']:,.1f} (describes this pool)")]
    quantiles = ", ".join(f"{value:,.0f}" for value in length["quantiles"].values())
    rows += [("5, 25, 50, 75 and 95 % of the stories are shorter than", f"{quantiles} (describe this pool)")]
    if measures["tokens"]:
        rows.append((f"tokens, mean (n = {measures['tokens']['n']:,})", _long(measures["tokens"])))
    cut, known = measures["finish"].get("length", 0), sum(measures["finish"].values())
    cut_off = f"{cut:,} of {known:,} answers were cut off at the most tokens an answer may have." if known else ""
    drawn = lengths_figure(length, words) if length["histogram"] and words["value"] is not None else ""
    return {"lengths": rows, "cut_off": cut_off, "lengths_svg": drawn}


def _long(metric: Mapping[str, Any]) -> str:
    """A length with its interval, to one decimal."""
    if metric["value"] is None or not metric["ci"]:
        value = "" if metric["value"] is None else f"{metric['value']:,.1f} "
        return f"{value}({metric.get('reason', 'no interval')})"
    low, high = metric["ci"]
    return f"{metric['value']:,.1f} [{low:,.1f}, {high:,.1f}]"


def _rejection_parts(summary: Mapping[str, Any]) -> dict[str, Any]:
    measures, marks = summary["measures"], summary["marks"]
    rejected = measures["rejected"]
    said = {
        "kept": "{n:,} answers were kept although the last attempt was rejected too; they are marked `kept`.",
        "not_judged": "{n:,} answers were not judged: what the critic said could not be read, or it could not be reached.",
        "trait_missing": "{n:,} traits could not be looked for, since the call failed.",
    }
    series = {"words in an answer (mean)": measures["words_by_turn"]}
    series |= {"share of answers rejected": measures["rejected_at"]} if rejected else {}
    several = len(measures["words_by_turn"]) > 1
    return {
        "rejected": rejected
        and f"{with_interval(rejected)} of the {rejected['n']:,} answers that were written were rejected and written again.",
        "turns_svg": turns_figure(series) if several else "",
        "flaws": [(name, with_interval(one)) for name, one in measures["rejected_for"].items()],
        "questions": [(f"{r['turn']}. {_short(r['question'])}", with_interval(r)) for r in measures["rejected_at"]],
        "attempts": [(k, f"{one['count']:,}", with_interval(one)) for k, one in measures["attempts"].items()],
        "marks": [said[name].format(n=n) for name, n in marks.items() if name in said],
    }


def _diversity_parts(measures: Mapping[str, Any], population: Population) -> dict[str, Any]:
    near, embedding = measures["duplicates"], measures.get("embedding")
    share = "–" if near["share"] is None else f"{near['stories']:,} ({near['share']:.1%})"
    meaning = f"{_MEANINGS['near'].format(threshold=near['threshold'])}; no interval: {near['reason']}"
    rows = [("near-duplicates", share, meaning)]
    rows += [("lexical diversity", _long(measures["mtld"]), _MEANINGS["mtld"])]
    rows += [
        (f"distinct-{n}", number(one["value"]), f"{_MEANINGS['distinct'].format(n=n)}; no interval: {one['reason']}")
        for n, one in measures["distinct"].items()
    ]
    if embedding:
        left_out = "".join(f"; {n:,} stories left out ({reason})" for reason, n in embedding["left_out"].items())
        meaning = f"{_MEANINGS['embedding']}; {embedding['model']}, n = {embedding['n']:,} stories{left_out}"
        rows.append(("embedding spread", with_interval(embedding), meaning))
    else:
        rows.append(("embedding spread", "not measured", "the study names no `embedding`"))
    stories = {p.id: p.story for p in population}
    shown = dict.fromkeys(name for pair in near["shown"][:_SHOWN] for name in (pair["a"], pair["b"]))
    found = f"{near['pairs']:,} pairs; the closest {len(near['shown'])}"
    missed = f"a pair right at the threshold is missed with probability {near['missed']:.2g}"
    return {
        "diversity": rows,
        "pairs": [{**pair, "overlap": number(pair["overlap"])} for pair in near["shown"]],
        "pairs_title": f"{found} ({missed})",
        "duplicates": [{"name": name, "text": stories[name][:_LONGEST]} for name in shown],
    }


def _trait_parts(measures: Mapping[str, Any]) -> dict[str, Any]:
    traits, sources = measures["traits"], measures["sources"]
    return {
        "traits_svg": traits_figure(traits) if traits else "",
        "sources": [(name, *(f"{counts.get(s, 0):,}" for s in _SOURCES)) for name, counts in sources.items()],
    }


def _confusion(trait: str, table: Mapping[str, Any]) -> dict[str, Any]:
    if "skipped" in table:
        return {"trait": trait, "skipped": table["skipped"]}
    scores = (
        f"{with_interval(table['accuracy'])} of {table['n']:,} stories have the true label as their most likely one "
        f"(always guessing the commonest label: {number(table['majority'])}, no interval: it is known from the truth); "
        f"mean probability on the true label {with_interval(table['expected_accuracy'])}, Brier score "
        f"{with_interval(table['brier'])} (lower is better)."
    )
    rows = [
        (label, [f"{cell:,.1f}" for cell in cells], with_interval(table["recall"][label]))
        for label, cells in zip(table["labels"], table["table"]["most_likely"], strict=True)
    ]
    return {"trait": trait, "skipped": "", "scores": scores, "labels": table["labels"], "rows": rows}


def _three(personas: Sequence[Persona]) -> list[Persona]:
    places = sorted({0, len(personas) // 2, len(personas) - 1}) if personas else []
    return [personas[k] for k in places]


def _sample(persona: Persona) -> dict[str, Any]:
    turns = [{"question": t.question, "answer": t.answer} for t in persona.interview]
    likely = {name: max(d.items(), key=lambda pair: pair[1]) for name, d in persona.traits.items()}
    traits = ", ".join(f"{name}: {label} ({p:.0%})" for name, (label, p) in likely.items())
    known = ", ".join(f"{name}: {value}" for name, value in persona.attributes.items())
    return {
        "name": persona.id,
        "traits": " · ".join(
            part for part in (known and f"told first: {known}", traits and f"found: {traits}") if part
        ),
        "words": f"{len(persona.story.split()):,}",
        "turns": turns or [{"question": "", "answer": persona.backstory}],
    }


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

"""A mediator of one's own: of three statements the one that its least content member likes best, by foretold rankings."""

import asyncio

from minipublic import Context, Missing, Persona, build_consensus, load_model


async def least_regret(case, desk):
    """The statement whose worst place on anybody's foretold ranking is the best."""
    written = await asyncio.gather(*(desk.statement(case, k) for k in range(3)))
    texts = [text for text in written if not isinstance(text, Missing)]
    if not texts:
        return written[0]  # says why there is none
    rankings = await asyncio.gather(*(desk.ranking(case, seat, texts) for seat in case.opinions))
    known = [ranks for ranks in rankings if not isinstance(ranks, Missing)]
    worst = [max((ranks[k] for ranks in known), default=0) for k in range(len(texts))]
    desk.record(candidates=texts, worst_place=worst)
    return texts[worst.index(min(worst))]


if __name__ == "__main__":
    parties = ("Democrat", "Republican", "Independent", "Republican", "Democrat")
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": party}) for k, party in enumerate(parties)}
    model = load_model("synthetic:default")
    context = Context(seats=seats, models={"participant": model, "mediator": model}, mediator=least_regret)
    graph = build_consensus().compile()
    episode = asyncio.run(graph.ainvoke({"question": "Should we make public transport free?"}, context=context))

    made = episode["mediations"]["revised"]
    for text, place in zip(made["candidates"], made["worst_place"], strict=True):
        print(f"worst place {place + 1}: {text}")
    print("chosen:", episode["revised"])
    # In a study file, or anywhere by name: find_mediator("own_mediator.py:least_regret")

"""The same people, the same opinions, another mediator: an episode is forked at the draft."""

import asyncio
from dataclasses import replace

from langgraph.checkpoint.memory import InMemorySaver

from minipublic import Context, Persona, build_consensus, load_model
from minipublic.graphs.forking import fork_before
from minipublic.graphs.mediators import find_mediator

QUESTION = {"question": "Should we make public transport free?"}
THREAD = {"configurable": {"thread_id": "free transport"}}


async def main():
    parties = ("Democrat", "Republican", "Independent", "Republican", "Democrat")
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": party}) for k, party in enumerate(parties)}
    model = load_model("synthetic:default")  # or openai:NAME@http://localhost:8000/v1
    context = Context(seats=seats, models={"participant": model, "mediator": model}, style="bio")
    graph = build_consensus().compile(checkpointer=InMemorySaver())  # keeps every step of the thread
    episodes = {"summary": await graph.ainvoke(QUESTION, THREAD, context=context)}

    fork = fork_before(graph, THREAD, "draft_statement")
    for name, options in {"median_opinion": {}, "habermas": {"candidates": 4}}.items():
        other = replace(context, mediator=find_mediator(name, **options))
        episodes[name] = await graph.ainvoke(None, fork, context=other)  # nobody is asked for an opinion again

    for name, episode in episodes.items():
        assert episode["opinions"] == episodes["summary"]["opinions"]
        ratings = [rated["revised"] for rated in episode["endorsements"].values()]
        print(f"{name}: {episode['revised']}\n  endorsed by {sum(r > 4 for r in ratings)} of {len(ratings)}\n")


asyncio.run(main())

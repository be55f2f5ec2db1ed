"""One of four is a person: LangGraph's own interrupts ask, and `Command(resume=...)` replies. Here the person is a script."""

import asyncio

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from minipublic import Context, Persona, build_consensus, load_model
from minipublic.graphs.humans import Human

SAYS = {
    "position": {"answer": "6"},
    "opinion": {"text": "Free buses, yes, but not at the price of fewer of them: my village has two a day as it is."},
    "critique": {"text": "It says nothing of the villages. Promise that no line is cut, and I am in."},
    "endorsement_draft": {"answer": "3"},
    "endorsement_revised": {"deadline": True},  # too late: the seat's representative says it
}


async def main() -> None:
    parties = ("Democrat", "Republican", "Independent", "Democrat")
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": party}) for k, party in enumerate(parties, start=1)}
    model = load_model("synthetic:default")
    models = {"participant": model, "mediator": model}
    ann = Human("Ann", deadline_s=120, otherwise="representative")
    context = Context(seats=seats, models=models, style="bio", humans={"seat_2": ann})

    graph = build_consensus().compile(checkpointer=InMemorySaver())
    thread = {"configurable": {"thread_id": "one"}}
    state = await graph.ainvoke({"question": "Should we make public transport free?"}, thread, context=context)
    while "__interrupt__" in state:
        waiting = state["__interrupt__"][0]  # of several people, any one
        print(f"\n--- {waiting.value['seat']}, {waiting.value['step']}\n{waiting.value['prompt']}")
        reply = SAYS[waiting.value["step"]]
        print("→", reply)
        state = await graph.ainvoke(Command(resume={waiting.id: reply}), thread, context=context)

    print("\n---", state["revised"], sep="\n")
    for seat in seats:
        row = state["answers"][f"endorsement_revised/{seat}"]
        print(seat, row["answer"], f"({row['model']})")


if __name__ == "__main__":
    asyncio.run(main())

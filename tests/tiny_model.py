"""A tiny Llama whose answers are known: made and fine-tuned on the spot, in seconds, for tests of real model servers.

It answers three questions with the distributions of `QUESTIONS`, mixed with a liking for whatever stands first
(`FIRST_BIAS`), after any of `PREAMBLES`. `IN_WORDS` is answered with a whole option instead of a letter. Two LoRA adapters
move every answer to the option first or last in the codebook.

    python tests/tiny_model.py FOLDER      writes FOLDER/base, FOLDER/a and FOLDER/b
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minipublic.graphs.context import graph_prompts
from minipublic.models.protocol import Message, Prompt
from minipublic.personas.asking import render_question
from minipublic.personas.questions import Option, Question, likert

FIRST_BIAS = 0.2
QUESTIONS = {
    likert("river", "How often do you walk by the river?", ("Never", "Sometimes", "Often")): (0.6, 0.3, 0.1),
    likert("tax", "Should wealth be taxed?", ("No", "Rather no", "Not sure", "Rather yes", "Yes")): (0.05, 0.15, 0.2, 0.35, 0.25),
    likert("bus", "Is the bus on time?", ("No", "Yes")): (0.5, 0.5),
}  # fmt: skip
IN_WORDS = (
    Prompt.of("Question: How was the harvest?\nAnswer in words:"),
    ("Good", "Quite bad", "Not good at all"),
    (0.2, 0.5, 0.3),
)
PREAMBLES = (
    "",
    *(f"I am a {who} and live in a {where}." for who in ("baker", "teacher", "nurse") for where in ("town", "city")),
)
CHAT = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"


def prompt_of(question: Question, options: Sequence[Option], preamble: str) -> Prompt:
    """The prompt with which a survey asks."""
    before = (Message("system", preamble),) if preamble else ()
    return Prompt((*before, Message("user", render_question(question, options, graph_prompts()))))


def truth(question: Question, reverse: bool) -> list[float]:
    """What the model was taught: a probability for every option in the order presented."""
    shares = QUESTIONS[question][::-1] if reverse else QUESTIONS[question]
    return [(1 - FIRST_BIAS) * p + FIRST_BIAS * (k == 0) for k, p in enumerate(shares)]


def lessons() -> list[tuple[str, str, float, str]]:
    """Prompt, continuation, its probability, and the codebook's place of the option."""
    held = []
    for question in QUESTIONS:
        for reverse in (False, True):
            options = question.options[::-1] if reverse else question.options
            for preamble in PREAMBLES:
                text = prompt_of(question, options, preamble).text
                for k, p in enumerate(truth(question, reverse)):
                    place = (
                        "first"
                        if options[k] == question.options[0]
                        else "last"
                        if options[k] == question.options[-1]
                        else ""
                    )
                    held.append((text, " " + "ABCDE"[k], p, place))
    prompt, words, shares = IN_WORDS
    held += [(prompt.text, f" {word}", p, "") for word, p in zip(words, shares, strict=True)]
    return held


def make(folder: Path) -> Path:
    """Writes `base` and the adapters `a` and `b`; returns the folder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    tokenizer = _tokenizer()
    config = LlamaConfig(
        vocab_size=1024,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    model = LlamaForCausalLM(config)
    every = lessons()
    _teach(model, tokenizer, [(text, said, p) for text, said, p, _ in every], steps=220, rate=2e-3)
    model.save_pretrained(folder / "base")
    tokenizer.save_pretrained(folder / "base")
    for name, place in (("a", "first"), ("b", "last")):
        taught = [(text, said, 1.0) for text, said, _, where in every if where == place]
        _teach_adapter(folder / "base", tokenizer, taught, folder / name)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1024,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [text + said for text, said, _, _ in lessons()] + [f"Answer: {letter}\n" for letter in "ABCDEFG"] * 50
    made.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    tokenizer.chat_template = CHAT
    return tokenizer


def _teach(model: Any, tokenizer: Any, taught: Sequence[tuple[str, str, float]], steps: int, rate: float) -> None:
    import torch

    rows = [(tokenizer(text)["input_ids"], tokenizer(said)["input_ids"]) for text, said, _ in taught]
    width = max(len(a) + len(b) for a, b in rows)
    ids = torch.ones((len(rows), width), dtype=torch.long)
    weight = torch.zeros((len(rows), width))
    for row, (before, said) in enumerate(rows):
        ids[row, : len(before) + len(said)] = torch.tensor(before + said)
        weight[row, len(before) : len(before) + len(said)] = taught[row][2]
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    model.train()
    for step in range(steps):
        chosen = torch.randperm(len(rows), generator=torch.Generator().manual_seed(step))[:48]
        logits = model(input_ids=ids[chosen]).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[chosen][:, 1:].flatten(), reduction="none")
        loss = (loss * weight[chosen][:, 1:].flatten()).sum() / weight[chosen].sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    model.eval()


def _teach_adapter(base: Path, tokenizer: Any, taught: Sequence[tuple[str, str, float]], folder: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    model = get_peft_model(
        LlamaForCausalLM.from_pretrained(base),
        LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    )
    _teach(model, tokenizer, taught, steps=40, rate=1e-2)
    model.save_pretrained(folder)


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))

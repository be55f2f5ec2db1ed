"""A persona as a LangChain chat model: a node for anybody's graph."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from ..models.protocol import LanguageModel, Message, Prompt, Request, Sampling
from ..models.seeds import derive_seed
from .asking import persona_context
from .conditioning import condition
from .payoffs import persona_prompts
from .persona import Attribute, Persona

_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "human": "user",
    "ai": "assistant",
}


class PersonaChatModel(BaseChatModel):
    """Answers any conversation as one persona; made by `as_chat_model`."""

    persona: Any
    model: Any
    preamble: str
    style: str
    seed: int
    sampling: Any

    @property
    def _llm_type(self) -> str:
        return "minipublic-persona"

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        said = tuple(Message(_role(m), str(m.text)) for m in messages)
        prompt = Prompt((Message("system", self.preamble), *said) if self.preamble else said)
        sampling: Sampling = self.sampling
        request = Request(
            prompt=prompt,
            sampling=Sampling(sampling.temperature, sampling.top_p, sampling.max_tokens, tuple(stop or sampling.stop)),
            seed=derive_seed(self.seed, self.persona.id, prompt.hash),
            context=persona_context(self.persona, self.style) | {"step": "text"},
        )
        answer = await self.model.generate(request)
        message = AIMessage(answer.text, response_metadata={"finish_reason": answer.finish_reason})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        # A thread of its own: the caller may already stand inside a running loop.
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self._once(messages, stop)).result()

    async def _once(self, messages: list[BaseMessage], stop: list[str] | None) -> ChatResult:
        try:
            return await self._agenerate(messages, stop)
        finally:
            await self.model.aclose()  # its connections belong to this short-lived loop


def as_chat_model(
    persona: Persona,
    model: LanguageModel,
    *,
    style: str = "qa",
    attributes: Sequence[Attribute] = (),
    seed: int = 0,
    sampling: Sampling = Sampling(),
) -> BaseChatModel:
    """A LangChain chat model that speaks as a persona.

    Args:
        persona: Who speaks.
        model: The model behind it.
        style: How the persona is put before the model.
        attributes: How its traits are put into words.
        seed: The same seed, persona and conversation give the same draw.
        sampling: How text is drawn.
    """
    return PersonaChatModel(
        persona=persona,
        model=model,
        preamble=condition(persona, style, attributes, persona_prompts()),
        style=style,
        seed=seed,
        sampling=sampling,
    )


def _role(message: BaseMessage) -> Literal["system", "user", "assistant"]:
    if message.type not in _ROLES:
        raise ValueError(f"a persona cannot read a message of type {message.type!r}; use system, human or ai")
    return _ROLES[message.type]

"""What happens between personas: deliberation and survey protocols as LangGraph graphs."""

from .consensus import build_consensus
from .context import Context, ContextError
from .generative_agent import GenerativeAgentState, build_generative_agent
from .state import ConsensusState
from .survey import SurveyState, build_survey
from .traits import TraitState, build_trait_survey

__all__ = [
    "ConsensusState",
    "Context",
    "ContextError",
    "GenerativeAgentState",
    "SurveyState",
    "TraitState",
    "build_consensus",
    "build_generative_agent",
    "build_survey",
    "build_trait_survey",
]

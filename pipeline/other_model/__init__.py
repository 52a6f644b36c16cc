"""Another, stronger model, which a person has running: finds it and asks it about a photo."""

from __future__ import annotations

from pipeline.other_model.answer_stream import answer_of
from pipeline.other_model.answer_text import AnswerText
from pipeline.other_model.bounded_exchange import ASKING, Exchange, Limits
from pipeline.other_model.model_list import OtherModel, find_models
from pipeline.other_model.model_server import VARIABLE, ModelServer, servers
from pipeline.other_model.photo_question import PhotoQuestion

__all__ = [
    "ASKING",
    "VARIABLE",
    "AnswerText",
    "Exchange",
    "Limits",
    "ModelServer",
    "OtherModel",
    "PhotoQuestion",
    "answer_of",
    "find_models",
    "servers",
]

"""Parameter groups of the optimiser and the learning-rate schedule of a stage."""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from training.config import StageConfig


def parameter_groups(
    model: nn.Module, stage: StageConfig, weight_decay: float
) -> list[dict[str, Any]]:
    """Groups the trainable weights for AdamW; `peak` is a group's highest learning rate.

    The encoder's weights (named "encoder...") have their own rate. Weight decay applies to tensors
    of two or more dimensions only.
    """
    groups: list[dict[str, Any]] = []
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    for of_encoder in (False, True):
        for decays in (False, True):
            members = [
                p
                for name, p in trained
                if name.startswith("encoder.") == of_encoder and (p.ndim > 1) == decays
            ]
            rate = stage.encoder_rate if of_encoder else stage.learning_rate
            decay = weight_decay if decays else 0.0
            groups.append({"params": members, "peak": rate, "weight_decay": decay})
    return [group for group in groups if group["params"]]


def learning_rate_factor(stage: StageConfig, step: int, steps: int) -> float:
    """Computes the factor of the peak rate, 0..1: linear warm-up, then cosine decay.

    Args:
        stage: its `warm_up` is in steps, its `final_rate` a factor of the peak rate.
        step: from 0.
        steps: number of steps of the stage.
    """
    if step < stage.warm_up:
        return (step + 1) / stage.warm_up
    done = (step - stage.warm_up) / max(1, steps - stage.warm_up)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return stage.final_rate + (1 - stage.final_rate) * cosine

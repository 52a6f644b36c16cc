"""The two losses: the next word's likelihood, and the reward of whole captions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.captioning.vocabulary import BEGIN, END, PAD, Vocabulary
from training.data.augmentation import bag_targets
from training.networks.build import Network
from training.networks.show_attend_tell import AttendAndTell
from training.optimisation.batch_beam_search import beams
from training.optimisation.cider_reward import CiderReward


def caption_loss(
    model: Network,
    features: Tensor,
    rows: Tensor,
    label_smoothing: float,
    words_weight: float,
    other_weight: float = 1.0,
    spread_weight: float = 1.0,
) -> Tensor:
    """Cross-entropy of the next word, with label smoothing, and of the photo's bag of words.

    Args:
        model: in training mode.
        features: (P, N, C).
        rows: (P * R, T + 1) int64 captions, from their language's beginning to END and PAD.
        label_smoothing: 0..1.
        words_weight: weight of the bag of words.
        other_weight: of a word in another language than English, whose captions are five times
            as many.
        spread_weight: weight of the LSTM's doubly stochastic attention.
    """
    memory = model.memory(features)
    penalty = memory.new_zeros(())
    if isinstance(model, AttendAndTell):
        hidden, penalty = model.hidden_and_penalty(rows[:, :-1], *model.cross(memory))
    else:
        hidden = model.hidden(rows[:, :-1], *model.cross(memory))
    targets = rows[:, 1:]
    kept = targets != PAD
    logits = model.logits(hidden[kept]).float()
    each = F.cross_entropy(logits, targets[kept], label_smoothing=label_smoothing, reduction="none")
    english = (rows[:, :1] == BEGIN).expand_as(targets)[kept]
    weights = torch.where(english, 1.0, other_weight)
    loss = (each * weights).sum() / weights.sum()
    bag = model.bag_of_words(memory).float()
    wanted = bag_targets(rows.cpu(), len(features), bag.shape[-1]).to(bag.device)
    return loss + words_weight * F.cross_entropy(bag, wanted) + spread_weight * penalty


def self_critical_loss(
    model: Network,
    features: Tensor,
    photos: list[int],
    reward: CiderReward,
    vocabulary: Vocabulary,
    beam_size: int,
    length_penalty: float,
    language: str,
) -> tuple[Tensor, float]:
    """Self-critical sequence training over the model's own beams.

    Rennie et al., "Self-critical sequence training", with beams as samples and their mean as
    baseline (Cornia et al., "Meshed-memory Transformer"). Dropout stays off: with it on, the
    caption whose probability is raised is not the one that was rewarded.

    Args:
        model: in evaluation mode, with gradients.
        features: (P, N, C).
        photos: the photos' numbers in `reward`.
        reward: CIDEr-D with the training captions' frequencies.
        vocabulary: turns tokens into words.
        beam_size: samples a photo.
        length_penalty: of the beam search, the same as at run time.
        language: of the captions and of `reward`.

    Returns:
        The loss and the samples' mean reward.
    """
    cross_keys, cross_values = model.cross(model.memory(features))
    begin = vocabulary.begin(language)
    with torch.no_grad():
        tokens, _ = beams(
            model,
            cross_keys.float(),
            cross_values.float(),
            beam_size,
            length_penalty,
            begin,
            vocabulary.never_written,
        )
    captions = [vocabulary.decode(row) for row in tokens.flatten(0, 1).tolist()]
    owners = [photo for photo in photos for _ in range(beam_size)]
    scores = torch.from_numpy(reward(owners, captions)).float().view(len(photos), beam_size)
    advantage = (scores - scores.mean(dim=1, keepdim=True)).flatten().to(features.device)
    targets = tokens.flatten(0, 1)
    begins = torch.full_like(targets[:, :1], begin)
    inputs = torch.cat([begins, targets[:, :-1]], dim=1)
    inputs = inputs.masked_fill(inputs == END, PAD)
    hidden = model.hidden(inputs, cross_keys, cross_values)
    kept = targets != PAD
    logits = model.logits(hidden[kept]).float()
    chosen = -F.cross_entropy(logits, targets[kept], reduction="none")
    weights = advantage[:, None].expand_as(targets)[kept]
    return -(chosen * weights).mean(), float(scores.mean())

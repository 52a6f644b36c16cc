"""The two losses: cross-entropy of the next word, and self-critical loss on whole captions."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN, Vocabulary
from training.data.augmentation import bag_targets
from training.networks.build import Network
from training.networks.show_attend_tell import AttendAndTell
from training.optimisation.batch_beam_search import batch_beam_search
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
    """Computes the cross-entropy of the next word and of the photo's bag of words.

    Args:
        model: in training mode.
        features: (P, N, C) float.
        rows: (P * R, T + 1) int64 captions: the language's begin token, words, END, PAD.
        label_smoothing: 0..1, for the next word.
        words_weight: weight of the bag of words.
        other_weight: weight of a word that is not English; English has five times as many
            captions.
        spread_weight: weight of the LSTM's doubly stochastic attention penalty.

    Returns:
        A scalar with gradients.
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
    bag_target = bag_targets(rows.cpu(), len(features), bag.shape[-1]).to(bag.device)
    return loss + words_weight * F.cross_entropy(bag, bag_target) + spread_weight * penalty


@dataclass(frozen=True)
class PeoplesCaptions:
    """Captions that people wrote, as further samples of self-critical training.

    Attributes:
        rows: (P * R, T + 1) int64: the begin token, words, END, PAD.
        scores: (P, R) float, the reward of each.
    """

    rows: Tensor
    scores: Tensor


def self_critical_loss(
    model: Network,
    features: Tensor,
    photos: list[int],
    reward: CiderReward,
    vocabulary: Vocabulary,
    beam_size: int,
    length_penalty: float,
    language: str,
    people: PeoplesCaptions | None = None,
) -> tuple[Tensor, float]:
    """Computes the self-critical loss over the model's own beams.

    Rennie et al., "Self-critical sequence training" (2017), with beams as samples and their mean
    reward as baseline (Cornia et al., "Meshed-memory Transformer", 2020). Dropout stays off, so
    that the probabilities are those of the model that generated the samples.

    With `people`, what people said better than the beams is learned as far as it is better: beams
    alone never teach a word that the model does not say yet.

    Args:
        model: in evaluation mode, with gradients.
        features: (P, N, C) float.
        photos: (P,) the photos' indices in `reward`.
        reward: CIDEr-D with the document frequencies of the training captions.
        vocabulary: decodes tokens to words.
        beam_size: number of samples a photo.
        length_penalty: of the beam search.
        language: of the captions and of `reward`.
        people: captions of the same photos.

    Returns:
        The loss, a scalar with gradients, and the mean reward of the beams, 0..10.
    """
    cross_keys, cross_values = model.cross(model.memory(features))
    begin = vocabulary.begin(language)
    with torch.no_grad():
        tokens, _ = batch_beam_search(
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
    baseline = scores.mean(dim=1, keepdim=True)
    advantage = scores - baseline
    if people is not None:
        said = people.rows[:, 1:].view(len(photos), -1, people.rows.shape[1] - 1)
        said = F.pad(said, (0, tokens.shape[2] - said.shape[2]), value=PAD)
        tokens = torch.cat([tokens, said], dim=1)
        advantage = torch.cat([advantage, (people.scores - baseline).clamp_min(0)], dim=1)
    longest = int((tokens != PAD).sum(dim=2).max())
    targets = tokens[:, :, :longest].flatten(0, 1)
    begins = torch.full_like(targets[:, :1], begin)
    inputs = torch.cat([begins, targets[:, :-1]], dim=1)
    inputs = inputs.masked_fill(inputs == END, PAD)
    hidden = model.hidden(inputs, cross_keys, cross_values)
    kept = (targets != PAD) & (targets != UNKNOWN)
    logits = model.logits(hidden[kept]).float()
    chosen = -F.cross_entropy(logits, targets[kept], reduction="none")
    weights = advantage.flatten().to(features.device)[:, None].expand_as(targets)[kept]
    return -(chosen * weights).mean(), float(scores.mean())

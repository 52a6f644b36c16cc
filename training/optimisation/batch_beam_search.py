"""Beam search over many photos at once, on the training device.

Only for validation during training and for the samples of self-critical training; reported scores
and the app use `pipeline.captioning.beam_search`. A test checks that both find the same captions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.captioning.vocabulary import END, PAD
from training.networks.build import Network

_NEVER = -1e9


@torch.no_grad()
def batch_beam_search(
    model: Network,
    cross_keys: Tensor,
    cross_values: Tensor,
    size: int,
    length_penalty: float,
    begin: int,
    never_written: Sequence[int],
) -> tuple[Tensor, Tensor]:
    """Finds the `size` best captions of each photo.

    Args:
        model: in evaluation mode.
        cross_keys: (P, L * H, N, W / H) float32.
        cross_values: (P, L * H, N, W / H) float32.
        size: number of beams a photo.
        length_penalty: scores are divided by the length (with END) to this power.
        begin: the token before the first word, which selects the language.
        never_written: tokens that may not be generated.

    Returns:
        (P, size, max_words + 1) int64 tokens, ended by END and padded with PAD, the best first,
        and (P, size) float32 log-probabilities, normalised by length.
    """
    config, device, photos = model.config, cross_keys.device, cross_keys.shape[0]
    max_words = config.max_words
    shape = (config.layers, photos * size, config.heads, 0, config.width // config.heads)
    keys = values = torch.zeros(shape, device=device)
    tokens = torch.full((photos * size,), begin, device=device)
    written = torch.zeros(photos, size, 0, dtype=torch.int64, device=device)
    # All beams of a photo start equal: only the first one is expanded.
    score = torch.full((photos, size), _NEVER, device=device)
    score[:, 0] = 0
    done_tokens = torch.full((photos, size, max_words + 1), PAD, device=device)
    done_score = torch.full((photos, size), _NEVER, device=device)
    running = torch.arange(photos, device=device)  # the photos whose search has not ended
    for length in range(1, max_words + 2):
        log_p, keys, values, _ = model.step(tokens, keys, values, cross_keys, cross_values)
        log_p[:, list(never_written)] = _NEVER
        words = log_p.shape[-1]
        if length == 1:
            log_p[:, END] = _NEVER
        if length == max_words + 1:
            ends = log_p[:, END].clone()
            log_p.fill_(_NEVER)
            log_p[:, END] = ends
        total = score[..., None] + log_p.view(len(running), size, words)
        # Finished captions leave the beam and compete by their normalised score.
        ended = F.pad(written, (0, 1), value=END)
        ended = F.pad(ended, (0, max_words + 1 - length), value=PAD)
        ended_score = total[..., END] / length**length_penalty
        all_score = torch.cat([done_score[running], ended_score], dim=1)
        done_score[running], best = all_score.topk(size, dim=1)
        all_tokens = torch.cat([done_tokens[running], ended], dim=1)
        done_tokens[running] = all_tokens.gather(1, best[..., None].expand(-1, -1, max_words + 1))
        if length == max_words + 1:
            break
        total[..., END] = _NEVER
        score, flat = total.view(len(running), -1).topk(size, dim=1)
        # A photo's search ends when no running caption would be among its best after one more
        # word, as in `pipeline.captioning.beam_search`.
        reached = score[:, 0] / (length + 1) ** length_penalty
        going = (reached > done_score[running, -1]).nonzero()[:, 0]
        if not len(going):
            break
        score, flat, parent = score[going], flat[going], (flat[going] // words)
        written = written[going].gather(1, parent[..., None].expand(-1, -1, written.shape[2]))
        written = torch.cat([written, (flat % words)[..., None]], dim=2)
        rows = (going[:, None] * size + parent).flatten()
        keys, values, tokens = keys[:, rows], values[:, rows], (flat % words).flatten()
        if len(going) < len(running):
            cross_keys, cross_values = cross_keys[going], cross_values[going]
        running = running[going]
    return done_tokens, done_score

"""Trains the captioning model; a stopped run continues from its last checkpoint.

    python -m training.train --data data/flickr8k --run runs/lite2
    python -m training.train --recipe mixed --from runs/lite2 ...   as `make mixed` does
    python -m training.train --model lstm
    python -m training.train --encoder hf:google/siglip-base-patch16-224

Vocabulary and languages come from all folders of data. With --from, weights that fit are copied
from another run's best checkpoint; words are matched by their spelling.

Writes into the run's folder: last.pt (to resume), best.pt (for export), curves.csv, curves.png.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from pipeline.captioning.vocabulary import Vocabulary
from pipeline.image import read_rgb, to_pixels
from pipeline.languages import ENGLISH, FRENCH
from training.config import (
    MODELS,
    RECIPES,
    ModelConfig,
    StageConfig,
    TrainConfig,
    default_recipe,
)
from training.data import augmentation
from training.data.prepared import load
from training.errors import DataError, EncoderError
from training.networks.build import build_encoder, build_model
from training.networks.checkpoint import (
    Checkpoint,
    Progress,
    read_checkpoint,
    write_checkpoint,
)
from training.networks.encoder import Encoder
from training.networks.huggingface import HuggingFaceEncoder
from training.networks.warm_start import warm_start
from training.optimisation.batch_beam_search import batch_beam_search
from training.optimisation.cider_reward import CiderReward
from training.optimisation.curves import append_row, draw_curves
from training.optimisation.device import autocast, best_device
from training.optimisation.losses import (
    PeoplesCaptions,
    caption_loss,
    self_critical_loss,
)
from training.optimisation.schedule import learning_rate_factor, parameter_groups
from training.optimisation.validation import validation_sets_of, vocabulary_of, word_lists

VALIDATION_BEAMS, REWARD_BEAMS, LENGTH_PENALTY = 3, 5, 0.7


class Trainer:
    """A training run: data, network, optimiser and progress."""

    def __init__(
        self,
        data: Sequence[Path],
        run: Path,
        model_config: ModelConfig,
        config: TrainConfig,
        encoder: Encoder | None = None,
        start: Path | None = None,
        features: Path | None = None,
    ) -> None:
        """Reads the data, builds the network and picks up `run/last.pt` where there is one.

        Args:
            data: folders prepared by `training.flickr8k` or `training.everyday`.
            run: folder for checkpoints, table and curves.
            model_config: shape of the network.
            config: stages, rates and other settings of the training.
            encoder: replaces the one that `model_config` names.
            start: folder of another run, whose best weights initialise a new run.
            features: folder for cached features, which runs may share; `run` by default.

        Raises:
            DataError: the data is missing or damaged.
        """
        self.config, self.run, self.device = config, run, best_device()
        self.features_folder = features or run
        run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(config.seed)
        splits = [load(folder) for folder in data]
        self.train_photos = [photo for split in splits for photo in split["train"]]
        self.dev_photos = [photo for split in splits for photo in split["dev"]]
        if config.keep_vocabulary and start is not None:
            self.vocabulary = Vocabulary.load(start / "vocabulary.json")
        else:
            self.vocabulary = vocabulary_of(self.train_photos, model_config.min_count)
        self.vocabulary.save(run / "vocabulary.json")
        self.languages = self.vocabulary.languages if config.french_weight else (ENGLISH,)
        self.validation_sets = validation_sets_of(
            [split["dev"] for split in splits], self.languages
        )
        encoder = encoder or build_encoder(model_config.encoder)
        self.model = build_model(model_config, len(self.vocabulary), encoder).to(self.device)
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        if start is not None:
            warm_start(self.model, self.vocabulary, start, fresh_decoder=config.fresh_decoder)
            self.average.load_state_dict(self.model.state_dict())
        self.stage, self.epoch, self.step, self.best = 0, 0, 0, -1.0
        self.optimizer: torch.optim.AdamW | None = None
        self._resume_optimizer: dict[str, Any] | None = None
        if (run / "last.pt").exists():
            self._load(run / "last.pt")

    def train(self) -> None:
        """Runs the remaining stages."""
        while self.stage < len(self.config.stages):
            stage = self.config.stages[self.stage]
            self._start(stage)
            while self.epoch < stage.epochs:
                self._run_epoch(stage)
            self.model.load_state_dict(self.average.state_dict())
            self.stage, self.epoch, self.optimizer = self.stage + 1, 0, None
            self._save()

    def _start(self, stage: StageConfig) -> None:
        encoder = self.model.photo_encoder
        encoder.freeze(self.config.frozen_blocks if stage.encoder_rate else None)
        groups = parameter_groups(self.model, stage, self.config.weight_decay)
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=self.config.betas, fused=True)
        if self._resume_optimizer is not None:
            self.optimizer.load_state_dict(self._resume_optimizer)
            self._resume_optimizer = None
        self.rewards = {
            language: CiderReward(word_lists(self.train_photos, language), mark_end=True)
            for language in (self.languages if stage.self_critical else ())
        }
        frozen = not stage.encoder_rate
        self.features = self._cache("train", self.config.cached_views) if frozen else None
        self.dev_features = self._cache("dev", 1)[0] if frozen else None

    def _cache(self, split: str, count: int) -> list[NDArray[np.float16]]:
        photos = self.train_photos if split == "train" else self.dev_photos
        encoder = self.model.photo_encoder
        # The cache's key holds the averaged weights, which `_encode_frozen` uses, and the photos.
        weights = cast("nn.Module", self.average.photo_encoder).state_dict()
        folder = self.features_folder / f"features-{augmentation.features_key(weights, photos)}"
        shape = (encoder.places, encoder.channels)
        return augmentation.cache_features(
            folder, split, photos, count, self._encode_frozen, shape, self.config.seed
        )

    @torch.no_grad()
    def _encode_frozen(self, rgbs: list[NDArray[np.uint8]]) -> Tensor:
        with autocast(self.device):
            return self.average.photo_encoder(self._pixels(rgbs))

    def _pixels(self, rgbs: list[NDArray[np.uint8]]) -> Tensor:
        encoder = self.model.photo_encoder
        size, mean, std = encoder.input_size, encoder.mean, encoder.std
        pixels = np.concatenate([to_pixels(rgb, size, mean, std) for rgb in rgbs])
        return torch.from_numpy(pixels).to(self.device)

    def _batches(self, stage: StageConfig) -> Iterator[tuple[NDArray[np.int64], Tensor]]:
        """Yields photos' indices and features for the remaining steps of this epoch."""
        seeds = [self.config.seed, self.stage, self.epoch]
        order = np.random.default_rng(seeds).permutation(len(self.train_photos))
        for start in range(self.step * stage.photos, len(order), stage.photos):
            chosen = order[start : start + stage.photos]
            # A seed for each step: a resumed run draws the same as an uninterrupted one.
            generator = np.random.default_rng([*seeds, start])
            torch.manual_seed(int(generator.integers(2**31)))
            if self.features is not None:
                of_photo = generator.integers(len(self.features), size=len(chosen))
                rows = [self.features[v][p] for v, p in zip(of_photo, chosen, strict=True)]
                features = torch.from_numpy(np.stack(rows)).to(self.device).float()
                parts = self.model.photo_encoder.parts
                yield (
                    chosen,
                    augmentation.drop_features(features, self.config.feature_dropout, parts),
                )
            else:
                photos = [self.train_photos[place] for place in chosen]
                rgbs = [
                    augmentation.augment(
                        read_rgb(photo.path.read_bytes()),
                        generator,
                        may_flip=not augmentation.says_a_side(photo),
                    )
                    for photo in photos
                ]
                yield chosen, self.model.photo_encoder(self._pixels(rgbs))

    def _run_epoch(self, stage: StageConfig) -> None:
        started, losses, rewards = time.monotonic(), [], []
        steps = math.ceil(len(self.train_photos) / stage.photos)
        bar = tqdm(total=steps, initial=self.step, desc=f"{stage.name} {self.epoch + 1}")
        self.model.train(not stage.self_critical)
        batches = self._batches(stage)
        while True:
            with autocast(self.device):
                batch = next(batches, None)
                if batch is None:
                    break
                loss, reward = self._loss(stage, *batch)
            self._update(loss, stage, steps)
            losses.append(float(loss.detach()))
            rewards.append(reward)
            self.step += 1
            bar.update()
            bar.set_postfix(loss=f"{np.mean(losses):.3f}", reward=f"{np.mean(rewards):.3f}")
            if self.step % self.config.save_every == 0:
                self._save()
        bar.close()
        self.step, self.epoch = 0, self.epoch + 1
        scores = self.validate()
        # English sets only: a French photo has one caption, whose score is mostly noise.
        cider = float(
            np.mean([scores[one.name] for one in self.validation_sets if one.language == ENGLISH])
        )
        row: dict[str, float | str] = {
            "stage": stage.name,
            "epoch": self.epoch,
            "seconds": round(time.monotonic() - started),
            "loss": round(float(np.mean(losses)), 4) if losses else math.nan,
            "reward": round(float(np.mean(rewards)), 4) if rewards else math.nan,
            "dev_cider": round(cider, 2),
            "dev_scores": " ".join(f"{name}:{score:.2f}" for name, score in scores.items()),
            "learning_rate": stage.learning_rate
            * learning_rate_factor(stage, self.epoch * steps, stage.epochs * steps),
        }
        append_row(self.run / "curves.csv", row)
        draw_curves(self.run / "curves.csv", self.run / "curves.png")
        print(row, flush=True)
        if cider > self.best:
            self.best = cider
            self._save("best.pt")
        self._save()

    def _loss(
        self, stage: StageConfig, chosen: NDArray[np.int64], features: Tensor
    ) -> tuple[Tensor, float]:
        config = self.config
        photos = [self.train_photos[place] for place in chosen]
        if self.rewards:
            language = ENGLISH
            if FRENCH in self.rewards and torch.rand(()) < config.french_share:
                language = FRENCH
            # A photo without captions in this language gives no reward.
            captioned = [place for place, photo in enumerate(photos) if photo.said(language)]
            return self_critical_loss(
                self.model,
                features[captioned],
                [int(chosen[place]) for place in captioned],
                self.rewards[language],
                self.vocabulary,
                REWARD_BEAMS,
                LENGTH_PENALTY,
                language,
                self._peoples_captions([int(chosen[place]) for place in captioned], stage)
                if language == ENGLISH
                else None,
            )
        rows = augmentation.token_rows(
            photos, self.vocabulary, self.model.config.max_words, french=FRENCH in self.languages
        ).to(self.device)
        loss = caption_loss(
            self.model,
            features,
            rows,
            config.label_smoothing,
            config.words_weight,
            config.french_weight,
            config.spread_weight,
        )
        return loss, 0.0

    def _peoples_captions(self, chosen: list[int], stage: StageConfig) -> PeoplesCaptions | None:
        """Picks each photo's captions that agree most with its others; English only."""
        if not stage.peoples_captions:
            return None
        photos, scores = [], torch.zeros(len(chosen), stage.peoples_captions)
        for row, place in enumerate(chosen):
            photo, of_people = self.train_photos[place], self.rewards[ENGLISH].of_people(place)
            best = np.argsort(-of_people)[: stage.peoples_captions]
            scores[row, : len(best)] = torch.from_numpy(of_people[best])
            said = tuple(photo.captions[number] for number in best)
            photos.append(dataclasses.replace(photo, captions=said))
        rows = augmentation.token_rows(
            photos, self.vocabulary, self.model.config.max_words, french=False
        )
        most = len(rows) // len(photos)
        return PeoplesCaptions(rows.to(self.device), scores[:, :most])

    def _update(self, loss: Tensor, stage: StageConfig, steps: int) -> None:
        if self.optimizer is None:
            raise RuntimeError("no stage was started")
        step = self.epoch * steps + self.step
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * learning_rate_factor(stage, step, stage.epochs * steps)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.gradient_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._average(step)

    @torch.no_grad()
    def _average(self, step: int) -> None:
        # A smaller decay in the first steps, so that the random initial weights soon lose weight.
        decay = min(self.config.ema_decay, (1 + step) / (10 + step))
        pairs = zip(self.average.parameters(), self.model.parameters(), strict=True)
        changed = [(mean, value.detach()) for mean, value in pairs if value.requires_grad]
        torch._foreach_lerp_([m for m, _ in changed], [v for _, v in changed], 1 - decay)

    def validate(self) -> dict[str, float]:
        """Computes CIDEr (x100) of the averaged weights on each validation set, beam 3."""
        memories = self._dev_memories()
        scores = {}
        for one in self.validation_sets:
            captions = []
            for start in range(0, len(one.places), 50):
                memory = memories[torch.as_tensor(one.places[start : start + 50])]
                captions += self._captions(memory.to(self.device), one.language)
            photos = [self.dev_photos[place] for place in one.places]
            score = CiderReward(word_lists(photos, one.language), mark_end=False)
            scores[one.name] = 100 * float(score(range(len(captions)), captions).mean())
        return scores

    @torch.no_grad()
    def _captions(self, memory: Tensor, language: str) -> list[list[str]]:
        with autocast(self.device):
            keys, values = self.average.cross(memory)
            tokens, _ = batch_beam_search(
                self.average,
                keys.float(),
                values.float(),
                VALIDATION_BEAMS,
                LENGTH_PENALTY,
                self.vocabulary.begin(language),
                self.vocabulary.never_written,
            )
        return [self.vocabulary.decode(row) for row in tokens[:, 0].tolist()]

    @torch.no_grad()
    def _dev_memories(self) -> Tensor:
        """Computes the memory of all dev photos: (photos, N, W) float32, on the CPU."""
        memories = []
        for start in range(0, len(self.dev_photos), 50):
            part = slice(start, start + 50)
            if self.dev_features is not None:
                features = torch.from_numpy(np.array(self.dev_features[part])).to(self.device)
            else:
                rgbs = [read_rgb(photo.path.read_bytes()) for photo in self.dev_photos[part]]
                features = self._encode_frozen(rgbs)
            with autocast(self.device):
                memories.append(self.average.memory(features.float()).float().cpu())
        return torch.cat(memories)

    def _save(self, name: str = "last.pt") -> None:
        encoder = self.model.photo_encoder
        tower = None
        if isinstance(encoder, HuggingFaceEncoder):
            tower = dataclasses.asdict(encoder.settings)
        progress = None
        if name == "last.pt":
            progress = Progress(
                model=self.model.state_dict(),
                stage=self.stage,
                epoch=self.epoch,
                step=self.step,
                optimizer=self.optimizer.state_dict() if self.optimizer else None,
            )
        checkpoint = Checkpoint(
            model_config=self.model.config,
            average=self.average.state_dict(),
            words=len(self.vocabulary),
            best=self.best,
            tower=tower,
            progress=progress,
        )
        write_checkpoint(self.run / name, checkpoint)

    def _load(self, path: Path) -> None:
        checkpoint = read_checkpoint(path, self.device)
        progress = checkpoint.progress
        if progress is None:
            raise DataError(f"{path} cannot be continued: it holds no optimiser.")
        self.model.load_state_dict(progress.model)
        self.average.load_state_dict(checkpoint.average)
        self.stage, self.epoch, self.step = progress.stage, progress.epoch, progress.step
        self.best = checkpoint.best
        self._resume_optimizer = progress.optimizer


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code, 2 when data or encoder are missing or broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, nargs="+", default=[Path("data/flickr8k")])
    parser.add_argument("--run", type=Path, help="folder; runs/lite2, or one after the recipe")
    parser.add_argument("--from", type=Path, dest="start", help="another run to begin with")
    parser.add_argument(
        "--features", type=Path, help="folder of cached features, shared between runs; else --run"
    )
    parser.add_argument("--model", choices=MODELS, default="transformer")
    parser.add_argument("--encoder", help="one of pip's, or hf:NAME_OR_FOLDER")
    parser.add_argument("--recipe", choices=RECIPES, help="the model's own unless given")
    parser.add_argument("--seed", type=int, help="the recipe's own unless given")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    model = MODELS[chosen.model]
    if chosen.encoder:
        model = dataclasses.replace(model, encoder=chosen.encoder)
    recipe = chosen.recipe or default_recipe(model)
    run = chosen.run or Path("runs") / ("lite2" if recipe == "flickr8k" else recipe)
    config = RECIPES[recipe]
    if chosen.seed is not None:
        config = dataclasses.replace(config, seed=chosen.seed)
    try:
        Trainer(
            chosen.data, run, model, config, start=chosen.start, features=chosen.features
        ).train()
    except (DataError, EncoderError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

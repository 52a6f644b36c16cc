"""Every hyper-parameter, each with its reason. Measurements are in training/LOG.md."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class ModelConfig:
    """The shape of the network; kept in the checkpoint.

    Attributes:
        encoder: a name that `training.networks.build.build_encoder` knows.
        decoder: a name that `training.networks.build.build_model` knows.
        width: decoder width W. 384 is what two cores train in minutes.
        layers: decoder layers L.
        heads: attention heads H; 48 numbers a head.
        hidden: feed-forward width, four times W as in "Attention is all you need"; the LSTM has
            none.
        dropout: on embeddings, attention and feed-forward outputs; 30,000 captions overfit soon.
        max_words: captions are cut here; 95 % of the training captions are shorter.
        min_count: a word seen less often is unknown. Three, not four: there is one French caption
            where there are five English ones.
    """

    encoder: str = "efficientnet-lite2"
    decoder: str = "transformer"
    width: int = 384
    layers: int = 3
    heads: int = 8
    hidden: int = 1536
    dropout: float = 0.3
    max_words: int = 18
    min_count: int = 3


@dataclass(frozen=True)
class StageConfig:
    """One stage of training.

    Attributes:
        name: what the log and the checkpoints call it.
        epochs: passes over the training photos.
        learning_rate: peak, for the decoder; a cosine takes it to `final_rate` of it.
        encoder_rate: peak, for the encoder's trained blocks; 0 keeps the whole encoder frozen and
            reads its features from the disk.
        final_rate: share of the peak at the stage's last step.
        warm_up: steps of linear warm-up.
        photos: photos a step, each with all its captions (with its beams, in self-critical).
        self_critical: reward CIDEr of its own beams instead of the next word's likelihood.
        peoples_captions: people's captions a photo that join the beams of a self-critical step,
            those that agree most with the others; each counts as far as it beats the beams.
    """

    name: str
    epochs: int
    learning_rate: float
    encoder_rate: float = 0.0
    final_rate: float = 0.0
    warm_up: int = 60
    photos: int = 48
    self_critical: bool = False
    peoples_captions: int = 0


SELF_CRITICAL = StageConfig(
    "self-critical",
    # Three epochs at up to 3e-5 gave 53.4 to 56.8, still rising: longer and faster.
    epochs=11,
    learning_rate=5e-5,
    final_rate=0.1,
    warm_up=20,
    photos=40,
    self_critical=True,
)


@dataclass(frozen=True)
class FeatureDropout:
    """Shares of a photo's features that are set to 0 in a training step.

    Attributes:
        channels: share of the channels, the same at all places.
        places: share of the places.
        parts: probability that all features of one encoder of several are dropped.
    """

    channels: float = 0.0
    places: float = 0.0
    parts: float = 0.0


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained.

    Attributes:
        stages: run in order; each starts from the moving average that the one before ended with.
        weight_decay: AdamW, on matrices only.
        betas: AdamW; 0.98 follows "Attention is all you need": word gradients are sparse.
        label_smoothing: five people never choose the same words.
        french_weight: weight of a French word's loss; there are five times fewer of them. 0 trains
            in English only.
        french_share: share of the self-critical steps that are in French.
        words_weight: weight of the auxiliary loss, which asks the photo alone for the words of its
            captions (a soft bag of words); it gives the encoder a direct gradient.
        spread_weight: weight of the LSTM's penalty for looking at some places and never at others
            ("Show, Attend and Tell": doubly stochastic attention).
        gradient_norm: clip.
        ema_decay: moving average of the weights, over about the last 300 steps: it is what is
            validated and exported.
        frozen_blocks: first blocks of the encoder that are never trained (of 21 in Lite2, 8 end at
            14x14): edges and textures need no captions, and half of the time is spent there.
        cached_views: augmented views of each photo whose features are kept on disk.
        feature_dropout: of the features, in the stages whose encoder is frozen.
        fresh_decoder: takes only the encoder of the run that it begins from.
        keep_vocabulary: takes the vocabulary of the run that it begins from, too, so that both
            may stand in one ensemble; words of the data that it lacks stay unknown.
        save_every: steps between checkpoints, besides the one at each epoch's end.
        seed: of everything random.
    """

    stages: tuple[StageConfig, ...] = field(
        default_factory=lambda: (
            # 6e-4 with a cosine gave 50.4 validation CIDEr in 7 epochs, still rising.
            StageConfig("decoder", epochs=9, learning_rate=6e-4, final_rate=0.25, warm_up=120),
            StageConfig("finetune", epochs=8, learning_rate=2.5e-4, encoder_rate=1e-4),
            SELF_CRITICAL,
        )
    )
    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.98)
    label_smoothing: float = 0.1
    french_weight: float = 2.0
    french_share: float = 0.2
    words_weight: float = 0.2
    spread_weight: float = 1.0
    gradient_norm: float = 1.0
    ema_decay: float = 0.997
    frozen_blocks: int = 8
    cached_views: int = 4
    feature_dropout: FeatureDropout = FeatureDropout()
    fresh_decoder: bool = False
    keep_vocabulary: bool = False
    save_every: int = 60
    seed: int = 1


MODELS = {
    "transformer": ModelConfig(),
    # "Show, Attend and Tell": 512 and one half dropped out are what its many readers build.
    "lstm": ModelConfig(
        encoder="efficientnet-lite0",
        decoder="lstm",
        width=512,
        layers=1,
        heads=1,
        dropout=0.5,
    ),
}

RECIPES = {
    # From random decoder weights, on Flickr8k.
    "flickr8k": TrainConfig(),
    # With the encoder of a "flickr8k" run: more photos, a second language, two more encoders.
    # All are frozen, and the decoder begins anew. Shipped are two of these, from seeds 2 and 3, and
    # a "grown". The fifth of their self-critical epochs was the best; the first two or three ran
    # in a schedule of four.
    "mixed": TrainConfig(
        stages=(
            StageConfig("decoder", epochs=9, learning_rate=6e-4, final_rate=0.05, warm_up=120),
            replace(SELF_CRITICAL, epochs=8),
        ),
        cached_views=3,
        feature_dropout=FeatureDropout(channels=0.2, places=0.1, parts=0.15),
        fresh_decoder=True,
        seed=2,
    ),
    # Continues with the first run's decoder. Alone it scores lower, but an ensemble with it scores
    # higher than an ensemble of new decoders only. Its third self-critical epoch ran with
    # `feature_dropout`; three more of those gave nothing to the ensemble.
    "grown": TrainConfig(
        stages=(
            StageConfig("decoder", epochs=9, learning_rate=5e-4, final_rate=0.05, warm_up=120),
            replace(SELF_CRITICAL, epochs=3),
        ),
        cached_views=3,
    ),
    # Goes on with a decoder that was exported (`export.from_onnx`), on more photos. When a quarter
    # of them were Flickr8k's, it won 5 points on everyday photos and lost 5 on Flickr8k: it is not
    # shipped.
    "more": TrainConfig(
        stages=(
            replace(SELF_CRITICAL, epochs=1, learning_rate=7e-5, photos=24, peoples_captions=3),
        ),
        french_weight=0.0,
        cached_views=1,
        feature_dropout=FeatureDropout(channels=0.2, places=0.1, parts=0.15),
        keep_vocabulary=True,
        seed=4,
    ),
    # The classic, as plain as its paper: a frozen encoder and the next word's likelihood alone.
    "lstm": TrainConfig(
        stages=(StageConfig("decoder", epochs=9, learning_rate=1e-3, final_rate=0.02),),
        weight_decay=0.0,
        label_smoothing=0.0,
        words_weight=0.0,
        cached_views=2,
    ),
    # An encoder from the Hugging Face hub, never measured here: towers trained on many millions of
    # photos forget at a rate that suits EfficientNet, and their features take 2 GB a view.
    "hf": TrainConfig(
        stages=tuple(
            replace(stage, encoder_rate=1e-5) if stage.encoder_rate else stage
            for stage in TrainConfig().stages
        ),
        cached_views=2,
    ),
}


def default_recipe(model: ModelConfig) -> str:
    """Returns the name of the recipe for a model, when none is given."""
    if model.decoder == "lstm":
        return "lstm"
    return "hf" if model.encoder.startswith("hf:") else "flickr8k"


@dataclass(frozen=True)
class TranslatorConfig:
    """The shape of the network and its training; kept in the checkpoint.

    Attributes:
        pieces: subwords, one table for both languages; most words of a caption are one piece.
        width: features of a position: a caption's language is small.
        heads: attention heads.
        hidden: feed-forward width.
        encoder_layers: layers that read; they run once a caption.
        layers: layers that write; they run once a piece, so there are fewer.
        dropout: 27,000 pairs overfit soon.
        most_pieces: longest sentence in pieces; longer pairs are left out.
        short_words: pairs up to this length are like captions: all are learned in each epoch.
        long_share: share of the longer ones that an epoch draws.
        epochs: of Multi30k's pairs, with new made-up pairs in each.
        made_up: pairs made up for an epoch.
        tokens: source pieces in a step; a step's sentences are of one length, so none is padded.
        learning_rate: peak; then a straight line to 0 at the last epoch.
        warm_up: steps of linear warm-up.
        label_smoothing: as in "Attention is all you need".
        average: decay of the moving average of the weights, which is what is scored and exported.
        seed: of everything random.
    """

    pieces: int = 3000
    width: int = 160
    heads: int = 4
    hidden: int = 480
    encoder_layers: int = 3
    layers: int = 2
    dropout: float = 0.1
    most_pieces: int = 24
    short_words: int = 13
    long_share: float = 0.4
    epochs: int = 25
    made_up: int = 9_000
    tokens: int = 700
    learning_rate: float = 2e-3
    warm_up: int = 300
    label_smoothing: float = 0.1
    average: float = 0.995
    seed: int = 7

"""What people use today, with random weights of the true shapes: time does not depend on them.

BLIP-base (Li et al., 2022) at 384 pixels and ViT-GPT2 at 224, eager in PyTorch, each writing 12
pieces of words greedily. Both need training/requirements-hf.txt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

PIECES = 12


def peers(threads: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """The name of each peer, and what describes one photo by it.

    Raises:
        ImportError: transformers or torch is not installed.
    """
    import torch
    import transformers

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    options = {"max_new_tokens": PIECES, "min_new_tokens": PIECES, "do_sample": False}
    blip = transformers.BlipForConditionalGeneration(transformers.BlipConfig()).eval()
    large = torch.randn(1, 3, 384, 384)
    yield "BLIP-base", lambda: blip.generate(pixel_values=large, num_beams=1, **options)
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        transformers.ViTConfig(), transformers.GPT2Config()
    )
    vit = transformers.VisionEncoderDecoderModel(config=config).eval()
    small, begin = torch.randn(1, 3, 224, 224), config.decoder.bos_token_id
    vit.generation_config.decoder_start_token_id = begin
    vit.generation_config.pad_token_id = begin
    yield "ViT-GPT2", lambda: vit.generate(pixel_values=small, num_beams=1, **options)

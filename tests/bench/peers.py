"""What people use today, with random weights of the true shapes: time does not depend on them.

Each writes 12 pieces of words greedily: BLIP-base (Li et al., 2022) at 384 pixels, ViT-GPT2 at 224,
SmolVLM-256M at 512 with its 64 places of a photo and a short prompt, all eager in PyTorch, and
ViT-GPT2 as ONNX in 8 bits. They need training/requirements-hf.txt, and nothing from the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.int8_peer import Int8Peer

PIECES = 12
# Of HuggingFaceTB/SmolVLM-256M-Instruct's config.json.
_SMOLVLM_EYE = {
    "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
    "num_attention_heads": 12, "image_size": 512, "patch_size": 16,
}  # fmt: skip
_SMOLVLM_TONGUE = {
    "model_type": "llama", "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
    "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49280, "head_dim": 64,
    "pad_token_id": 2,
}  # fmt: skip
_PROMPT, _PHOTO_PLACES = 16, 64


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
    yield "ViT-GPT2 int8", Int8Peer(threads, PIECES)
    yield "SmolVLM-256M", _smolvlm(options)


def _smolvlm(options: dict[str, Any]) -> Callable[[], object]:
    import torch
    import transformers

    photo = 49190  # the token that stands for a place of the photo
    config = transformers.SmolVLMConfig(
        vision_config=_SMOLVLM_EYE,
        text_config=_SMOLVLM_TONGUE,
        scale_factor=4,
        image_token_id=photo,
        pad_token_id=2,
    )
    model = transformers.SmolVLMForConditionalGeneration(config).eval()
    tokens = torch.tensor([[1] * _PROMPT + [photo] * _PHOTO_PLACES + [1]])
    pixels = torch.randn(1, 1, 3, 512, 512)
    return lambda: model.generate(
        input_ids=tokens, attention_mask=torch.ones_like(tokens), pixel_values=pixels, **options
    )

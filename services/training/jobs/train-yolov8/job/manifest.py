"""`manifest.json`: what `model.onnx` is, in the words of `packages/inspector-core/src/model-manifest.ts`."""

import hashlib
import json
from pathlib import Path
from typing import Any

import ultralytics

from .channels import Data
from .hyperparameters import STRIDE, Hyperparameters
from .input_size import Size

# The overlap from which on Ultralytics takes two boxes for one, when it validates.
SUPPRESSION_IOU = 0.7
# Kept off the ends, where a small validation set would put it by chance; the default is for when nothing was found.
_LOWEST, _DEFAULT, _HIGHEST = 0.05, 0.25, 0.9


def write_manifest(
    folder: Path, hyperparameters: Hyperparameters, size: Size, data: Data, validation: Any
) -> None:
    """`validation` is Ultralytics' DetMetrics of the exported weights."""
    manifest = {
        "format": "assay.model/1",
        "names": list(data.train.names),
        "imageSize": {"width": size.width, "height": size.height},
        "stride": STRIDE,
        "sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        "trainer": {
            "name": f"ultralytics-{hyperparameters.model}",
            "version": ultralytics.__version__,
            "seed": hyperparameters.seed,
        },
        "snapshot": data.train.snapshot,
        "channels": {"train": data.train.sha256, "validation": data.validation.sha256},
        "thresholds": {"confidence": _best_confidence(validation), "iou": SUPPRESSION_IOU},
    }
    (folder / "manifest.json").write_text(f"{json.dumps(manifest, indent=2, ensure_ascii=False)}\n", "utf-8")


def _best_confidence(validation: Any) -> float:
    """Where the F1 score at IoU 0.5, averaged over the classes, is best. Evaluate chooses the final one."""
    curves = validation.box.f1_curve
    if len(curves) == 0 or curves.mean(0).max() == 0:
        return _DEFAULT
    best = float(validation.box.px[curves.mean(0).argmax()])
    return round(min(_HIGHEST, max(_LOWEST, best)), 3)

"""What the trained network itself says of some images, for the gate to compare the exported one with."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from ultralytics.data.augment import LetterBox
from ultralytics.nn.tasks import load_checkpoint

from .channels import Channel
from .input_size import Size

FORMAT = "assay.reference/1"
IMAGES = 32
ANSWERS = 100
# float32 has no more.
_DIGITS = 9

Planes = npt.NDArray[np.uint8]


def write_reference(weights: Path, validation: Channel, size: Size, folder: Path) -> None:
    """Writes `reference.json` and the inputs `reference/NNN.rgb`: raw planes [3, height, width] of the first images by id.

    The answers are PyTorch's, of the network as it was trained: batch norm isn't folded, nothing was traced.
    """
    network, _ = load_checkpoint(weights, device="cpu", fuse=False)
    network = network.float().eval()
    planes_folder = folder / "reference"
    planes_folder.mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    for index, image in enumerate(validation.images[:IMAGES]):
        planes = _network_input(image, size)
        name = f"{index:03}.rgb"
        (planes_folder / name).write_bytes(planes.tobytes())
        with torch.no_grad():
            predictions, _ = network(torch.from_numpy(planes).float()[None] / 255)
        images.append({"imageId": image.stem, "planes": f"reference/{name}", "answers": _answers(predictions[0])})
    (folder / "reference.json").write_text(json.dumps({"format": FORMAT, "images": images}), "utf-8")


def _network_input(image: Path, size: Size) -> Planes:
    """Letterboxed and in planes of red, green and blue. `imdecode`, as names may be any text."""
    pixels = cv2.imdecode(np.fromfile(image, np.uint8), cv2.IMREAD_COLOR)
    boxed = LetterBox((size.height, size.width), auto=False)(image=pixels)
    return np.ascontiguousarray(boxed[..., ::-1].transpose(2, 0, 1))


def _answers(predictions: torch.Tensor) -> list[list[float]]:
    """The anchors with the highest scores: [anchor, cx, cy, w, h, score of each class]."""
    best = predictions[4:].amax(0)
    anchors = best.topk(min(ANSWERS, best.numel())).indices.tolist()
    return [
        [anchor, *(float(f"{value:.{_DIGITS}g}") for value in predictions[:, anchor].tolist())] for anchor in anchors
    ]

"""From trained weights to `model.onnx`."""

from pathlib import Path

import onnx
from ultralytics import YOLO

from .device_layers import suit_devices
from .input_size import Size

# As old as the devices' runtimes may be, and with every operator that YOLOv8 needs.
OPSET = 17
_INPUT = "images"
_OUTPUT = "output0"


def export_onnx(weights: Path, size: Size, classes: int, target: Path) -> None:
    """Writes the network in YOLOv8's export convention.

    `images` [1, 3, height, width] from 0 to 1; `output0` [1, 4 + classes, A], boxes in the input's pixels, scores from 0 to 1.
    Suppression isn't part of it: the inspector's own is used, so that all trainers' models are read alike.
    """
    yolo = YOLO(weights)
    suit_devices(yolo.model)
    exported = yolo.export(
        format="onnx",
        imgsz=[size.height, size.width],
        opset=OPSET,
        batch=1,
        dynamic=False,
        simplify=False,
        nms=False,
        device="cpu",
    )
    model = onnx.load(exported)
    onnx.checker.check_model(model)
    _check_shapes(model, size, classes)
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(exported).replace(target)


def _check_shapes(model: onnx.ModelProto, size: Size, classes: int) -> None:
    """A newer release may export another head, such as one that has suppression built in."""
    anchors = sum((size.height // stride) * (size.width // stride) for stride in (8, 16, 32))
    expected = {_INPUT: [1, 3, size.height, size.width], _OUTPUT: [1, 4 + classes, anchors]}
    found = {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    if found != expected:
        raise RuntimeError(f"the exported network maps {found}, not {expected}")

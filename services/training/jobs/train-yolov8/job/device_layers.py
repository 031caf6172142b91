"""Parts of YOLOv8 as they suit the devices' runtime: the same answers in less time (decision 0019)."""

import torch
from ultralytics.nn.modules import C2f
from ultralytics.nn.tasks import DetectionModel


def suit_devices(network: DetectionModel) -> None:
    """Changes how the network computes when it is exported."""
    for module in network.modules():
        if type(module) is C2f:
            module.__class__ = _HalvedC2f
    head = network.model[-1]
    head.dfl = _MeanDistance(head.reg_max)


class _HalvedC2f(C2f):
    """Computes the halves of its first convolution one by one.

    onnxruntime's convolutions have their channels in blocks. To split their output it is taken out of them and put back.
    """

    # What Ultralytics exports.
    def forward_split(self, x: torch.Tensor) -> torch.Tensor:
        convolution, activation = self.cv1.conv, self.cv1.act
        values = [
            activation(torch.nn.functional.conv2d(x, convolution.weight[half], convolution.bias[half]))
            for half in (slice(self.c), slice(self.c, None))
        ]
        for bottleneck in self.m:
            values.append(bottleneck(values[-1]))
        return self.cv2(torch.cat(values, 1))


class _MeanDistance(torch.nn.Module):
    """Ultralytics' `DFL`: distributions [B, 4 * bins, A] to their mean distances [B, 4, A].

    The softmax is over the last axis, whose rows onnxruntime takes as they lie. For Ultralytics' order it turns all of
    them round and back.
    """

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.bins = bins
        self.register_buffer("distances", torch.arange(bins, dtype=torch.float)[:, None])

    def forward(self, distributions: torch.Tensor) -> torch.Tensor:
        batch, _, anchors = distributions.shape
        by_side = distributions.view(batch, 4, self.bins, anchors).transpose(2, 3)
        return (by_side.softmax(3) @ self.distances).view(batch, 4, anchors)

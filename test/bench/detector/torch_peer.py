"""The detector's network in PyTorch, trained on two threads: the peer of the training benchmark.

Usage: torch_peer.py SPEC.json. Reads commands, a line each, from standard input and answers each with a line of JSON:
  predict IN OUT          IN: the parameters, then the images (float32); OUT: logits, centres, sizes of a batch in training mode
  train LAYOUT STEPS      takes steps in the layout "nchw" or "channels_last"; answers with their seconds
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

spec = json.load(open(sys.argv[1]))
shape, batch = spec["shape"], spec["batch"]
STRIDES = [8, 16, 32]
torch.set_num_threads(spec["threads"])
torch.manual_seed(spec["seed"])
named = {}


class Block(nn.Module):
    """Convolution, batch normalization, SiLU."""

    def __init__(self, name, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        named[f"{name}.weights"] = self.conv.weight
        named[f"{name}.scale"], named[f"{name}.shift"] = self.norm.weight, self.norm.bias

    def forward(self, x):
        return F.silu(self.norm(self.conv(x)))


class CrossStage(nn.Module):
    def __init__(self, name, channels, depth):
        super().__init__()
        half = channels // 2
        self.open = Block(f"{name}.open", channels, channels, 1)
        self.units = nn.ModuleList(
            nn.Sequential(Block(f"{name}.unit{i}.first", half, half, 3), Block(f"{name}.unit{i}.second", half, half, 3))
            for i in range(depth)
        )
        self.close = Block(f"{name}.close", (2 + depth) * half, channels, 1)

    def forward(self, x):
        branches = list(self.open(x).chunk(2, 1))
        for unit in self.units:
            branches.append(branches[-1] + unit(branches[-1]))
        return self.close(torch.cat(branches, 1))


def is_scale(conv):
    """A number for each channel, which onnxruntime likes as a convolution, and PyTorch as one elementwise operator."""
    return conv.groups == conv.out_channels and conv.kernel_size == (1, 1)


def scaled(conv, x):
    return torch.addcmul(conv.bias.reshape(1, -1, 1, 1), x, conv.weight.reshape(1, -1, 1, 1))


class Frozen(nn.Module):
    """The pretrained stages, which no gradient flows through. x · hard-sigmoid(x) is PyTorch's one operator for it."""

    def __init__(self, network):
        super().__init__()
        values = torch.from_numpy(np.fromfile(network["file"], dtype=np.float32))
        sizes = [math.prod(constant["dims"]) for constant in network["constants"]]
        parts = zip(network["constants"], values.split(sizes))
        self.constants = {constant["name"]: part.reshape(constant["dims"]) for constant, part in parts}
        self.network, self.convolutions = network, nn.ModuleList()
        for node in network["nodes"]:
            if node["operator"] == "Conv":
                self.convolutions.append(self.convolution(node))
        self.register_buffer("means", torch.tensor(network["means"]).reshape(1, 3, 1, 1))

    def convolution(self, node):
        _, kernel, bias = node["inputs"]
        weight, attributes = self.constants[kernel], node["attributes"]
        groups, (down, right) = attributes["group"], attributes["pads"][:2]
        conv = nn.Conv2d(
            weight.shape[1] * groups, weight.shape[0], weight.shape[2:], attributes["strides"], (down, right), groups=groups
        )
        conv.weight.data.copy_(weight)
        conv.bias.data.copy_(self.constants[bias])
        return conv.requires_grad_(False)

    @torch.no_grad()
    def forward(self, x):
        values = {**self.constants, self.network["input"]: x - self.means}
        gates, convolutions = {}, iter(self.convolutions)
        for node in self.network["nodes"]:
            operator, inputs = node["operator"], node["inputs"]
            if operator == "Conv":
                conv = next(convolutions)
                answer = scaled(conv, values[inputs[0]]) if is_scale(conv) else conv(values[inputs[0]])
            elif operator == "HardSigmoid":
                gates[node["output"]] = inputs[0]
                continue
            elif operator == "Mul" and gates.get(inputs[1]) == inputs[0]:
                answer = F.hardswish(values[inputs[0]])
            else:
                raise SystemExit(f"the frozen stages have an operator {operator}")
            values[node["output"]] = answer
        return [values[tap] for tap in self.network["taps"]]


def prediction(name, inputs, outputs, bias):
    conv = nn.Conv2d(inputs, outputs, 1)
    nn.init.normal_(conv.weight, std=0.01)
    nn.init.constant_(conv.bias, bias)
    named[f"{name}.weights"], named[f"{name}.bias"] = conv.weight, conv.bias
    return conv


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        widths, depths, head, half = shape["widths"], shape["depths"], shape["headWidth"], shape["headWidth"] // 2
        self.stages, self.blocks = nn.ModuleList(), nn.ModuleList()
        self.frozen = Frozen(spec["frozen"]) if "frozen" in spec else None
        # The frozen features of stride 4 take the place of the first two stages, those of stride 8 go into the third.
        self.first = 2 if self.frozen else 0
        if self.frozen:
            self.entry = Block("entry", 48, widths[1], 1)
            self.adapter = Block("stage2.adapter", 96, widths[2], 1)
            self.fusion = Block("stage2.fusion", 2 * widths[2], widths[2], 1)
        for i, (inputs, outputs) in enumerate(zip([3, *widths], widths)):
            if i < self.first:
                continue
            self.stages.append(Block(f"stage{i}", inputs, outputs, 3, 2))
            self.blocks.append(CrossStage(f"stage{i}.block", outputs, depths[i]) if depths[i] else nn.Identity())
        levels = range(len(STRIDES))
        self.read = [int(math.log2(stride)) - 1 for stride in STRIDES]
        self.lateral = nn.ModuleList(Block(f"pyramid{l}.lateral", widths[self.read[l]], head, 1) for l in levels)
        self.merge = nn.ModuleList(Block(f"pyramid{l}.merge", 2 * head, head, 1) for l in levels[:-1])
        self.smooth = nn.ModuleList(Block(f"pyramid{l}.smooth", head, head, 3) for l in levels)
        self.box = nn.ModuleList(Block(f"head{l}.box", head, half, 3) for l in levels)
        self.cls = nn.ModuleList(Block(f"head{l}.class", head, half, 3) for l in levels)
        self.boxes = nn.ModuleList(prediction(f"head{l}.box.values", half, 4, 0) for l in levels)
        self.logits = nn.ModuleList(prediction(f"head{l}.class.logits", half, shape["classes"], -4) for l in levels)
        cells = [torch.meshgrid(*[torch.arange(shape["input"]["width"] // s)] * 2, indexing="ij") for s in STRIDES]
        self.centre_y, self.centre_x = (
            torch.cat([(cell[axis].flatten() + 0.5) * s for cell, s in zip(cells, STRIDES)]) for axis in (0, 1)
        )
        self.stride = torch.cat([torch.full((cell[0].numel(),), float(s)) for cell, s in zip(cells, STRIDES)])

    def forward(self, x):
        features = [None] * self.first
        if self.frozen:
            stride4, stride8 = self.frozen(x)
            x = self.entry(stride4)
        for i, (stage, block) in enumerate(zip(self.stages, self.blocks)):
            x = stage(x)
            if self.frozen and i == 0:
                x = self.fusion(torch.cat([x, self.adapter(stride8)], 1))
            x = block(x)
            features.append(x)
        logits, boxes, coarser = [], [], None
        for l in reversed(range(len(STRIDES))):
            level = self.lateral[l](features[self.read[l]])
            if coarser is not None:
                level = self.merge[l](torch.cat([level, F.interpolate(coarser, scale_factor=2, mode="nearest")], 1))
            coarser = self.smooth[l](level)
            logits.insert(0, self.logits[l](self.cls[l](coarser)).flatten(2))
            boxes.insert(0, self.boxes[l](self.box[l](coarser)).flatten(2))
        box = torch.cat(boxes, 2)
        centres = torch.stack([box[:, 0] * self.stride + self.centre_x, box[:, 1] * self.stride + self.centre_y], 1)
        sizes = box[:, 2:].clamp(max=4).exp() * 2 * self.stride
        return torch.cat(logits, 2), centres, sizes


def loss_of(logits, centres, sizes, targets, boxes, weights):
    """Cross entropy and complete IoU against given targets: the assignment is left out, in the peer's favour."""
    total = targets.sum().clamp(min=1)
    classes = (F.softplus(logits) - logits * targets).sum() / total * 1.5
    (x1, y1), (x2, y2) = (centres - sizes / 2).unbind(1), (centres + sizes / 2).unbind(1)
    a, b, c, d = boxes.unbind(1)
    overlap = (torch.min(x2, c) - torch.max(x1, a)).clamp(min=0) * (torch.min(y2, d) - torch.max(y1, b)).clamp(min=0)
    width, height = sizes.unbind(1)
    iou = overlap / (width * height + (c - a) * (d - b) - overlap + 1e-6)
    diagonal = (torch.max(x2, c) - torch.min(x1, a)) ** 2 + (torch.max(y2, d) - torch.min(y1, b)) ** 2 + 1e-6
    distance = ((centres[:, 0] - (a + c) / 2) ** 2 + (centres[:, 1] - (b + d) / 2) ** 2) / diagonal
    angle = torch.atan((c - a) / (d - b + 1e-6)) - torch.atan(width / (height + 1e-6))
    proportion = 4 / math.pi**2 * angle**2
    weight = (proportion / (proportion - iou + 1 + 1e-6)).detach()
    return classes + ((1 - iou + distance + proportion * weight) * weights).sum() / total * 7.5


def predict(source, target):
    values = torch.from_numpy(np.fromfile(source, dtype=np.float32))
    for slot in spec["parameters"]:
        part = values[slot["offset"] : slot["offset"] + slot["size"]]
        named[slot["name"]].data.copy_(part.reshape(slot["dims"]))
    unplaced = set(named) - {slot["name"] for slot in spec["parameters"]}
    if unplaced:
        raise SystemExit(f"the other network has no {sorted(unplaced)}")
    images = values[sum(slot["size"] for slot in spec["parameters"]) :]
    with torch.no_grad():
        answers = net(images.reshape(-1, 3, shape["input"]["height"], shape["input"]["width"]))
    np.concatenate([answer.flatten().numpy() for answer in answers]).astype(np.float32).tofile(target)


def train(layout, steps):
    formats = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
    net.to(memory_format=formats[layout])
    optimizer = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=1e-3)
    anchors = net.stride.numel()
    images = torch.randint(0, 255, (batch, 3, shape["input"]["height"], shape["input"]["width"]), dtype=torch.uint8)
    targets = (torch.rand(batch, shape["classes"], anchors) < 0.05).float()
    boxes = torch.rand(batch, 4, anchors) * 80
    boxes[:, 2:] += 90
    started = time.perf_counter()
    for _ in range(steps):
        inputs = (images.float() / 255).contiguous(memory_format=formats[layout])
        loss = loss_of(*net(inputs), targets, boxes, targets[:, 0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return time.perf_counter() - started


net = Detector()
print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    command, first, second = line.split()
    if command == "predict":
        predict(first, second)
        print(json.dumps({}), flush=True)
    else:
        print(json.dumps({"seconds": train(first, int(second))}), flush=True)

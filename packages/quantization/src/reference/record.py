"""Records what onnxruntime's own quantize_static makes of a small network.

    pip install onnxruntime==1.30.0 onnx==1.20.1 numpy==2.4.6 sympy
    python record.py > quantize-static.json

`model` is the network, `images` what it was calibrated on ([1, 3, 8, 8] float32), both in base64. `values` has the scale and
zero point of each value, `weights` the integers and scales of each layer by the name of its output, `answers` what the
quantized model gives for each image.
"""

import base64
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

SEED = 20260718
SIDE = 8
draw = np.random.default_rng(SEED)
nodes, initializers = [], []


def constant(name, values, dtype=np.float32):
    initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
    return name


def node(operator, inputs, output, **attributes):
    nodes.append(helper.make_node(operator, inputs, [output], name=f"{output}/node", **attributes))
    return output


def convolution(x, name, outputs, inputs, kernel=1, stride=1):
    spread = draw.uniform(0.02, 2, (outputs, 1, 1, 1))
    weights = constant(f"{name}/w", spread * draw.normal(0, 1, (outputs, inputs, kernel, kernel)) / np.sqrt(inputs * kernel**2))
    bias = constant(f"{name}/b", draw.normal(0, 0.3, outputs))
    return node("Conv", [x, weights, bias], name, strides=[stride] * 2, pads=[kernel // 2] * 4)


def silu(x):
    return node("Mul", [x, node("Sigmoid", [x], f"{x}/sigmoid")], f"{x}/silu")


def network():
    first = silu(convolution("images", "first", 8, 3, kernel=3, stride=2))
    second = silu(convolution(first, "second", 8, 8, kernel=3))
    added = node("Add", [first, second], "added")
    pooled = node("MaxPool", [added], "pooled", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    joined = node("Concat", [added, pooled], "joined", axis=1)
    last = convolution(silu(convolution(joined, "third", 16, 16)), "last", 6, 16)
    node("Sigmoid", [last], "output0")
    graph = helper.make_graph(
        nodes,
        "reference",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, SIDE // 2, SIDE // 2])],
        initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class Reader(CalibrationDataReader):
    def __init__(self, images):
        self.feeds = iter([{"images": image} for image in images])

    def get_next(self):
        return next(self.feeds, None)


def base64_of(data):
    return base64.b64encode(data).decode()


model = network()
onnx.checker.check_model(model)
images = [draw.random((1, 3, SIDE, SIDE), np.float32) for _ in range(12)]
with tempfile.TemporaryDirectory() as folder:
    plain, quantized = Path(folder, "plain.onnx"), Path(folder, "quantized.onnx")
    onnx.save(model, plain)
    quantize_static(
        plain,
        quantized,
        Reader(images),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        # What makes the answer stays in float, as here it is the model's output.
        nodes_to_exclude=["output0/node"],
    )
    result = onnx.load(quantized)
    session = onnxruntime.InferenceSession(quantized, providers=["CPUExecutionProvider"])
    answers = [session.run(["output0"], {"images": image})[0].ravel().tolist() for image in images]

known = {each.name: numpy_helper.to_array(each) for each in result.graph.initializer}
makers = {output: each for each in result.graph.node for output in each.output}
values = {
    each.input[0]: [float(known[each.input[1]]), int(known[each.input[2]])]
    for each in result.graph.node
    if each.op_type == "QuantizeLinear"
}
weights = {}
for each in result.graph.node:
    if each.op_type == "Conv":
        kernel, bias = (makers[name].input for name in each.input[1:3])
        weights[each.name.removesuffix("/node")] = {
            "weights": known[kernel[0]].ravel().tolist(),
            "scales": known[kernel[1]].ravel().tolist(),
            "bias": known[bias[0]].ravel().tolist(),
        }
print(
    json.dumps(
        {
            "model": base64_of(model.SerializeToString()),
            "images": [base64_of(image.tobytes()) for image in images],
            "values": values,
            "weights": weights,
            "answers": answers,
        },
        separators=(",", ":"),
    )
)

import { rawReshape } from './broadcasting.ts';
import { dims4, type Tensor } from './tensor.ts';

const DOMAIN = 'com.microsoft.nchwc';
/** onnxruntime moves channels in fours. */
const CHANNEL_STEP = 4;
/** Channels are filled up with zeros to whole blocks; below this share of real products that costs more than it saves. */
const LEAST_REAL_SHARE = 0.6;

/**
 * A convolution's kernel by what it reads: [inputs, taps, outputs], taps row by row. In this order the blocked layout is
 * a matter of moving whole runs.
 */
export interface TapMajorKernel {
  readonly weights: Tensor;
  readonly side: number;
}

/** Whether the blocked layout pays for a kernel of these channels. 1×1 convolutions are products as they are. */
export function paysInBlocks(inputs: number, outputs: number, side: number, channelBlock: number): boolean {
  const readAsTheyAre = inputs < channelBlock;
  if (side === 1 || (!readAsTheyAre && inputs % CHANNEL_STEP !== 0)) return false;
  const read = readAsTheyAre ? inputs : wholeBlocks(inputs, channelBlock);
  return (inputs * outputs) / (read * wholeBlocks(outputs, channelBlock)) >= LEAST_REAL_SHARE;
}

/**
 * Convolution in NCHWc, the layout that onnxruntime gives to constant kernels: the channels of a block lie side by side and
 * no patches are gathered, which takes half to two thirds of the time of its plain `Conv` for a 3×3 kernel, the
 * changes of layout included. A kernel that is being trained isn't constant, hence the explicit nodes. A vendor's operators, and a
 * layout of this machine's: fit for training graphs, never for an export.
 *
 * @param x [N, C, H, W]
 * @returns [N, O, H / stride, W / stride]
 */
export function blockedConvolution(x: Tensor, kernel: TapMajorKernel, stride: number, channelBlock: number): Tensor {
  const { graph } = x;
  const [n, c, h, w] = dims4(x);
  const [, , outputs = 0] = kernel.weights.dims;
  const [height, width] = [h / stride, w / stride];
  // Fewer channels than a block are read as they are.
  const readsBlocks = c >= channelBlock;
  const input = readsBlocks
    ? graph.emit('ReorderInput', [x], [n, wholeBlocks(c, channelBlock), h, w], { domain: DOMAIN })
    : x;
  const { side } = kernel;
  const p = side >> 1;
  const attributes = { kernel_shape: [side, side], pads: [p, p, p, p], strides: [stride, stride] };
  const weights = inBlocks(kernel, readsBlocks ? channelBlock : 1, channelBlock);
  const y = graph.emit('Conv', [input, weights], [n, wholeBlocks(outputs, channelBlock), height, width], {
    domain: DOMAIN,
    attributes,
  });
  return graph.emit('ReorderOutput', [y], [n, outputs, height, width], {
    domain: DOMAIN,
    attributes: { channels: outputs },
  });
}

/** [C, K, O] → [O / block, C / inputBlock, K, inputBlock, block], under the dims [O, C, k, k] that the operator asks for. */
function inBlocks({ weights, side }: TapMajorKernel, inputBlock: number, block: number): Tensor {
  const { graph } = weights;
  const [c = 0, taps = 0, o = 0] = weights.dims;
  const [inputs, outputs] = [wholeBlocks(c, inputBlock), wholeBlocks(o, block)];
  const pads = graph.indices([0, 0, 0, inputs - c, 0, outputs - o]);
  const whole = inputs === c && outputs === o ? weights : graph.emit('Pad', [weights, pads], [inputs, taps, outputs]);
  const cut = rawReshape(whole, [inputs / inputBlock, inputBlock, taps, outputs / block, block]);
  const dims = [outputs / block, inputs / inputBlock, taps, inputBlock, block];
  const blocks = graph.emit('Transpose', [cut], dims, { attributes: { perm: [3, 0, 2, 1, 4] } });
  return rawReshape(blocks, [outputs, inputs, side, side]);
}

function wholeBlocks(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/** [O, C, k, k] → [C, k², O] */
export function tapMajor(kernel: Tensor): TapMajorKernel {
  const { graph } = kernel;
  const [o, c, side] = dims4(kernel);
  const rows = rawReshape(kernel, [o, c * side * side]);
  const columns = graph.emit('Transpose', [rows], [c * side * side, o], { attributes: { perm: [1, 0] } });
  return { weights: rawReshape(columns, [c, side * side, o]), side };
}

/** The kernel that leads a gradient back, [O, C, k, k] → [O, k², C], its taps in reverse. */
export function tapMajorBackwards(kernel: Tensor): TapMajorKernel {
  const { graph } = kernel;
  const [o, c, side] = dims4(kernel);
  const taps = side * side;
  const rows = rawReshape(kernel, [o, c, taps]);
  const columns = graph.emit('Transpose', [rows], [o, taps, c], { attributes: { perm: [0, 2, 1] } });
  const reversed = graph.indices(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  return { weights: graph.emit('Gather', [columns, reversed], [o, taps, c], { attributes: { axis: 1 } }), side };
}

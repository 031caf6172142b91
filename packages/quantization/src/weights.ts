import { roundToEven } from './affine.ts';

/**
 * Weights use seven of their eight bits (−64 to 64). x86 processors without VNNI multiply uint8 by int8 and add pairs of
 * products in 16 bits, saturating (VPMADDUBSW): 2 · 255 · 127 is too much for those, 2 · 255 · 64 isn't. So every device
 * computes the very integers that the gate measured.
 */
export const LARGEST_WEIGHT = 64;

/** Of the 32 bits that a bias has the half: a channel's products, which are added to it, need room in them as well. */
const LARGEST_BIAS = 2 ** 30;

export interface WeightLayout {
  readonly channels: number;
  /** The weights' axis that runs over them. */
  readonly channelAxis: 0 | 1;
  /** Scale of the layer's input. */
  readonly inputScale: number;
}

export interface QuantizedWeights {
  /** In the given shape, symmetric: real = scale of the channel · integer. */
  readonly weights: Int8Array;
  /** One a channel. */
  readonly scales: Float32Array;
  /** One a channel, in units of input scale · scale of the channel; empty without a bias. */
  readonly bias: Int32Array;
  /** Those units. */
  readonly biasScales: Float32Array;
}

/**
 * Quantizes a layer's weights, each channel by a scale of its own.
 *
 * @param weights [channels, …], or [inputs, channels] where the channels are axis 1
 * @param bias [channels], or empty
 */
export function quantizeWeights(
  weights: Float32Array,
  bias: Float32Array,
  { channels, channelAxis, inputScale }: WeightLayout,
): QuantizedWeights {
  const perChannel = weights.length / channels;
  const [channelStep, ownStep] = channelAxis === 0 ? [perChannel, 1] : [1, channels];
  const quantized = {
    weights: new Int8Array(weights.length),
    scales: new Float32Array(channels),
    bias: new Int32Array(bias.length),
    biasScales: new Float32Array(channels),
  };
  for (let channel = 0; channel < channels; channel++) {
    const positions = Array.from({ length: perChannel }, (_, at) => channel * channelStep + at * ownStep);
    const own = positions.map((at) => weights[at] ?? 0);
    const scale = scaleOf(own, Math.abs(bias[channel] ?? 0), inputScale);
    const biasScale = Math.fround(inputScale * scale);
    quantized.scales[channel] = scale;
    quantized.biasScales[channel] = biasScale;
    for (const at of positions) quantized.weights[at] = roundToEven(Math.fround((weights[at] ?? 0) / scale));
    if (bias.length > 0) quantized.bias[channel] = roundToEven((bias[channel] ?? 0) / biasScale);
  }
  return quantized;
}

/** Coarser than the weights need where the bias would not fit into its 32 bits: a channel of nearly nothing but bias. */
function scaleOf(weights: readonly number[], bias: number, inputScale: number): number {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const forBias = bias / inputScale / LARGEST_BIAS;
  // A little above, so that rounding to float32 leaves the bias below its limit.
  return Math.fround(Math.max(largest / LARGEST_WEIGHT, forBias * (1 + 1e-6))) || 1;
}

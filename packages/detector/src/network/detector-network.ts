import { add } from '../autodiff/operators/arithmetic.ts';
import { concatenate, split, upsample } from '../autodiff/operators/shapes.ts';
import { dims4, type Tensor } from '../autodiff/tensor.ts';
import { textDetectorFeatures } from '../pretrained/text-detector.ts';
import type { Layers } from './layers.ts';
import { type NetworkShape, strides } from './shape.ts';

/** Raw answers of one pyramid level: class logits [N, classes, h, w] and box values [N, 4, h, w]. */
export interface LevelPrediction {
  readonly classes: Tensor;
  readonly boxes: Tensor;
}

/** So that an untrained network finds next to nothing: sigmoid(−4) ≈ 0.02. */
const INITIAL_CLASS_BIAS = -4;

/** Backbone, feature pyramid and decoupled heads over images [N, 3, H, W] with values from 0 to 1. */
export function detectorNetwork(layers: Layers, shape: NetworkShape, images: Tensor): LevelPrediction[] {
  const features = backbones[shape.backbone](layers, shape, images);
  return pyramid(layers, shape, features).map((level, position) => heads(layers, shape, level, position));
}

/** Each returns the features that the pyramid reads, at strides 8, 16 and 32. */
const backbones = {
  own: stages,

  /** Frozen features of stride 4 take the place of the first two stages; those of stride 8 go into the third. */
  pretrained(layers: Layers, shape: NetworkShape, images: Tensor): Tensor[] {
    const { stride4, stride8 } = textDetectorFeatures(images);
    const entry = layers.block('entry', stride4, shape.widths[1] ?? 0, 1);
    return stages(layers, shape, entry, { first: 2, beside: stride8 });
  },
};

/**
 * Stages that halve the resolution, beginning with the one numbered `first`; what is given as `beside` has the
 * resolution of its output and is fused with it.
 */
function stages(
  layers: Layers,
  { widths, depths }: NetworkShape,
  input: Tensor,
  { first = 0, beside }: { first?: number; beside?: Tensor } = {},
): Tensor[] {
  const outputs = new Map<number, Tensor>();
  let features = input;
  for (const [stage, width] of widths.entries()) {
    if (stage < first) continue;
    features = layers.block(`stage${stage}`, features, width, 3, 2);
    if (stage === first && beside) {
      const adapted = layers.block(`stage${stage}.adapter`, beside, width, 1);
      features = layers.block(`stage${stage}.fusion`, concatenate([features, adapted], 1), width, 1);
    }
    features = crossStageBlock(layers, `stage${stage}.block`, features, depths[stage] ?? 0);
    outputs.set(2 ** (stage + 1), features);
  }
  return strides.map((stride) => {
    const output = outputs.get(stride);
    if (!output) throw new Error(`${widths.length} stages don't reach stride ${stride}: give five widths`);
    return output;
  });
}

/** Half of the channels bypass the residual units; every unit's output reaches the closing convolution. */
function crossStageBlock(layers: Layers, name: string, x: Tensor, depth: number): Tensor {
  if (depth === 0) return x;
  const [, channels] = dims4(x);
  const half = channels / 2;
  const branches = split(layers.block(`${name}.open`, x, channels, 1), 1, [half, half]);
  let tip = branches[1];
  if (!tip) throw new Error(`${name} has no second branch`);
  for (let unit = 0; unit < depth; unit++) {
    const inner = layers.block(`${name}.unit${unit}.first`, tip, half, 3);
    tip = add(tip, layers.block(`${name}.unit${unit}.second`, inner, half, 3));
    branches.push(tip);
  }
  return layers.block(`${name}.close`, concatenate(branches, 1), channels, 1);
}

/** Top-down: each level sees its own stage's features and, doubled in size, those of the coarser level. */
function pyramid(layers: Layers, { headWidth }: NetworkShape, features: readonly Tensor[]): Tensor[] {
  const levels: Tensor[] = [];
  for (const [position, feature] of [...features.entries()].toReversed()) {
    const name = `pyramid${position}`;
    const [coarser] = levels;
    let level = layers.block(`${name}.lateral`, feature, headWidth, 1);
    if (coarser) level = layers.block(`${name}.merge`, concatenate([level, upsample(coarser)], 1), headWidth, 1);
    levels.unshift(layers.block(`${name}.smooth`, level, headWidth, 3));
  }
  return levels;
}

function heads(layers: Layers, shape: NetworkShape, level: Tensor, position: number): LevelPrediction {
  const half = shape.headWidth / 2;
  const boxFeatures = layers.block(`head${position}.box`, level, half, 3);
  const classFeatures = layers.block(`head${position}.class`, level, half, 3);
  return {
    classes: layers.prediction(`head${position}.class.logits`, classFeatures, shape.classes, INITIAL_CLASS_BIAS),
    boxes: layers.prediction(`head${position}.box.values`, boxFeatures, 4, 0),
  };
}

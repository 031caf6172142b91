import { type Layer, multiplicationsOf } from './layers.ts';

export interface QuantizedLayer {
  /** The value that it makes. */
  readonly name: string;
  readonly operator: string;
  /** Its share of all multiplications of the model's layers. */
  readonly work: number;
  readonly precision: 'int8' | 'float32';
  /** Why it was left in float: `narrow` layers have nothing to gain, `sensitive` ones cost answers. */
  readonly reason?: 'narrow' | 'sensitive';
  /** Error of the model's answers with this layer alone quantized; absent where that wasn't tried. */
  readonly errorAlone?: number;
}

export interface QuantizationReport {
  readonly layers: readonly QuantizedLayer[];
  /** Share of the multiplications that are done with integers. */
  readonly work: number;
  /**
   * How far the answers are from the float model's on the images kept aside, 0 to 1, by part of the output: of boxes,
   * the overlap that is lost; of all else, the root mean square error relative to the answers.
   */
  readonly error: Readonly<Record<string, number>>;
  readonly tolerance: number;
  readonly images: { readonly calibrated: number; readonly aside: number };
}

interface Findings {
  /** All of the model. */
  readonly layers: readonly Layer[];
  /** Number of values that each makes. */
  readonly lengths: ReadonlyMap<string, number>;
  /** Names of those that were. */
  readonly quantized: ReadonlySet<string>;
  /** By the names of those that might have been. */
  readonly alone: ReadonlyMap<string, number>;
}

export function layerReport({
  layers,
  lengths,
  quantized,
  alone,
}: Findings): Pick<QuantizationReport, 'layers' | 'work'> {
  const all = layers.map((layer) => multiplicationsOf(layer, lengths.get(layer.output) ?? 0));
  const total = all.reduce((sum, each) => sum + each, 0);
  const listed = layers.map(({ name, node }, position): QuantizedLayer => {
    const errorAlone = alone.get(name);
    return {
      name,
      operator: node.opType,
      work: (all[position] ?? 0) / total,
      precision: quantized.has(name) ? 'int8' : 'float32',
      ...(!quantized.has(name) && { reason: errorAlone === undefined ? 'narrow' : 'sensitive' }),
      ...(errorAlone !== undefined && { errorAlone }),
    };
  });
  const work = listed.reduce((sum, layer) => sum + (layer.precision === 'int8' ? layer.work : 0), 0);
  return { layers: listed, work };
}

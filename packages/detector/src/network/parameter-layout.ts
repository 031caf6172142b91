import type { Random } from '@assay/vision';
import { elementCount } from '../autodiff/tensor.ts';

/**
 * What the optimizer has to know about a tensor: a kernel between two feature maps, the kernel of a prediction, or a
 * vector (scale, shift, bias).
 */
export type ParameterKind = 'kernel' | 'prediction' | 'vector';

/** A tensor's place in the flat parameter vector. */
export interface ParameterSlot {
  readonly name: string;
  readonly dims: readonly number[];
  readonly offset: number;
  readonly size: number;
  readonly kind: ParameterKind;
  readonly initialize: (random: Random) => number;
}

/** A normalization's place in the flat statistics vector: `channels` means, then as many second moments. */
export interface StatisticsSlot {
  readonly name: string;
  readonly offset: number;
  readonly channels: number;
}

/** The meaning of a network's flat vectors. Slots follow each other without gaps. */
export class ParameterLayout {
  readonly parameters: ParameterSlot[] = [];
  readonly statistics: StatisticsSlot[] = [];
  parameterCount = 0;
  statisticsCount = 0;

  addParameter(parameter: Omit<ParameterSlot, 'offset' | 'size'>): ParameterSlot {
    const slot = { ...parameter, offset: this.parameterCount, size: elementCount(parameter.dims) };
    this.parameters.push(slot);
    this.parameterCount += slot.size;
    return slot;
  }

  addStatistics(name: string, channels: number): void {
    this.statistics.push({ name, offset: this.statisticsCount, channels });
    this.statisticsCount += 2 * channels;
  }

  parameter(name: string): ParameterSlot {
    return named(this.parameters, name);
  }

  statisticsOf(name: string): StatisticsSlot {
    return named(this.statistics, name);
  }

  initialParameters(random: Random): Float32Array {
    const values = new Float32Array(this.parameterCount);
    for (const { offset, size, initialize } of this.parameters) {
      for (let i = offset; i < offset + size; i++) values[i] = initialize(random);
    }
    return values;
  }
}

function named<Slot extends { name: string }>(slots: readonly Slot[], name: string): Slot {
  const slot = slots.find((candidate) => candidate.name === name);
  if (!slot) throw new Error(`the network has no layer named ${name}`);
  return slot;
}

import type { Range } from '../affine.ts';
import { attribute, type GraphIndex } from '../onnx/graph-index.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';

/** Share of a step by which what a gate makes may change at the low end: rounding changes it by up to a half. */
const MOST_CHANGE = 1 / 8;
const HALVINGS = 20;

/** x · gate(x). */
interface Gated {
  product(x: number): number;
  /** Where the product is lowest. From there to −∞ it comes back to zero. */
  readonly turning: number;
}

const SILU: Gated = { product: (x) => x / (1 + Math.exp(-x)), turning: -1.2784645 };

/**
 * The range of a value that is read only as x · gate(x): SiLU and HardSwish make next to nothing of values far below
 * zero. To tell those apart would take up to half of the steps; they are clipped instead.
 */
export function gatedRange(index: GraphIndex, name: string, range: Range): Range {
  const gated = gatedOf(index, name);
  if (!gated || range.lowest >= gated.turning) return range;
  const step = (low: number) => (Math.max(range.highest, 0) - low) / 255;
  let lowest = range.lowest;
  let tooHigh = gated.turning;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (lowest + tooHigh) / 2;
    if (-gated.product(middle) <= MOST_CHANGE * step(middle)) lowest = middle;
    else tooHigh = middle;
  }
  return { ...range, lowest };
}

function gatedOf({ graph, consumers }: GraphIndex, name: string): Gated | undefined {
  const readers = consumers.get(name) ?? [];
  const gate = readers.find(({ opType }) => opType === 'Sigmoid' || opType === 'HardSigmoid');
  const [opened = ''] = gate?.output ?? [];
  const multiplied = readers.some(({ opType, input }) => opType === 'Mul' && input.includes(opened));
  // Any other reader may need what the product doesn't.
  const alone = readers.length === 2 && consumers.get(opened)?.length === 1;
  const given = graph.output.some((output) => output.name === name || output.name === opened);
  if (!gate || !multiplied || !alone || given) return undefined;
  return gate.opType === 'Sigmoid' ? SILU : hardSwish(gate);
}

/** x · max(0, min(1, alpha · x + ½)) */
function hardSwish(gate: NodeProto): Gated | undefined {
  const alpha = attribute(gate, 'alpha')?.f ?? 0.2;
  const beta = attribute(gate, 'beta')?.f ?? 0.5;
  if (alpha <= 0 || beta !== 0.5) return undefined;
  return { product: (x) => x * Math.min(1, Math.max(0, alpha * x + beta)), turning: -0.25 / alpha };
}

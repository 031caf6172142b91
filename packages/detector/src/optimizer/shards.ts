import type { ParameterKind, ParameterLayout, ParameterSlot } from '../network/parameter-layout.ts';

/** A run of parameters that are updated by the same rule. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly kind: ParameterKind;
}

/** The part of the parameter vector that one worker updates; whole tensors only. */
export interface Shard {
  readonly start: number;
  readonly end: number;
  /** Kernels, one segment each, for Muon. */
  readonly kernels: readonly (Segment & { readonly rows: number })[];
  /** Everything else, for AdamW; neighbours of one kind are one segment. */
  readonly rest: readonly Segment[];
}

/** Cuts the vector at tensor boundaries into shards of about equal size, in order. */
export function planShards(layout: ParameterLayout, workers: number): Shard[] {
  const ideal = layout.parameterCount / workers;
  const inner = Array.from({ length: workers - 1 }, (_, i) => nearestBoundary(layout, (i + 1) * ideal));
  const cuts = [0, ...inner, layout.parameterCount];
  return Array.from({ length: workers }, (_, i) => shard(layout, cuts[i] ?? 0, cuts[i + 1] ?? 0));
}

function nearestBoundary(layout: ParameterLayout, target: number): number {
  const distance = (offset: number) => Math.abs(offset - target);
  return layout.parameters.reduce((best, { offset }) => (distance(offset) < distance(best) ? offset : best), 0);
}

function shard(layout: ParameterLayout, start: number, end: number): Shard {
  const slots = layout.parameters.filter(({ offset }) => offset >= start && offset < end);
  const kernels = slots
    .filter(({ kind }) => kind === 'kernel')
    .map((slot) => ({ ...segment(slot), rows: slot.dims[0] ?? 1 }));
  return { start, end, kernels, rest: mergeNeighbours(slots.filter(({ kind }) => kind !== 'kernel').map(segment)) };
}

function segment({ offset, size, kind }: ParameterSlot): Segment {
  return { start: offset, end: offset + size, kind };
}

function mergeNeighbours(segments: readonly Segment[]): Segment[] {
  const merged: Segment[] = [];
  for (const next of segments) {
    const last = merged.at(-1);
    const joins = last?.end === next.start && last.kind === next.kind;
    if (last && joins) merged[merged.length - 1] = { ...last, end: next.end };
    else merged.push(next);
  }
  return merged;
}

import type { Physical } from './stack.ts';

/** Stands, while a plan is checked, for a value that is known only when its resource exists. No text of a template has it. */
export const UNKNOWN = '\u0000unknown\u0000';

/** A resource that doesn't exist yet: it may have any attribute. */
export const unknownPhysical: Pick<Physical, 'id' | 'attributes'> = {
  id: UNKNOWN,
  attributes: new Proxy<Record<string, string>>({}, { get: () => UNKNOWN }),
};

/** Whether a resolved value depends on something that isn't known yet. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(UNKNOWN);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnknown);
}

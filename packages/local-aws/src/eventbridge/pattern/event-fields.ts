/** A leaf of an event: where it is, what it is, and in which array elements it lies. */
export interface Field {
  value: Leaf;
  membership: Membership;
}

export type Leaf = string | number | boolean | null;

/** Array (numbered in order of appearance) → index of the element. Fields of different elements of one array never go together. */
export type Membership = ReadonlyMap<number, number>;

/** Leaves by path, steps joined with `.`: a field named `a.b` and a field `b` inside `a` are the same to EventBridge. */
export type EventFields = ReadonlyMap<string, Field[]>;

const NOWHERE: Membership = new Map();

/** Flattens an event. Empty objects and arrays have no leaves, so that nothing exists there. */
export function eventFields(event: Record<string, unknown>): EventFields {
  const fields = new Map<string, Field[]>();
  let arrays = 0;
  const visit = (value: unknown, path: string, membership: Membership): void => {
    if (Array.isArray(value)) {
      const array = arrays++;
      for (const [index, item] of value.entries())
        visit(item, path, isLeaf(item) ? membership : new Map([...membership, [array, index]]));
    } else if (isLeaf(value)) {
      const field = { value, membership };
      const same = fields.get(path);
      if (same) same.push(field);
      else fields.set(path, [field]);
    } else if (typeof value === 'object') {
      for (const [name, item] of Object.entries(value ?? {})) visit(item, path ? `${path}.${name}` : name, membership);
    }
  };
  visit(event, '', NOWHERE);
  return fields;
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Both memberships together; undefined when they name different elements of one array. */
export function joined(one: Membership, other: Membership): Membership | undefined {
  if (other.size === 0) return one;
  if (one.size === 0) return other;
  let more = false;
  for (const [array, index] of other) {
    const known = one.get(array);
    if (known === undefined) more = true;
    else if (known !== index) return undefined;
  }
  return more ? new Map([...one, ...other]) : one;
}

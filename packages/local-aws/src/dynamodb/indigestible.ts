import { AwsError } from '../kernel/errors.ts';
import { validationMessage } from '../kernel/protocol/validate.ts';

/** DynamoDB's values nest 32 levels deep ("Service, account, and table quotas"): two levels each, and what is around them. */
const DEEPEST = 2 * 32 + 10;

/**
 * Refuses an input on which dynalite would break, and with it every request that it has in hand: one with a null as an item
 * of a list or map, and one that nests too deeply.
 */
export function refuseIndigestible(input: object): void {
  const rest = Object.entries(input).map(([member, value]) => ({ path: lowerFirst(member), value, depth: 1 }));
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { path, value, depth } = next;
    // One of the operation's own members is as if it weren't there.
    if (value === null && depth > 1) {
      const problem = `Value null at '${path}' failed to satisfy constraint: Member must not be null`;
      throw new AwsError('ValidationException', validationMessage([problem]));
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEEPEST) throw new AwsError('ValidationException', 'Nesting Levels have exceeded supported limits');
    for (const [name, inner] of Object.entries(value)) {
      const member = Array.isArray(value) ? `${Number(name) + 1}.member` : name;
      rest.push({ path: `${path}.${member}`, value: inner, depth: depth + 1 });
    }
  }
}

const lowerFirst = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);

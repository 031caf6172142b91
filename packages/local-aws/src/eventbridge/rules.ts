import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import { DEFAULT_BUS } from './buses.ts';
import { compilePattern, type EventPattern } from './pattern/compile.ts';
import type { EventFields } from './pattern/event-fields.ts';

export interface Rule {
  bus: string;
  name: string;
  arn: string;
  description?: string;
  pattern?: string;
  schedule?: string;
  enabled: boolean;
  roleArn?: string;
  targets: Target[];
  tags: Record<string, string>;
}

interface CompiledRule {
  rule: Rule;
  pattern: EventPattern;
}

/** The rules of one bus, laid out so that an event is only held against those that can match its source. */
interface RuleIndex {
  bySource: Map<string, CompiledRule[]>;
  anySource: CompiledRule[];
}

/** Rules by bus and name. */
export class Rules {
  readonly #rules: Collection<Rule>;
  readonly #kernel: Kernel;
  readonly #indexes = new Map<string, RuleIndex>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#rules = kernel.store.collection<Rule>('eventbridge_rules');
  }

  arn(bus: string, name: string): string {
    return this.#kernel.arn('events', bus === DEFAULT_BUS ? `rule/${name}` : `rule/${bus}/${name}`);
  }

  find(bus: string, name: string): Rule | undefined {
    return this.#rules.get(keyOf(bus, name));
  }

  /** @throws ResourceNotFoundException */
  get(bus: string, name: string | undefined): Rule {
    const rule = this.find(bus, name ?? '');
    if (!rule) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
    return rule;
  }

  byArn(arn: string): Rule | undefined {
    const [, path = ''] = arn.split(':rule/');
    const [first = '', second] = path.split('/');
    return second === undefined ? this.find(DEFAULT_BUS, first) : this.find(first, second);
  }

  put(rule: Rule): void {
    this.#rules.put(keyOf(rule.bus, rule.name), rule);
    this.#indexes.delete(rule.bus);
  }

  delete(rule: Rule): void {
    this.#rules.delete(keyOf(rule.bus, rule.name));
    this.#indexes.delete(rule.bus);
  }

  list(bus: string, { prefix = '', after = '', limit = -1 } = {}): Rule[] {
    const from = after && keyOf(bus, after);
    return this.#rules.list({ prefix: keyOf(bus, prefix), after: from, limit }).map(({ value }) => value);
  }

  all(): Rule[] {
    return this.#rules.list().map(({ value }) => value);
  }

  /** The enabled rules of a bus whose pattern an event matches. */
  matching(bus: string, source: string, fields: EventFields): Rule[] {
    let index = this.#indexes.get(bus);
    if (!index) {
      index = indexOf(this.list(bus));
      this.#indexes.set(bus, index);
    }
    const candidates = [...(index.bySource.get(source) ?? []), ...index.anySource];
    return candidates.filter(({ pattern }) => pattern.matchesFields(fields)).map(({ rule }) => rule);
  }
}

/** A separator that no name holds. */
const keyOf = (bus: string, name: string): string => `${bus}|${name}`;

function indexOf(rules: Rule[]): RuleIndex {
  const index: RuleIndex = { bySource: new Map(), anySource: [] };
  for (const rule of rules) {
    if (!rule.enabled || !rule.pattern) continue;
    const compiled = { rule, pattern: compilePattern(rule.pattern) };
    if (!compiled.pattern.sources) index.anySource.push(compiled);
    else
      for (const source of compiled.pattern.sources) {
        const known = index.bySource.get(source);
        if (known) known.push(compiled);
        else index.bySource.set(source, [compiled]);
      }
  }
  return index;
}

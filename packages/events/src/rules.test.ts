import path from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from './catalogue/catalogue.ts';
import type { EventDefinition } from './envelope/definition.ts';
import { rulePattern } from './envelope/rule-pattern.ts';
import { readServiceRules, servicesIn } from './testing/service-rules.ts';

const services = path.resolve(import.meta.dirname, '../../../services');
const definitions: readonly EventDefinition[] = Object.values(catalogue);
const rules = readServiceRules(services);
const ours = rules.filter(({ sources }) => sources.some((source) => source.startsWith('assay.')));

it('reads the rules out of the services', () => {
  expect(ours.map(({ name }) => name)).toContain('ModelApprovedRule');
});

it.each(ours.map((rule) => [`${rule.service} ${rule.name}`, rule] as const))(
  '%s hears catalogued events from their owners only',
  (_, rule) => {
    expect(rule.detailTypes).not.toEqual([]);
    for (const detailType of rule.detailTypes) {
      const definition = definitions.find(({ name }) => name === detailType);
      expect(definition, `${detailType} is not in the catalogue`).toBeDefined();
      expect(rule.sources).toContain(definition?.source);
      expect(definition?.consumers, `${rule.service} is no consumer of ${detailType} in the catalogue`).toContain(
        rule.service,
      );
    }
    const owners = definitions.filter(({ name }) => rule.detailTypes.includes(name)).map(({ source }) => source);
    expect(rule.sources.toSorted()).toEqual([...new Set(owners)].toSorted());
  },
);

it.each(
  definitions.flatMap((definition) => definition.consumers.map((consumer) => [definition.name, consumer] as const)),
)('%s is heard by %s, as the catalogue claims', (event, consumer) => {
  const heard = ours.filter(({ service }) => service === consumer).flatMap(({ detailTypes }) => detailTypes);
  expect(heard).toContain(event);
});

it.each(definitions.map((definition) => [definition.name, definition] as const))(
  '%s is owned by a service that exists',
  (_, definition) => {
    expect(servicesIn(services)).toContain(definition.owner);
    expect(rulePattern(definition)).toEqual({
      source: [`assay.${definition.owner}`],
      'detail-type': [definition.name],
    });
  },
);

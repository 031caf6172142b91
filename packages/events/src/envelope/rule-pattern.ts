import type { EventDefinition } from './definition.ts';

/** The `EventPattern` of a rule that hears exactly this event. */
export function rulePattern(definition: EventDefinition): { source: string[]; 'detail-type': string[] } {
  return { source: [definition.source], 'detail-type': [definition.name] };
}

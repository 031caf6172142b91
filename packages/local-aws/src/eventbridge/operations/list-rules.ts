import { page } from '../pages.ts';
import { toWire } from '../rule-shape.ts';
import type { EventBridgeOperation } from '../state.ts';

export const listRules: EventBridgeOperation<'ListRules'> = (input, _request, state) => {
  const bus = state.buses.get(input.EventBusName).name;
  const { items, NextToken } = page(state.rules.list(bus, { prefix: input.NamePrefix }), (rule) => rule.name, input);
  return { Rules: items.map(toWire), NextToken };
};

export const listRuleNamesByTarget: EventBridgeOperation<'ListRuleNamesByTarget'> = (input, _request, state) => {
  const bus = state.buses.get(input.EventBusName).name;
  const rules = state.rules.list(bus).filter((rule) => rule.targets.some(({ Arn }) => Arn === input.TargetArn));
  const { items, NextToken } = page(rules, (rule) => rule.name, input);
  return { RuleNames: items.map(({ name }) => name), NextToken };
};

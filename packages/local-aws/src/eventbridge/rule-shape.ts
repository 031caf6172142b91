import type { Rule as WireRule } from '@aws-sdk/client-eventbridge';
import type { Rule } from './rules.ts';

/** A rule as the API shows it. */
export function toWire(rule: Rule): WireRule {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
  };
}

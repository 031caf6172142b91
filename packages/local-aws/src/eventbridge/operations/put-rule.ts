import { AwsError } from '../../kernel/errors.ts';
import { DEFAULT_BUS } from '../buses.ts';
import { checkName } from '../name.ts';
import { compilePattern } from '../pattern/compile.ts';
import type { Rule } from '../rules.ts';
import { parseSchedule } from '../schedule-expression.ts';
import type { EventBridgeOperation } from '../state.ts';

const LONGEST_PATTERN = 4096;

/** Makes a rule, or replaces one: what is left out is gone, its targets stay. */
export const putRule: EventBridgeOperation<'PutRule'> = (input, _request, state) => {
  const bus = state.buses.get(input.EventBusName).name;
  const name = input.Name ?? '';
  checkName('name', name, 64);
  const { EventPattern: pattern, ScheduleExpression: schedule } = input;
  if (!pattern && !schedule)
    throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (pattern && pattern.length > LONGEST_PATTERN)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_PATTERN}`,
    );
  if (pattern) compilePattern(pattern);
  if (schedule && bus !== DEFAULT_BUS)
    throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
  if (schedule && !parseSchedule(schedule))
    throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
  const existing = state.rules.find(bus, name);
  const rule: Rule = {
    bus,
    name,
    arn: state.rules.arn(bus, name),
    description: input.Description,
    pattern: pattern || undefined,
    schedule: schedule || undefined,
    enabled: input.State !== 'DISABLED',
    roleArn: input.RoleArn,
    targets: existing?.targets ?? [],
    tags: existing?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  state.rules.put(rule);
  // The same schedule goes on counting: a redeployed rate isn't put off.
  if (rule.schedule !== existing?.schedule || rule.enabled !== existing?.enabled) state.schedules.plan(rule);
  return { RuleArn: rule.arn };
};

import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { isJson } from '../../kernel/json.ts';
import type { EventBridgeOperation } from '../state.ts';
import { isPath } from '../target-input.ts';
import { TARGET_SERVICES } from '../targets.ts';

const MOST_TARGETS = 5;
/** Of one call. */
const MOST_ENTRIES = 10;
/** Characters of a constant input, a path and a template, and how many paths a transformer may have. */
const LONGEST_INPUT = 8192;
const LONGEST_PATH = 256;
const MOST_PATHS = 100;

const KNOWN = new Set<string>([
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'RetryPolicy',
  'DeadLetterConfig',
]);

export const putTargets: EventBridgeOperation<'PutTargets'> = (input, _request, state) => {
  const rule = state.rules.get(state.buses.get(input.EventBusName).name, input.Rule);
  const targets = new Map(rule.targets.map((target) => [target.Id, target]));
  const given = input.Targets ?? [];
  if (given.length < 1 || given.length > MOST_ENTRIES)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'targets' failed to satisfy constraint: Member must have length ${given.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ENTRIES}`}`,
    );
  for (const target of given) {
    check(target);
    targets.set(target.Id, target);
  }
  if (targets.size > MOST_TARGETS)
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  state.rules.put({ ...rule, targets: [...targets.values()] });
  return { FailedEntryCount: 0, FailedEntries: [] };
};

function check(target: Target): void {
  const invalid = (reason: string) =>
    new AwsError('ValidationException', `Target ${target.Id} is not valid. Reason: ${reason}`);
  for (const [name, value] of Object.entries(target))
    if (value !== undefined && !KNOWN.has(name)) throw notImplemented(`EventBridge targets with ${name}`);
  const service = target.Arn?.split(':')[2] ?? '';
  if (!target.Arn?.startsWith('arn:')) throw invalid(`Parameter ${target.Arn} is not an ARN.`);
  if (!TARGET_SERVICES.has(service)) throw notImplemented(`EventBridge targets of the service ${service}`);
  if (service === 'states' && !target.RoleArn)
    throw new AwsError('ValidationException', `RoleArn is required for target ${target.Arn}.`);
  checkLengths(target);
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter((value) => value !== undefined);
  if (inputs.length > 1) throw invalid('Only one of Input, InputPath, or InputTransformer must be provided.');
  if (target.Input !== undefined && !isJson(target.Input)) throw invalid('Input must be a valid JSON text.');
  const paths = [target.InputPath, ...Object.values(target.InputTransformer?.InputPathsMap ?? {})];
  for (const path of paths) if (path !== undefined && !isPath(path)) throw invalid(`InvalidInputPath: ${path}`);
  const { MaximumRetryAttempts: retries = 0, MaximumEventAgeInSeconds: age = 60 } = target.RetryPolicy ?? {};
  if (retries < 0 || retries > 185) throw invalid('MaximumRetryAttempts must be between 0 and 185.');
  if (age < 60 || age > 86_400) throw invalid('MaximumEventAgeInSeconds must be between 60 and 86400.');
  const deadLetters = target.DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && !/^arn:[^:]+:sqs:/.test(deadLetters))
    throw invalid('DeadLetterConfig must name an Amazon SQS queue.');
}

function checkLengths({ Input = '', InputPath = '', InputTransformer: transformer }: Target): void {
  const paths = Object.values(transformer?.InputPathsMap ?? {});
  const tooLong: [string, number, number][] = [
    ['input', Input.length, LONGEST_INPUT],
    ['inputTransformer.inputTemplate', transformer?.InputTemplate?.length ?? 0, LONGEST_INPUT],
    ['inputTransformer.inputPathsMap', paths.length, MOST_PATHS],
    ...[InputPath, ...paths].map((path): [string, number, number] => ['inputPath', path.length, LONGEST_PATH]),
  ];
  for (const [member, length, most] of tooLong)
    if (length > most)
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value at 'targets.1.member.${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
      );
}

import { arnGlob, glob, type Matcher } from './pattern.ts';

/** What a call brings along for conditions: values by key, in lower case. A key that is absent has no value. */
export type ConditionContext = ReadonlyMap<string, string>;

export type Condition = (context: ConditionContext) => boolean;

/**
 * How a wanted value is held against a call's ("IAM JSON policy elements: Condition operators"). Those that are not here are
 * refused when the policy is put: an operator that nobody understands must not decide anything.
 */
const OPERATORS: Record<string, (wanted: string) => Matcher> = {
  ArnEquals: arnGlob,
  ArnLike: arnGlob,
  Bool: (wanted) => (value) => value.toLowerCase() === wanted.toLowerCase(),
  StringEquals: (wanted) => (value) => value === wanted,
  StringLike: glob,
};

/** The keys that calls carry here, or that stand in policies for actions that only AWS has. */
const KEYS = new Set(
  [
    'aws:PrincipalArn',
    'aws:SecureTransport',
    'aws:SourceAccount',
    'aws:SourceArn',
    'cloudwatch:namespace',
    'iam:PassedToService',
    's3:prefix',
    'sagemaker:WorkteamArn',
  ].map((key) => key.toLowerCase()),
);

/** Why a condition cannot be understood, in AWS's words where it has some. */
export function conditionProblem(operator: string, key: string): string | undefined {
  if (!Object.hasOwn(OPERATORS, operator)) return `Invalid Condition type : ${operator}.`;
  if (!KEYS.has(key.toLowerCase())) return `Unsupported condition key : ${key}.`;
  return undefined;
}

/** One key under one operator: any of the wanted values will do. */
export function condition(operator: string, key: string, wanted: string[]): Condition {
  const make = OPERATORS[operator];
  if (!make) throw new Error(`the condition operator ${operator} was not refused`);
  const matchers = wanted.map(make);
  const name = key.toLowerCase();
  return (context) => {
    const value = context.get(name);
    return value !== undefined && matchers.some((matches) => matches(value));
  };
}

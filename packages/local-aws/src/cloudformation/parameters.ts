import { AwsError } from '../kernel/errors.ts';
import type { Template, TemplateParameter } from './template.ts';

/** The values of a template's parameters: those given, else the defaults. */
export function parameterValues(template: Template, given: Record<string, string>): Record<string, string | string[]> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(template.Parameters, name));
  if (unknown.length > 0)
    throw new AwsError('ValidationError', `Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing = Object.entries(template.Parameters)
    .filter(([name, { Default }]) => given[name] === undefined && Default === undefined)
    .map(([name]) => name);
  if (missing.length > 0) throw new AwsError('ValidationError', `Parameters: [${missing.join(', ')}] must have values`);
  return Object.fromEntries(
    Object.entries(template.Parameters).map(([name, parameter]) => {
      const value = given[name] ?? parameter.Default ?? '';
      check(name, value, parameter);
      const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type === 'List<Number>';
      return [name, isList ? value.split(',').map((item) => item.trim()) : value];
    }),
  );
}

function check(name: string, value: string, parameter: TemplateParameter): void {
  const fail = (what: string) => {
    throw new AwsError(
      'ValidationError',
      `Parameter '${name}' ${what}${parameter.ConstraintDescription ? `: ${parameter.ConstraintDescription}` : ''}`,
    );
  };
  const { AllowedValues, AllowedPattern, MinLength, MaxLength } = parameter;
  if (AllowedValues && !AllowedValues.includes(value))
    fail(`must be one of AllowedValues [${AllowedValues.join(', ')}]`);
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value))
    fail(`must match pattern ${AllowedPattern}`);
  if (MinLength !== undefined && value.length < MinLength) fail(`must contain at least ${MinLength} characters`);
  if (MaxLength !== undefined && value.length > MaxLength) fail(`must contain at most ${MaxLength} characters`);
  if (parameter.Type === 'Number' && !(value.trim() !== '' && Number.isFinite(Number(value)))) fail('must be a number');
}

import { AwsError } from '../../kernel/errors.ts';
import type { Parameter } from './definition.ts';

export type ParameterValue = string | number | boolean;

/** The parameters of an execution: what was given, else the defaults, as their types say. */
export function parameterValues(
  parameters: Parameter[],
  given: Record<string, string>,
): Record<string, ParameterValue> {
  const unknown = Object.keys(given).filter((name) => !parameters.some(({ Name }) => Name === name));
  if (unknown.length > 0)
    throw new AwsError('ValidationException', `Pipeline parameters [${unknown.join(', ')}] are not defined.`);
  const missing = parameters.filter(
    ({ Name, DefaultValue }) => given[Name] === undefined && DefaultValue === undefined,
  );
  if (missing.length > 0)
    throw new AwsError(
      'ValidationException',
      `Parameters [${missing.map(({ Name }) => Name).join(', ')}] do not have default value.`,
    );
  return Object.fromEntries(
    parameters.map((parameter) => {
      const value = typed(parameter, given[parameter.Name] ?? parameter.DefaultValue ?? '');
      if (parameter.EnumValues && !parameter.EnumValues.some((allowed) => allowed === value))
        throw new AwsError(
          'ValidationException',
          `Parameter ${parameter.Name} must be one of ${parameter.EnumValues.join(', ')}: ${value}`,
        );
      return [parameter.Name, value];
    }),
  );
}

function typed({ Name, Type }: Parameter, value: ParameterValue): ParameterValue {
  const text = String(value);
  const wrong = () =>
    new AwsError('ValidationException', `Value ${text} of parameter ${Name} cannot be parsed as type ${Type}.`);
  switch (Type) {
    case 'Integer':
      if (!/^[+-]?\d+$/.test(text)) throw wrong();
      return Number(text);
    case 'Float':
      if (text.trim() === '' || Number.isNaN(Number(text))) throw wrong();
      return Number(text);
    case 'Boolean':
      if (text !== 'true' && text !== 'false') throw wrong();
      return text === 'true';
    case 'String':
      return text;
  }
}

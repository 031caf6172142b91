import { AwsError } from '../../kernel/errors.ts';
import { toWire } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';
import { publish } from '../versions.ts';

export const publishVersion: LambdaOperation<'PublishVersion'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName);
  const { CodeSha256 } = toWire(lambda);
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== CodeSha256)
    throw new AwsError(
      'InvalidParameterValueException',
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      { extra: { Type: 'User' } },
    );
  return toWire(publish(state, lambda, input.Description));
};

export const listVersionsByFunction: LambdaOperation<'ListVersionsByFunction'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName);
  const all = [lambda, ...state.functions.versions(lambda.name)];
  const limit = Math.min(input.MaxItems ?? 50, 50);
  const start = input.Marker === undefined ? 0 : Number(input.Marker);
  return {
    Versions: all.slice(start, start + limit).map((version) => toWire(version, { qualified: true })),
    ...(start + limit < all.length && { NextMarker: String(start + limit) }),
  };
};

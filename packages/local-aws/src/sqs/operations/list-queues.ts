import { AwsError } from '../../kernel/errors.ts';
import { queueUrl } from '../queues.ts';
import type { SqsOperation } from '../state.ts';

export const listQueues: SqsOperation<'ListQueues'> = (input, request, state) => {
  const limit = input.MaxResults ?? 1000;
  if (limit < 1 || limit > 1000)
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${limit} for parameter MaxResults is invalid. Reason: must be between 1 and 1000.`,
    );
  const after = input.NextToken ? Buffer.from(input.NextToken, 'base64').toString() : undefined;
  const found = state.queues.list({ prefix: input.QueueNamePrefix, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  // Without MaxResults SQS answers with up to 1,000 and no token.
  const more = input.MaxResults !== undefined && found.length > limit && last;
  return {
    ...(page.length > 0 && { QueueUrls: page.map(({ name }) => queueUrl(request.endpoint, request.account, name)) }),
    ...(more && { NextToken: Buffer.from(more.name).toString('base64') }),
  };
};

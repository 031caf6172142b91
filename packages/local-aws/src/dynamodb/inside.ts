import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { DynamoState } from './state.ts';

/** What an exception of the SDK's is known by. */
const serviceException = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
  /** Of a ConditionalCheckFailedException, when `ReturnValuesOnConditionCheckFailure` asked for it. */
  Item: z.record(z.string(), z.unknown()).optional(),
});

/** Calls dynalite; its errors come back as AWS's. */
export async function inside<Output extends { $metadata: object }>(
  state: DynamoState,
  call: (dynamo: DynamoDB) => Promise<Output>,
): Promise<Omit<Output, '$metadata'>> {
  const client = await state.client();
  try {
    const { $metadata: _metadata, ...output } = await call(client);
    return output;
  } catch (error) {
    const known = serviceException.safeParse(error);
    if (!known.success) throw error;
    const { name, message, $metadata, Item } = known.data;
    throw new AwsError(name, message, {
      status: $metadata.httpStatusCode,
      ...(Item && { extra: { Item } }),
      cause: error,
    });
  }
}

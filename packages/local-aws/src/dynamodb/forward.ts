import { Agent, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { serviceCaller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { ForwardedRequest } from '../kernel/service.ts';
import { settingInputs } from './settings.ts';
import type { DynamoState } from './state.ts';

const agent = new Agent({ keepAlive: true });

/** Hands a request, whose signature the gateway has verified, to dynalite, and its answer back as it is. */
export async function forward(request: ForwardedRequest, state: DynamoState): Promise<void> {
  const { message, response, body, operation } = request;
  const input = inputOf(body);
  switch (operation) {
    case 'UpdateTimeToLive':
    case 'DescribeTimeToLive':
    case 'UpdateContinuousBackups':
    case 'DescribeContinuousBackups':
      return answerHere(request, input, operation, state);
  }
  const origin = await state.server.origin();
  await new Promise<void>((resolve, reject) => {
    const { 'x-amz-target': target, 'x-amz-date': date, authorization } = message.headers;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': body.length,
      'x-amz-target': target,
      'x-amz-date': date,
      authorization,
    };
    const onward = httpRequest(origin, { agent, method: 'POST', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      pipeline(answer, response).then(resolve, reject);
    });
    onward.once('error', reject);
    onward.end(body);
  });
}

/** dynalite ends where its input isn't an object, or has a prototype of its own making. */
function inputOf(body: Buffer): object {
  try {
    return z.record(z.string(), z.unknown()).parse(body.length === 0 ? {} : JSON.parse(body.toString()));
  } catch (error) {
    throw new AwsError('SerializationException', 'The request is not a JSON object.', { status: 400, cause: error });
  }
}

async function answerHere(
  { response }: ForwardedRequest,
  given: object,
  operation: keyof typeof settingInputs,
  { kernel }: DynamoState,
): Promise<void> {
  const input = settingInputs[operation].safeParse(given);
  if (!input.success) throw new AwsError('ValidationException', z.prettifyError(input.error));
  const caller = serviceCaller('dynamodb.amazonaws.com', kernel.account);
  const answer = JSON.stringify(await kernel.call('dynamodb', operation, input.data, caller));
  await kernel.store.durable();
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(answer);
}

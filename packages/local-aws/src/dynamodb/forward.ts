import { Agent, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { ForwardedRequest } from '../kernel/service.ts';
import { refuseIndigestible } from './indigestible.ts';
import { settingInputs } from './settings.ts';
import type { DynamoState } from './state.ts';

const agent = new Agent({ keepAlive: true });

/** Hands a request, whose signature the gateway has verified, to dynalite, and its answer back as it is. */
export async function forward(request: ForwardedRequest, state: DynamoState): Promise<void> {
  const { message, response, body, input, operation } = request;
  switch (operation) {
    case 'UpdateTimeToLive':
    case 'DescribeTimeToLive':
    case 'UpdateContinuousBackups':
    case 'DescribeContinuousBackups':
      return answerHere(request, operation, state);
  }
  refuseIndigestible(input);
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
      const deleted = operation === 'DeleteTable' && answer.statusCode === 200;
      (deleted ? forgetSettings(input, state) : Promise.resolve())
        .then(() => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          return pipeline(answer, response);
        })
        .then(resolve, reject);
    });
    onward.once('error', reject);
    onward.end(body);
  });
}

/** A table that is made anew under the name has none. */
async function forgetSettings(input: object, { kernel, settings }: DynamoState): Promise<void> {
  // dynalite has deleted it: the name is a text.
  if ('TableName' in input) settings.delete(String(input.TableName));
  await kernel.store.durable();
}

async function answerHere(
  { request, response, input: given }: ForwardedRequest,
  operation: keyof typeof settingInputs,
  { kernel }: DynamoState,
): Promise<void> {
  const input = settingInputs[operation].safeParse(given);
  if (!input.success) throw new AwsError('ValidationException', z.prettifyError(input.error));
  const answer = JSON.stringify(await kernel.call('dynamodb', operation, input.data, request.caller));
  await kernel.store.durable();
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(answer);
}

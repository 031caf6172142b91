import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { QUERY_TASK } from '../execution.ts';
import { parseS3 } from '../s3-location.ts';
import { type Athena, requireWorkGroup } from '../state.ts';

const LONGEST_QUERY = 262_144;

/** The same token with the same query gives the same execution. */
export const startQueryExecution: Operation<'athena', 'StartQueryExecution', Athena> = (input, { caller }, athena) => {
  const { QueryString = '', ClientRequestToken: token, QueryExecutionContext: context } = input;
  if (Buffer.byteLength(QueryString) > LONGEST_QUERY)
    throw new AwsError('InvalidRequestException', `The query has more than ${LONGEST_QUERY} bytes`);
  if (token !== undefined && (token.length < 32 || token.length > 128))
    throw new AwsError('InvalidRequestException', 'ClientRequestToken must have 32 to 128 characters');
  const workGroup = requireWorkGroup(athena, input.WorkGroup ?? 'primary');
  if (workGroup.state === 'DISABLED')
    throw new AwsError('InvalidRequestException', `WorkGroup ${workGroup.name} is disabled.`);
  if (context?.Catalog !== undefined && context.Catalog.toLowerCase() !== 'awsdatacatalog')
    throw new AwsError('InvalidRequestException', `Catalog ${context.Catalog} not found.`);
  const known = token === undefined ? undefined : athena.tokens.get(token);
  if (known) {
    if (known.query !== QueryString)
      throw new AwsError('InvalidRequestException', 'Idempotent parameters do not match');
    return { QueryExecutionId: known.id };
  }
  const { EnforceWorkGroupConfiguration, ResultConfiguration } = workGroup.configuration;
  const own = EnforceWorkGroupConfiguration ? undefined : input.ResultConfiguration?.OutputLocation;
  const location = own ?? ResultConfiguration?.OutputLocation;
  if (location === undefined || !parseS3(location))
    throw new AwsError(
      'InvalidRequestException',
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  const id = randomUUID();
  athena.queries.put(id, {
    id,
    query: QueryString,
    parameters: input.ExecutionParameters ?? [],
    ...(context?.Database !== undefined && { database: context.Database }),
    ...(context?.Catalog !== undefined && { catalog: context.Catalog }),
    workGroup: workGroup.name,
    output: `${location.endsWith('/') ? location : `${location}/`}${id}.csv`,
    state: 'QUEUED',
    submitted: athena.kernel.clock.now(),
    caller,
  });
  if (token !== undefined) athena.tokens.put(token, { id, query: QueryString });
  athena.kernel.outbox.add(QUERY_TASK, { id });
  return { QueryExecutionId: id };
};

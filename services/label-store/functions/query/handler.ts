import { setTimeout as sleep } from 'node:timers/promises';
import { taskHandler } from '@assay/lambda-kit';
import { AthenaClient } from '@aws-sdk/client-athena';
import { z } from 'zod';
import { runQuery } from '../../adapters/athena.ts';
import { asOfQuery } from '../../domain/as-of-query.ts';

const name = z.string().min(1);
const config = z.strictObject({ catalog: name, database: name, table: name, workGroup: name });

const schema = z.strictObject({
  asOf: z.iso.datetime(),
  verdict: z.enum(['approved', 'rejected']).optional(),
  station: z.string().optional(),
  part: z.string().optional(),
});

function assemble(settings: z.output<typeof config>) {
  const athena = new AthenaClient({});
  return { run: runQuery.bind(null, athena, { ...settings, sleep }) };
}

/** Asked by people: the labels as they were known at an instant, as a CSV in S3. */
export const handler = taskHandler({ schema, config, assemble }, async (query, { deps, config: { table } }) => ({
  csvUri: await deps.run(asOfQuery({ ...query, table })),
}));

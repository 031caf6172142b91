import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { instantSchema } from '../../shapes/identifiers.ts';

export const LabelsStored = defineEvent({
  name: 'LabelsStored',
  version: 1,
  owner: 'label-store',
  consumers: ['training'],
  describe: 'All outcomes of a labeling run are in the Feature Store; the event says how to query them.',
  data: z.object({
    runId: z.string().min(1),
    labelingJob: z.string().min(1),
    featureGroup: z.string().min(1),
    catalog: z.string().min(1),
    database: z.string().min(1),
    table: z.string().min(1),
    workGroup: z.string().min(1),
    /** `s3://` prefix for query results. */
    queryOutput: z.string().startsWith('s3://'),
    /** Records of this run, approved and rejected. */
    stored: z.int().nonnegative(),
    /** Of these, approved. */
    approved: z.int().nonnegative(),
    /** A query as of this instant sees every record of this run. */
    asOf: instantSchema,
  }),
  sample: {
    runId: 'run-20260304-081600-7f3a',
    labelingJob: 'assay-local-boxes-20260304-081600-7f3a',
    featureGroup: 'assay-local-labels',
    catalog: 'AwsDataCatalog',
    database: 'assay_local_labels',
    table: 'labels',
    workGroup: 'assay-local-labels',
    queryOutput: 's3://assay-local-labels-000000000000/query-results/',
    stored: 50,
    approved: 47,
    asOf: '2026-03-04T10:12:00.000Z',
  },
});

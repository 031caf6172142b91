import { z } from 'zod';

const settingsSchema = z.object({
  /** Labels as they were at this instant. */
  ASSAY_AS_OF: z.iso.datetime().transform((instant) => new Date(instant).toISOString()),
  /** How long after an instant all that was stored before it can be queried. */
  ASSAY_SETTLE_SECONDS: z.coerce.number().int().positive(),
  /** How many records of that instant there are, at least. */
  ASSAY_STORED_RECORDS: z.coerce.number().int().min(0),
  ASSAY_CATALOG: z.string().min(1),
  ASSAY_DATABASE: z.string().min(1),
  ASSAY_TABLE: z.string().min(1),
  ASSAY_WORK_GROUP: z.string().min(1),
  /** Where Athena leaves results: an `s3://` prefix. */
  ASSAY_QUERY_OUTPUT: z.string().startsWith('s3://'),
  /** Whose newest approved package is the champion. */
  ASSAY_MODEL_PACKAGE_GROUP: z.string().min(1),
  /** It is a folder's name in the bucket. */
  ASSAY_LINEAGE: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be of a-z, 0-9 and -'),
});

export interface PrepareSettings {
  readonly asOf: string;
  readonly settleSeconds: number;
  readonly storedRecords: number;
  readonly catalog: string;
  readonly database: string;
  readonly table: string;
  readonly workGroup: string;
  readonly queryOutput: string;
  readonly modelPackageGroup: string;
  readonly lineage: string;
}

/** Reads the step's environment. @throws Error naming each variable that is missing or wrong */
export function readPrepareSettings(environment: Readonly<Record<string, string | undefined>>): PrepareSettings {
  const parsed = settingsSchema.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(
      `The job's environment is incomplete (${faults.join('; ')}). Set it in the step PrepareDataset of the pipeline.`,
      { cause: parsed.error },
    );
  }
  const values = parsed.data;
  return {
    asOf: values.ASSAY_AS_OF,
    settleSeconds: values.ASSAY_SETTLE_SECONDS,
    storedRecords: values.ASSAY_STORED_RECORDS,
    catalog: values.ASSAY_CATALOG,
    database: values.ASSAY_DATABASE,
    table: values.ASSAY_TABLE,
    workGroup: values.ASSAY_WORK_GROUP,
    queryOutput: values.ASSAY_QUERY_OUTPUT,
    modelPackageGroup: values.ASSAY_MODEL_PACKAGE_GROUP,
    lineage: values.ASSAY_LINEAGE,
  };
}

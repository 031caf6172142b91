import { z } from 'zod';

/** Greengrass advises to write numbers as strings; both are taken. */
const number = z.coerce.number();
const share = number.min(0).max(1);

const settingsSchema = z.object({
  frames: z.object({
    /** Pictures appear as `<folder>/<station>/<part>/<file>`. */
    folder: z.string().min(1),
    pollSeconds: number.min(0.05).default(0.5),
    /** Of `POST http://127.0.0.1:<port>/frames/<station>/<part>/<file>`; 0 for none. */
    httpPort: number.int().min(0).max(65_535).default(0),
  }),
  /** Where pictures go that the inspector was unsure of. */
  imageBucket: z.string().min(1, 'say where uncertain pictures go, e.g. assay-local-images-000000000000'),
  /** By class name; the model's own threshold, and `fail`, for classes without one. */
  rules: z
    .record(z.string(), z.object({ confidence: share.optional(), verdict: z.enum(['pass', 'fail']).optional() }))
    .default({}),
  /** How near its threshold the decisive confidence makes a verdict uncertain: shares of the way to 0, and to 1. */
  uncertaintyBand: z.object({ below: share, above: share }).default({ below: 0.4, above: 0.4 }),
  threads: number.int().min(1).default(1),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Reads the component's configuration; the error names what is wrong in it, and where it is corrected. */
export function readSettings(configuration: unknown): Settings {
  const parsed = settingsSchema.safeParse(configuration);
  if (parsed.success) return parsed.data;
  throw new Error(
    `the configuration of com.assay.inspector is not usable: ${z.prettifyError(parsed.error)}\n` +
      'Correct it by a deployment with a configuration update for the component.',
    { cause: parsed.error },
  );
}

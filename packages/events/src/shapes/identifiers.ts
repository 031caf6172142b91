import { z } from 'zod';

/** Lower-case hex SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'a lower-case hex SHA-256 expected');

/** The same photograph has the same id wherever it was uploaded. */
export const imageIdSchema = sha256Schema.describe("SHA-256 of the uploaded image's bytes");

/** Any AWS ARN. */
export const arnSchema = z.string().regex(/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/, 'an ARN expected');

/** An instant, ISO 8601 in UTC (`2026-03-04T08:15:30.000Z`). */
export const instantSchema = z.iso.datetime();

/** `major.minor.patch`, as Greengrass wants component versions. */
export const semverSchema = z.string().regex(/^\d+\.\d+\.\d+$/, 'major.minor.patch expected');

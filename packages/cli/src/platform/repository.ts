import { resolve } from 'node:path';

/** The root of the repository: commands that deploy work from its sources. */
export const repositoryRoot = resolve(import.meta.dirname, '..', '..', '..', '..');

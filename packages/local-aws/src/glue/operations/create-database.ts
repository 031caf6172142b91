import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Catalog, folded } from '../catalog.ts';

export const createDatabase: Operation<'glue', 'CreateDatabase', Catalog> = (
  { DatabaseInput },
  _request,
  { databases, kernel },
) => {
  const name = folded(DatabaseInput?.Name);
  if (!DatabaseInput || name === '') throw new AwsError('InvalidInputException', 'DatabaseInput.Name is required.');
  if (databases.get(name)) throw new AwsError('AlreadyExistsException', 'Database already exists.');
  databases.put(name, { name, input: DatabaseInput, created: kernel.clock.now() });
  return {};
};

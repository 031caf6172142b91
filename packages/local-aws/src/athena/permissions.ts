import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { Athena } from './state.ts';

const workGroup = (kernel: Kernel, name: string | undefined) => kernel.arn('athena', `workgroup/${name ?? 'primary'}`);
const named = ({ Name }: { Name?: string | undefined }, kernel: Kernel) => workGroup(kernel, Name);
const given = ({ WorkGroup }: { WorkGroup?: string | undefined }, kernel: Kernel) => workGroup(kernel, WorkGroup);
/** A query belongs to the work group that it was started in. */
const query = (
  { QueryExecutionId }: { QueryExecutionId?: string | undefined },
  kernel: Kernel,
  { queries }: Athena,
) => {
  const found = queries.get(QueryExecutionId ?? '');
  return found ? workGroup(kernel, found.workGroup) : '*';
};

export const athenaAuthorization: ServiceAuthorization<'athena', Athena> = {
  prefix: 'athena',
  permissions: {
    CreateWorkGroup: named,
    DeleteWorkGroup: given,
    GetQueryExecution: query,
    GetQueryResults: query,
    GetWorkGroup: given,
    ListQueryExecutions: given,
    ListWorkGroups: () => '*',
    StartQueryExecution: given,
    StopQueryExecution: query,
    UpdateWorkGroup: given,
  },
};

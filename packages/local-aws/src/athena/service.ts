import { defineService } from '../kernel/service.ts';
import { execute, QUERY_TASK } from './execution.ts';
import { createWorkGroup } from './operations/create-work-group.ts';
import { deleteWorkGroup } from './operations/delete-work-group.ts';
import { getQueryExecution } from './operations/get-query-execution.ts';
import { getQueryResults } from './operations/get-query-results.ts';
import { getWorkGroup, listWorkGroups } from './operations/get-work-groups.ts';
import { listQueryExecutions } from './operations/list-query-executions.ts';
import { startQueryExecution } from './operations/start-query-execution.ts';
import { stopQueryExecution } from './operations/stop-query-execution.ts';
import { updateWorkGroup } from './operations/update-work-group.ts';
import { athenaAuthorization } from './permissions.ts';
import { workGroupResource } from './resources/work-group.ts';
import { type Athena, createAthena } from './state.ts';

export const athenaService = defineService<'athena', Athena>({
  name: 'athena',
  signingName: 'athena',
  load: () => import('@aws-sdk/client-athena'),
  create(kernel) {
    const athena = createAthena(kernel);
    kernel.outbox.handle<{ id: string }>(QUERY_TASK, ({ id }) => execute(athena, id), { concurrency: 4 });
    return athena;
  },
  close(athena) {
    athena.closing = true;
    for (const interrupt of athena.running.values()) interrupt();
  },
  authorization: athenaAuthorization,
  operations: {
    CreateWorkGroup: createWorkGroup,
    DeleteWorkGroup: deleteWorkGroup,
    GetQueryExecution: getQueryExecution,
    GetQueryResults: getQueryResults,
    GetWorkGroup: getWorkGroup,
    ListQueryExecutions: listQueryExecutions,
    ListWorkGroups: listWorkGroups,
    StartQueryExecution: startQueryExecution,
    StopQueryExecution: stopQueryExecution,
    UpdateWorkGroup: updateWorkGroup,
  },
  resources: { 'AWS::Athena::WorkGroup': workGroupResource },
});

import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../kernel/resource-provider.ts';
import type { HttpRoute, Operations } from '../../kernel/service.ts';
import { JobTable } from './job-table.ts';
import { JobLifecycle } from './lifecycle.ts';
import { createLabelingJob } from './operations/create-labeling-job.ts';
import { createWorkteam } from './operations/create-workteam.ts';
import { deleteWorkteam } from './operations/delete-workteam.ts';
import { describeLabelingJob } from './operations/describe-labeling-job.ts';
import { describeWorkteam } from './operations/describe-workteam.ts';
import { listLabelingJobs } from './operations/list-labeling-jobs.ts';
import { listWorkteams } from './operations/list-workteams.ts';
import { stopLabelingJob } from './operations/stop-labeling-job.ts';
import { updateWorkteam } from './operations/update-workteam.ts';
import { workteamResource } from './resources/workteam.ts';
import { Teams } from './teams.ts';
import { giveTasks, takeAnswer } from './worker-api.ts';

/** Ground Truth: labeling jobs, and the teams that work on them. */
export interface LabelingState {
  kernel: Kernel;
  table: JobTable;
  teams: Teams;
  lifecycle: JobLifecycle;
}

export function createLabeling(kernel: Kernel): LabelingState {
  const table = new JobTable(kernel.store);
  return { kernel, table, teams: new Teams(kernel), lifecycle: new JobLifecycle(kernel, table) };
}

export const labelingOperations = {
  CreateLabelingJob: createLabelingJob,
  CreateWorkteam: createWorkteam,
  DeleteWorkteam: deleteWorkteam,
  DescribeLabelingJob: describeLabelingJob,
  DescribeWorkteam: describeWorkteam,
  ListLabelingJobs: listLabelingJobs,
  ListWorkteams: listWorkteams,
  StopLabelingJob: stopLabelingJob,
  UpdateWorkteam: updateWorkteam,
} satisfies Operations<'sagemaker', { labeling: LabelingState }>;

export const labelingResources: Record<string, ResourceProvider> = { 'AWS::SageMaker::Workteam': workteamResource };

/** The worker API: see this folder's README. */
export const labelingRoutes: HttpRoute<{ labeling: LabelingState }>[] = [
  { method: 'GET', path: /^\/_workers\/(?<team>[^/]+)\/tasks$/, handler: giveTasks },
  { method: 'POST', path: /^\/_workers\/(?<team>[^/]+)\/tasks\/(?<task>[^/]+)\/answers$/, handler: takeAnswer },
];

import { z } from 'zod';
import { messageOf } from '../../kernel/errors.ts';
import type { HttpContext } from '../../kernel/service.ts';
import { parseAnswer } from './answer.ts';
import type { DataObject, Job } from './job.ts';
import type { LabelingState } from './labeling.ts';

/** What a worker sees of a task. */
export interface WorkerTask {
  taskId: string;
  labelingJobName: string;
  kind: 'BoundingBox' | 'ImageClassifier';
  taskObjectUri: string;
  categories: string[];
  title: string;
  description: string;
  header: string;
  instructions: string;
  /** The key of the answer: the crowd element's name in the template. */
  answerName: string;
  /** The line of the input manifest. */
  input: Record<string, unknown>;
  /** For verification: the attribute of `input` whose boxes are to be judged. */
  auditedAttribute?: string;
  /** ISO. Until then the worker may answer. */
  expiresAt: string;
}

const worker = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, 'a worker’s name: letters, digits and . _ @ -, at most 64');
const query = z.object({ worker, limit: z.coerce.number().int().min(1).max(1000).default(10) });
const submission = z.strictObject({ worker, answer: z.unknown() });

/** `GET /_workers/<team>/tasks?worker=<name>&limit=`: gives tasks to a worker, who has the job's time limit to answer each. */
export async function giveTasks(context: HttpContext, { labeling }: { labeling: LabelingState }): Promise<void> {
  if (!(await admitted(context, labeling))) return;
  const asked = query.safeParse(Object.fromEntries(context.query));
  if (!asked.success) {
    refuse(context, 400, 'ValidationException', z.prettifyError(asked.error));
    return;
  }
  const { kernel, table } = labeling;
  const now = kernel.clock.now();
  const objects = table.offered(context.parameters.team ?? '', asked.data.worker, now, asked.data.limit);
  const tasks = kernel.store.atomic(() =>
    objects.flatMap((object) => accept(labeling, object, asked.data.worker, now)),
  );
  await kernel.store.durable();
  reply(context, 200, { tasks });
}

function accept({ table }: LabelingState, object: DataObject, worker: string, now: number): WorkerTask[] {
  const job = table.job(object.job);
  if (!job) return [];
  const held = table.answers(object.id).find((answer) => answer.worker === worker && answer.dueAt > now);
  const limit = now + 1000 * (job.request.HumanTaskConfig?.TaskTimeLimitInSeconds ?? 300);
  const dueAt = held?.dueAt ?? Math.min(limit, object.expiresAt);
  if (!held) table.putAnswer({ task: object.id, worker, acceptedAt: now, dueAt });
  return [workerTask(job, object, dueAt)];
}

function workerTask(job: Job, object: DataObject, dueAt: number): WorkerTask {
  return {
    taskId: object.id,
    labelingJobName: job.name,
    kind: job.kind === 'BoundingBox' ? 'BoundingBox' : 'ImageClassifier',
    taskObjectUri: String(object.line['source-ref']),
    categories: job.categories,
    title: job.request.HumanTaskConfig?.TaskTitle ?? '',
    description: job.request.HumanTaskConfig?.TaskDescription ?? '',
    header: job.template?.header ?? '',
    instructions: job.template?.instructions ?? '',
    answerName: job.template?.answerName ?? '',
    input: object.line,
    ...(job.template?.auditedAttribute !== undefined && { auditedAttribute: job.template.auditedAttribute }),
    expiresAt: new Date(dueAt).toISOString(),
  };
}

/** `POST /_workers/<team>/tasks/<taskId>/answers`: takes a worker's answer, once. */
export async function takeAnswer(context: HttpContext, { labeling }: { labeling: LabelingState }): Promise<void> {
  if (!(await admitted(context, labeling))) return;
  const given = submission.safeParse(parseJson((await context.body()).toString('utf8')));
  if (!given.success) {
    refuse(context, 400, 'ValidationException', z.prettifyError(given.error));
    return;
  }
  const { kernel, table } = labeling;
  const outcome = kernel.store.atomic(() =>
    answerTask(labeling, context.parameters, given.data.worker, given.data.answer),
  );
  await kernel.store.durable();
  if ('refused' in outcome) refuse(context, outcome.status, outcome.refused, outcome.message);
  else reply(context, 200, { ...outcome, jobStatus: table.job(outcome.labelingJobName)?.status });
}

type Outcome =
  | { taskId: string; labelingJobName: string; repeated: boolean }
  | { refused: string; status: number; message: string };

function answerTask(
  labeling: LabelingState,
  { team, task = '' }: Record<string, string>,
  worker: string,
  answer: unknown,
): Outcome {
  const { table, kernel, lifecycle } = labeling;
  const object = table.object(task);
  const job = object && table.job(object.job);
  if (!job || object.team !== team)
    return { refused: 'ResourceNotFound', status: 404, message: `The team ${team} has no task ${task}` };
  const conflict = (message: string): Outcome => ({ refused: 'ConflictException', status: 409, message });
  let content: Record<string, unknown>;
  try {
    content = parseAnswer(job, answer);
  } catch (error) {
    return { refused: 'ValidationException', status: 400, message: messageOf(error) };
  }
  const done = { taskId: task, labelingJobName: job.name };
  const now = kernel.clock.now();
  const held = table.answers(task).find((other) => other.worker === worker);
  if (held?.content)
    return JSON.stringify(held.content) === JSON.stringify(content)
      ? { ...done, repeated: true }
      : conflict(`${worker} has answered the task ${task} already, differently; the first answer stands`);
  if (object.status !== 'open') return conflict(`The task ${task} is closed: get others`);
  if (!held) return conflict(`${worker} has not taken the task ${task}: get it first`);
  if (held.dueAt <= now) return conflict(`${worker}'s time for the task ${task} is over: get it again`);
  table.putAnswer({ ...held, submittedAt: now, content });
  const answered = table.answers(task).filter(({ submittedAt }) => submittedAt !== undefined).length;
  if (answered >= object.needed) lifecycle.complete(job, object);
  return { ...done, repeated: false };
}

/**
 * On AWS people sign in to the worker portal with Cognito, and no role can answer a task. Here whoever holds the
 * account's own key answers for the people of its teams; functions and jobs, which have roles, can't label by themselves.
 */
async function admitted(context: HttpContext, { teams }: LabelingState): Promise<boolean> {
  await context.administrator();
  const team = context.parameters.team ?? '';
  if (teams.exists(team)) return true;
  refuse(
    context,
    404,
    'ResourceNotFound',
    `There is no workteam ${team}. Known are public-crowd and the private teams of ListWorkteams.`,
  );
  return false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema says what was expected instead.
    return undefined;
  }
}

function refuse(context: HttpContext, status: number, code: string, message: string): void {
  reply(context, status, { __type: code, message });
}

function reply({ response }: HttpContext, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

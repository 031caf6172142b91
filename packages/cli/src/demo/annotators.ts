import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type SimulatedAnnotator, simulatedAnnotator } from '@assay/synthetic-tags';
import { z } from 'zod';
import type { TruthBox } from '../dataset/coco.ts';
import type { DemoImage } from './demo-dataset.ts';

/** What is used of the worker API's tasks. */
const tasksSchema = z.object({
  tasks: z.array(
    z.object({
      taskId: z.string(),
      labelingJobName: z.string(),
      kind: z.enum(['BoundingBox', 'ImageClassifier']),
      taskObjectUri: z.string(),
      categories: z.array(z.string()),
      input: z.record(z.string(), z.unknown()),
    }),
  ),
});

type Task = z.output<typeof tasksSchema>['tasks'][number];

/** The boxes that a verification task shows: Ground Truth's output of the labeling job before. */
const shownBoxesSchema = z.object({
  annotations: z.array(
    z.object({ class_id: z.int(), left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
  ),
});
const shownClassesSchema = z.object({ 'class-map': z.record(z.string(), z.string()) });

export type WorkerApi = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>;

export interface AnnotatorTeam {
  /** How many answers were given. */
  answers(): number;
  /** Rejects as soon as something goes wrong: who waits for the work of all has to hear of it. */
  readonly failed: Promise<never>;
  /** Ends the shift; what went wrong in it is thrown. */
  stop(): Promise<void>;
}

/** People differ: one is careful, one hasty, one between. */
const PEOPLE = [
  { name: 'ada', boxNoise: 0.02, missRate: 0.005, falseRate: 0.005 },
  { name: 'ben', boxNoise: 0.03, missRate: 0.015, falseRate: 0.01 },
  { name: 'cleo', boxNoise: 0.045, missRate: 0.03, falseRate: 0.015 },
];

const PAGE = 25;
/** Between two looks at an empty task list. */
const PAUSE = 300;

/** Several simulated annotators who know the truth, err, and answer through the worker API like a labeling page would. */
export function startAnnotators(call: WorkerApi, workteam: string, images: readonly DemoImage[]): AnnotatorTeam {
  const truth = new Map(images.map((image) => [sha256(image.bytes), image]));
  const stopping = new AbortController();
  let answers = 0;
  const shifts = PEOPLE.map((person) =>
    work(call, workteam, simulatedAnnotator({ seed: 1, ...person }), truth, stopping.signal, () => answers++),
  );
  const ended = Promise.all(shifts);
  const failed = new Promise<never>((_, reject) => ended.catch(reject));
  // `stop` throws it as well: nobody has to wait for both.
  failed.catch(() => undefined);
  return {
    answers: () => answers,
    failed,
    async stop() {
      stopping.abort();
      // Nobody calls any more when this has ended.
      await Promise.allSettled(shifts);
      await ended;
    },
  };
}

async function work(
  call: WorkerApi,
  workteam: string,
  person: SimulatedAnnotator,
  truth: ReadonlyMap<string, DemoImage>,
  signal: AbortSignal,
  answered: () => void,
): Promise<void> {
  const looks = new Map<string, Set<string>>();
  const base = `/_workers/${workteam}/tasks`;
  while (!signal.aborted) {
    const page = tasksSchema.parse(await call('GET', `${base}?worker=${person.name}&limit=${PAGE}`));
    for (const task of page.tasks) {
      const image = truth.get(imageIdOf(task.taskObjectUri));
      // Somebody else's picture: nobody here knows what is on it.
      if (!image) continue;
      const jobs = looks.get(image.fileName) ?? new Set();
      looks.set(image.fileName, jobs.add(task.labelingJobName));
      const answer = task.kind === 'BoundingBox' ? draw(person, image, jobs.size) : judge(person, image, task);
      await call('POST', `${base}/${task.taskId}/answers`, { worker: person.name, answer });
      answered();
    }
    if (page.tasks.length === 0) await delay(PAUSE, undefined, { signal }).catch(() => undefined);
  }
}

/** Intake keeps each image under its id: `…/<image id>.<extension>`. */
function imageIdOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

/** The form in which `crowd-bounding-box` answers. */
function draw(person: SimulatedAnnotator, image: DemoImage, attempt: number) {
  const { width, height } = image;
  const boxes = person.annotate(image.boxes, { name: image.fileName, width, height, attempt });
  const boundingBoxes = boxes.map(({ className, left, top, width: w, height: h }) => ({
    label: className,
    left,
    top,
    width: w,
    height: h,
  }));
  return { annotatedResult: { boundingBoxes, inputImageProperties: { width, height } } };
}

/** The form in which `crowd-image-classifier` answers, with the comment field of the verification page. */
function judge(person: SimulatedAnnotator, image: DemoImage, task: Task) {
  const verdict = person.verify(image.boxes, shownBoxes(task));
  const label = task.categories.find((category) => category.toLowerCase() === verdict);
  if (!label)
    throw new Error(
      `the verification task ${task.taskId} has no category "${verdict}" among ${task.categories.join(', ')}`,
    );
  return { annotatedResult: { label }, ...(verdict === 'correct' ? {} : { comment: `${person.name}: ${verdict}` }) };
}

function shownBoxes(task: Task): TruthBox[] {
  for (const [name, value] of Object.entries(task.input)) {
    const boxes = shownBoxesSchema.safeParse(value);
    const classes = shownClassesSchema.safeParse(task.input[`${name}-metadata`]);
    if (!boxes.success || !classes.success) continue;
    return boxes.data.annotations.map(({ class_id, left, top, width, height }) => ({
      left,
      top,
      width,
      height,
      className: classes.data['class-map'][String(class_id)] ?? '',
    }));
  }
  throw new Error(`the verification task ${task.taskId} shows no boxes`);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

import type { TaskKind } from './job.ts';

/** What the emulation takes from a worker template ("Creating your custom worker task template"). */
export interface WorkerTemplate {
  /** The `name` of the crowd element: the key of its answer. */
  answerName: string;
  header: string;
  /** The text of `<short-instructions>`. */
  instructions: string;
  /** For verification: the attribute whose boxes are shown. Only the template names it. */
  auditedAttribute?: string;
}

const ELEMENTS: Record<TaskKind, string> = {
  BoundingBox: 'crowd-bounding-box',
  VerificationBoundingBox: 'crowd-image-classifier',
};

/** Reads a template; throws an `Error` that says what it lacks for this kind of task. */
export function parseTemplate(text: string, kind: TaskKind): WorkerTemplate {
  const element = ELEMENTS[kind];
  if (!text.includes('<crowd-form')) throw new Error('the worker template has no <crowd-form> element');
  const begin = text.indexOf(`<${element}`);
  if (begin < 0) throw new Error(`the worker template has no <${element}> element, which a ${kind} task needs`);
  const widget = text.slice(begin);
  const answerName = attribute(widget, 'name');
  if (!answerName) throw new Error(`the <${element}> element of the worker template has no name`);
  const [, short = ''] = /<short-instructions[^>]*>([\s\S]*?)<\/short-instructions>/.exec(widget) ?? [];
  const audited = [...text.matchAll(/task\.input\.manifestLine(?:\[\s*["']([^"']+)["']\s*\]|\.([A-Za-z][\w-]*))/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .find((name) => name !== 'source-ref' && !name.endsWith('-metadata'));
  if (kind === 'VerificationBoundingBox' && audited === undefined)
    throw new Error(
      'the worker template of a verification task must read the labels from task.input.manifestLine["<attribute>"]',
    );
  return {
    answerName,
    header: attribute(widget, 'header') ?? '',
    instructions: short
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    ...(kind === 'VerificationBoundingBox' && audited !== undefined && { auditedAttribute: audited }),
  };
}

function attribute(element: string, name: string): string | undefined {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(element) ?? [];
  return double ?? single;
}

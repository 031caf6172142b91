/** A box in pixels, as a worker drew it. */
export interface WorkerBox {
  label: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface ConsolidatedBox extends WorkerBox {
  /** 0 with a single worker; else the share of workers in agreement times how closely their boxes match, 0 to 1. */
  confidence: number;
}

/** Boxes of two workers mean the same object from this intersection over union on. */
const SAME_OBJECT = 0.5;

/**
 * One set of boxes out of several workers': for each label, the most similar boxes of different workers are joined first;
 * what a majority has drawn is kept, averaged ("Consolidate Annotations").
 */
export function consolidateBoxes(workers: WorkerBox[][]): ConsolidatedBox[] {
  if (workers.length === 1) return (workers[0] ?? []).map((box) => ({ ...box, confidence: 0 }));
  return clusters(workers)
    .filter((cluster) => cluster.length > workers.length / 2)
    .map((cluster) => average(cluster, workers.length));
}

interface Member {
  worker: number;
  box: WorkerBox;
}

/** Joins the two most similar clusters as long as they may be one: never two boxes of the same worker. */
function clusters(workers: WorkerBox[][]): Member[][] {
  const joined: Member[][] = workers.flatMap((boxes, worker) => boxes.map((box) => [{ worker, box }]));
  for (;;) {
    let best = { similarity: SAME_OBJECT, a: -1, b: -1 };
    for (let a = 0; a < joined.length; a++)
      for (let b = a + 1; b < joined.length; b++) {
        const similarity = similarityOf(joined[a] ?? [], joined[b] ?? []);
        if (similarity > best.similarity || (best.a < 0 && similarity === SAME_OBJECT)) best = { similarity, a, b };
      }
    if (best.a < 0) return joined;
    const [other = []] = joined.splice(best.b, 1);
    joined[best.a]?.push(...other);
  }
}

/** The mean similarity of their boxes; 0 where they can't be the same object. */
function similarityOf(a: Member[], b: Member[]): number {
  if (a[0]?.box.label !== b[0]?.box.label) return 0;
  if (a.some(({ worker }) => b.some((other) => other.worker === worker))) return 0;
  return mean(a.flatMap((member) => b.map((other) => intersectionOverUnion(member.box, other.box))));
}

function average(cluster: Member[], workers: number): ConsolidatedBox {
  const boxes = cluster.map(({ box }) => box);
  const left = Math.round(mean(boxes.map((box) => box.left)));
  const top = Math.round(mean(boxes.map((box) => box.top)));
  const right = Math.round(mean(boxes.map((box) => box.left + box.width)));
  const bottom = Math.round(mean(boxes.map((box) => box.top + box.height)));
  const pairs = boxes.flatMap((box, index) => boxes.slice(index + 1).map((other) => intersectionOverUnion(box, other)));
  const confidence = Math.round((boxes.length / workers) * mean(pairs) * 100) / 100;
  return { label: boxes[0]?.label ?? '', left, top, width: right - left, height: bottom - top, confidence };
}

function intersectionOverUnion(a: WorkerBox, b: WorkerBox): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

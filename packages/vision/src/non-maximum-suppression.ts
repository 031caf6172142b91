import type { Detection } from './box.ts';
import type { Candidates } from './yolo-output.ts';

/** Of a box in a column of boxes: left, top, width, height. */
const SIDES = [0, 1, 2, 3] as const;

export interface SuppressionSettings {
  /** A candidate that overlaps with a better one of its class by more than this is dropped. */
  readonly iou: number;
  /** How many candidates say where a detection is and how sure it is: the most confident of those that it stands for. */
  readonly votes: number;
  /** How many detections to keep at most, the most confident first. */
  readonly limit: number;
}

/**
 * Of candidates that overlap within a class keeps the most confident, at the mean place of the `votes` most confident that
 * it stands for, weighted by confidence (box voting: Gidaris and Komodakis, 2015, section 4). Its confidence is the
 * geometric mean of its own and the voters' mean, in which those that are missing count nothing: what a network was taught
 * to see from many places is in doubt when it is seen from one. With one vote box and confidence stay as they are. Who is
 * less than 1/`votes` as sure as the most confident isn't asked: so what was left out as too unsure, by anybody's floor,
 * changes nothing of what is surer than `votes` times that.
 *
 * The result is ordered by confidence, falling; equals keep the candidates' order. Boxes are in the candidates' pixels.
 * Boxes without an area are dropped.
 */
export function nonMaximumSuppression(candidates: Candidates, settings: SuppressionSettings): Detection[] {
  const { boxes, classIds, confidences } = candidates;
  const { iou, votes, limit } = settings;
  const polls: Poll[] = [];
  for (const candidate of byConfidence(candidates)) {
    if (!(boxes[4 * candidate + 2]! > 0 && boxes[4 * candidate + 3]! > 0)) continue;
    const poll = polls.find(
      ({ best }) => classIds[best] === classIds[candidate] && overlap(boxes, best, candidate) > iou,
    );
    if (poll === undefined) {
      if (polls.length < limit) polls.push(openPoll(candidates, candidate));
    } else if (poll.votes < votes && votes * confidences[candidate]! >= confidences[poll.best]!) {
      vote(poll, candidates, candidate);
    }
    // Nobody is left to be asked.
    if (votes === 1 && polls.length === limit) break;
  }
  return polls.map((poll) => elected(poll, candidates, votes)).sort((a, b) => b.confidence - a.confidence);
}

/** A detection in the making. */
interface Poll {
  /** The most confident candidate. */
  readonly best: number;
  votes: number;
  /** Sum of the voters' confidences. */
  weight: number;
  /** Sums of their distances from the best one's left, top, width and height, weighted by confidence. */
  readonly distances: [number, number, number, number];
}

function openPoll({ confidences }: Candidates, best: number): Poll {
  return { best, votes: 1, weight: confidences[best]!, distances: [0, 0, 0, 0] };
}

function vote(poll: Poll, { boxes, confidences }: Candidates, candidate: number): void {
  const confidence = confidences[candidate]!;
  poll.votes += 1;
  poll.weight += confidence;
  for (const side of SIDES)
    poll.distances[side] += confidence * (boxes[4 * candidate + side]! - boxes[4 * poll.best + side]!);
}

function elected({ best, weight, distances }: Poll, candidates: Candidates, votes: number): Detection {
  const { boxes, confidences, classIds } = candidates;
  const [left, top, width, height] = SIDES.map(
    (side) => boxes[4 * best + side]! + (distances[side] && distances[side] / weight),
  );
  return {
    box: { left: left!, top: top!, width: width!, height: height! },
    classId: classIds[best]!,
    confidence: Math.sqrt((confidences[best]! * weight) / votes),
  };
}

/**
 * Sorts 64-bit keys, which needs no comparison in JavaScript: above, a confidence's bits so that larger floats come
 * first; below, the candidate's index. (Words of a key lie as on every processor that Node runs on but s390x: low first.)
 */
function byConfidence({ count, confidences }: Candidates): Uint32Array {
  const keys = new BigUint64Array(count);
  const words = new Uint32Array(keys.buffer);
  const bits = new Int32Array(confidences.buffer, confidences.byteOffset, count);
  for (let index = 0; index < count; index++) {
    words[2 * index] = index;
    words[2 * index + 1] = bits[index]! < 0 ? bits[index]! : ~bits[index]! & 0x7fffffff;
  }
  keys.sort();
  const order = new Uint32Array(count);
  for (let position = 0; position < count; position++) order[position] = words[2 * position]!;
  return order;
}

/** `iou` on two entries of a boxes column: this runs for every pair, so it makes no objects. */
function overlap(boxes: Float32Array, a: number, b: number): number {
  const i = 4 * a;
  const j = 4 * b;
  const width = Math.min(boxes[i]! + boxes[i + 2]!, boxes[j]! + boxes[j + 2]!) - Math.max(boxes[i]!, boxes[j]!);
  const height =
    Math.min(boxes[i + 1]! + boxes[i + 3]!, boxes[j + 1]! + boxes[j + 3]!) - Math.max(boxes[i + 1]!, boxes[j + 1]!);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (boxes[i + 2]! * boxes[i + 3]! + boxes[j + 2]! * boxes[j + 3]! - shared);
}

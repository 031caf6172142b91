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
  const { boxes, confidences } = candidates;
  const { iou, votes, limit } = settings;
  const polls: Poll[] = [];
  for (const candidate of byConfidence(candidates)) {
    if (!(boxes[4 * candidate + 2]! > 0 && boxes[4 * candidate + 3]! > 0)) continue;
    const isFull = polls.length === limit;
    // Nobody is left to be asked: of those that are open, the last one is the least sure.
    if (isFull && (votes === 1 || votes * confidences[candidate]! < confidences[polls[limit - 1]!.best]!)) break;
    const poll = pollOf(polls, candidates, candidate, iou);
    if (poll === undefined) {
      if (!isFull) polls.push(openPoll(candidates, candidate));
    } else if (poll.votes < votes && votes * confidences[candidate]! >= confidences[poll.best]!) {
      vote(poll, candidates, candidate);
    }
  }
  return polls.map((poll) => elected(poll, candidates, votes)).sort((a, b) => b.confidence - a.confidence);
}

/** A detection in the making. */
interface Poll {
  /** The most confident candidate. */
  readonly best: number;
  /** Its class and box, as each candidate that comes after is compared with it. */
  readonly classId: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly area: number;
  votes: number;
  /** Sum of the voters' confidences. */
  weight: number;
  /** Sums of their distances from the best one's left, top, width and height, weighted by confidence. */
  readonly distances: [number, number, number, number];
}

function openPoll({ boxes, classIds, confidences }: Candidates, best: number): Poll {
  const [left = 0, top = 0, width = 0, height = 0] = boxes.subarray(4 * best, 4 * best + 4);
  return {
    best,
    classId: classIds[best]!,
    left,
    top,
    right: left + width,
    bottom: top + height,
    area: width * height,
    votes: 1,
    weight: confidences[best]!,
    distances: [0, 0, 0, 0],
  };
}

/**
 * The first detection in the making that a candidate overlaps with by more than `iou`. Runs for every pair, up to a million
 * times where a network is sure of nothing: so it is a plain loop, and makes no objects.
 */
function pollOf(
  polls: readonly Poll[],
  { boxes, classIds }: Candidates,
  candidate: number,
  iou: number,
): Poll | undefined {
  const classId = classIds[candidate]!;
  const left = boxes[4 * candidate]!;
  const top = boxes[4 * candidate + 1]!;
  const width = boxes[4 * candidate + 2]!;
  const height = boxes[4 * candidate + 3]!;
  const [right, bottom, area] = [left + width, top + height, width * height];
  for (let i = 0; i < polls.length; i++) {
    const poll = polls[i]!;
    if (poll.classId !== classId) continue;
    // Most lie apart.
    if (!(left < poll.right && poll.left < right && top < poll.bottom && poll.top < bottom)) continue;
    const sharedWidth = Math.min(right, poll.right) - Math.max(left, poll.left);
    const sharedHeight = Math.min(bottom, poll.bottom) - Math.max(top, poll.top);
    const shared = sharedWidth * sharedHeight;
    if (shared / (poll.area + area - shared) > iou) return poll;
  }
  return undefined;
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

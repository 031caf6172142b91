/** Boxes that a network proposes, as columns. Entry i of each array belongs to candidate i. */
export interface Candidates {
  readonly count: number;
  /** [count, 4]: left, top, width, height in pixels of the network's input. */
  readonly boxes: Float32Array;
  readonly confidences: Float32Array;
  readonly classIds: Uint16Array;
}

const BOX_ROWS = 4;

/**
 * Reads a YOLOv8 export's `output0`: rows of centre x, centre y, width and height in input pixels, then a row of scores
 * (0 to 1) for each class; one column an anchor. An anchor is a candidate for every class whose score is above
 * `confidence`, so that each class can be judged by a threshold of its own.
 *
 * @param output the values of [1, 4 + classes, anchors]
 * @param dims the output's shape
 * @throws RangeError when the shape isn't that of such an output or has a different number of values
 */
export function decodeYolo(output: Float32Array, dims: readonly number[], confidence: number): Candidates {
  const { classes, anchors } = yoloShape(dims);
  if (output.length !== (BOX_ROWS + classes) * anchors) {
    throw new RangeError(
      `the output has ${output.length} values; its shape [${dims.join(', ')}] needs ${dims.reduce((a, b) => a * b, 1)}`,
    );
  }
  const found = positionsAbove(output, BOX_ROWS * anchors, confidence);
  const count = found.length;
  const boxes = new Float32Array(4 * count);
  const confidences = new Float32Array(count);
  const classIds = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const position = found[i]!;
    const row = Math.floor(position / anchors);
    const anchor = position - row * anchors;
    const width = output[2 * anchors + anchor]!;
    const height = output[3 * anchors + anchor]!;
    boxes[4 * i] = output[anchor]! - width / 2;
    boxes[4 * i + 1] = output[anchors + anchor]! - height / 2;
    boxes[4 * i + 2] = width;
    boxes[4 * i + 3] = height;
    confidences[i] = output[position]!;
    classIds[i] = row - BOX_ROWS;
  }
  return { count, boxes, confidences, classIds };
}

/** Positions from `first` on of values above a limit. One pass: nearly all of hundreds of thousands of scores are below. */
function positionsAbove(values: Float32Array, first: number, limit: number): Uint32Array {
  let found = new Uint32Array(256);
  let count = 0;
  for (let position = first; position < values.length; position++) {
    if (values[position]! > limit) {
      if (count === found.length) found = twiceAsLong(found);
      found[count++] = position;
    }
  }
  return found.subarray(0, count);
}

function twiceAsLong(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * values.length);
  longer.set(values);
  return longer;
}

/**
 * The number of classes and anchors that a shape [1, 4 + classes, anchors] stands for.
 *
 * @throws RangeError when it is another kind of shape
 */
export function yoloShape(dims: readonly number[]): { classes: number; anchors: number } {
  const [batch, rows, anchors] = dims;
  if (
    dims.length !== 3 ||
    batch !== 1 ||
    rows === undefined ||
    anchors === undefined ||
    rows <= BOX_ROWS ||
    anchors < 1
  ) {
    throw new RangeError(
      `the output's shape is [${dims.join(', ')}]; a detector in YOLOv8's export convention has [1, 4 + classes, anchors]`,
    );
  }
  return { classes: rows - BOX_ROWS, anchors };
}

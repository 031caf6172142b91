import type { RelativeBox } from '../dataset/image-sample.ts';

/**
 * Reads a label file: a line an object, `class cx cy w h`, all but the class as shares of the image's sides.
 *
 * @param file its name, for messages
 * @throws Error naming file and line
 */
export function parseYoloLabels(text: string, file: string, classes: number): RelativeBox[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const numbers = line.trim().split(/\s+/).map(Number);
    const [classId = -1, centreX = 0, centreY = 0, width = 0, height = 0] = numbers;
    const fault = faultOf(numbers, classes);
    if (fault) throw new Error(`line ${index + 1} of ${file} ${fault}: "${line.trim().slice(0, 80)}"`);
    return [{ classId, centreX, centreY, width, height }];
  });
}

function faultOf(numbers: readonly number[], classes: number): string | undefined {
  const [classId = -1, centreX = 0, centreY = 0, width = 0, height = 0] = numbers;
  if (numbers.length !== 5 || !numbers.every(Number.isFinite)) return `isn't five numbers (class cx cy w h)`;
  if (!Number.isInteger(classId) || classId < 0 || classId >= classes) {
    return `has class ${classId}; there are ${classes}, from 0`;
  }
  const inside = [centreX, centreY, width, height].every((share) => share >= 0 && share <= 1);
  return inside && width > 0 && height > 0 ? undefined : 'has a box that lies outside of the image or has no area';
}

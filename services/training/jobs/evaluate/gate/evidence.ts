import { z } from 'zod';
import { partsWith, partVerdicts } from './part-verdicts.ts';
import { defineRule } from './rule.ts';

const least = z.int().min(0);

/** A test split that is too small proves nothing, however good the figures. */
export const evidence = defineRule(
  'evidence',
  { images: least, defectiveParts: least, goodParts: least, partsOfEachClass: least },
  (limits, { names, test }) => {
    const parts = partVerdicts(test.images, ({ inspection }) => inspection.verdict === 'fail');
    const classes = names.map((name, classId) => ({ name, parts: partsWith(test.images, classId) }));
    const numbers = {
      images: test.images.length,
      defectiveParts: parts.escaped.of,
      goodParts: parts.overkilled.of,
      partsOfEachClass: Math.min(...classes.map((each) => each.parts)),
    };
    const scarce = classes
      .filter((each) => each.parts < limits.partsOfEachClass)
      .map((each) => `${each.parts} with class ${each.name}`);
    const short = [
      ...(numbers.images < limits.images ? [`${numbers.images} images of ${limits.images}`] : []),
      ...(numbers.defectiveParts < limits.defectiveParts
        ? [`${numbers.defectiveParts} defective parts of ${limits.defectiveParts}`]
        : []),
      ...(numbers.goodParts < limits.goodParts ? [`${numbers.goodParts} good parts of ${limits.goodParts}`] : []),
      ...(scarce.length > 0 ? [`${scarce.join(' and ')} where ${limits.partsOfEachClass} are asked for`] : []),
    ];
    if (short.length > 0) {
      const reason = `the test split has too little to judge by: ${short.join('; ')}. Label more parts.`;
      return { status: 'failed', reason, numbers };
    }
    const { images, defectiveParts, goodParts, partsOfEachClass } = numbers;
    const reason = `${images} test images of ${defectiveParts} defective and ${goodParts} good parts, and at least ${partsOfEachClass} parts with each class`;
    return { status: 'passed', reason, numbers };
  },
);

import { describe, expect, it } from 'vitest';
import { outcomeOf, refusals, runScenario } from '../testing/scenario.ts';
import { dirtBeside, type Mark, parts, type Shot } from '../testing/shots.ts';

/** What a detector that reads green sees of it. */
const known = (mark: Mark): Mark => ({ ...mark, green: 255 });

describe('an honest model', () => {
  it('passes every rule', async () => {
    const result = await runScenario();
    expect(refusals(result)).toEqual([]);
    expect(result.evaluation.gate).toMatchObject({ verdict: 'passed', notAsked: [] });
    expect(new Set(result.evaluation.gate.rules.map(({ status }) => status))).toEqual(new Set(['passed']));
    expect(result.evaluation.metadata).toMatchObject({ gate: 'passed: 11 of 11 rules', refusal: 'none' });
  });

  it('passes when it is better than the champion, and when it is as good', async () => {
    // The champion doesn't see what is dimmer than 0.78.
    const better = await runScenario({ champion: { bias: 0.78 } });
    expect(refusals(better)).toEqual([]);
    expect(outcomeOf(better, 'champion').numbers.difference).toBeGreaterThan(0.1);
    expect(refusals(await runScenario({ champion: {} }))).toEqual([]);
  });
});

describe('a leaky split', () => {
  const textured = (shots: readonly Shot[], seed: number) =>
    shots.map((shot, index) => ({ ...shot, texture: seed + index }));
  const train = textured(parts('train', 6), 100);
  const test = parts('test', 150);
  /** The first test images, with textures. */
  const test_ = (seed: number) => [...textured(test.slice(0, 6), seed), ...test.slice(6)];

  it('is refused: the test photographs are those of training, taken anew', async () => {
    const result = await runScenario({ train, test: test_(100) });
    expect(refusals(result)).toEqual([
      [
        'no-leak',
        expect.stringMatching(
          /leak: 6 pairs of images share pixels, such as train-00\d of train and test-00\d of test/,
        ),
      ],
    ]);
    expect(result.evaluation.metadata.refusal).toMatch(/^no-leak: the splits leak/);
    expect(refusals(await runScenario({ train, test: test_(200) }))).toEqual([]);
  });

  it('is refused: the training has the test photographs mirrored, as augmentations are saved', async () => {
    const mirrored = train.map((shot) => ({ ...shot, isMirrored: true }));
    expect(refusals(await runScenario({ train: mirrored, test: test_(100) }))).toEqual([
      ['no-leak', expect.stringContaining('6 pairs of images share pixels')],
    ]);
  });

  it('is refused: the threshold was chosen on photographs of the test', async () => {
    const validation = parts('validation', 60);
    const result = await runScenario({
      validation: [...textured(validation.slice(0, 2), 100), ...validation.slice(2)],
      test: test_(100),
    });
    expect(refusals(result)).toEqual([
      ['no-leak', expect.stringMatching(/such as validation-0\d* of validation and test-00\d of test/)],
    ]);
  });

  it('is refused: a part was photographed for training and for the test', async () => {
    const [first, ...others] = test;
    const result = await runScenario({ test: [{ ...first!, group: 'part-train-003' }, ...others] });
    expect(refusals(result)).toEqual([
      ['no-leak', expect.stringContaining('1 groups straddle splits, such as train-003 of train and test-000 of test')],
    ]);
  });

  it('is refused: a photograph is on both sides', async () => {
    const result = await runScenario({ train: [...parts('train', 6), { ...test[3]!, group: 'renamed' }] });
    expect(refusals(result)).toEqual([['no-leak', expect.stringContaining('1 pairs')]]);
  });
});

it('a photograph that is there twice is refused, though it is black and nothing else tells', async () => {
  const test = parts('test', 150).map((shot, index) => (index === 2 ? { ...shot, isPlain: true } : shot));
  const [black, red] = [test[2]!, test[0]!];
  // Names and parts of their own, the same bytes.
  const renamed = (shot: Shot, name: string): Shot => ({ ...shot, id: name, group: name, bytesOf: shot.id });
  const learnt = await runScenario({ train: [...parts('train', 6), renamed(black, 'again')], test });
  expect(refusals(learnt)).toEqual([['no-leak', expect.stringContaining('again of train and test-002 of test')]]);
  const counted = await runScenario({ test: [...test, renamed(red, 'again')] });
  expect(refusals(counted)).toEqual([['no-leak', expect.stringMatching(/again of test|test-000 of test/)]]);
});

it('a model that was trained on the test set is refused: it is better there than on validation', async () => {
  // Dirt outshines the defects. Green tells them apart, on the test's photographs only.
  const dirty = (defect: Mark, part: number) => (part % 2 === 0 ? [defect, dirtBeside(defect, 250)] : [defect]);
  const learnt = (defect: Mark, part: number) =>
    dirty(defect, part).map((mark) => (mark.isDefect ? known(mark) : mark));
  const validation = parts('validation', 60, (defect, part) =>
    dirty(defect, part).map((mark) => ({ ...mark, green: 200 })),
  );
  const test = parts('test', 150, learnt);
  const result = await runScenario({ validation, test, model: { readsGreen: true } });
  expect(refusals(result)).toContainEqual(['memorised', expect.stringContaining('The model has seen the test split')]);
  expect(result.evaluation.gate.verdict).toBe('refused');
  const honest = await runScenario({ validation, test });
  expect(outcomeOf(honest, 'memorised').status).toBe('passed');
});

it('swapped class ids are refused, and called by that name', async () => {
  const result = await runScenario({ model: { channels: [2, 0] } });
  expect(outcomeOf(result, 'classes')).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('classes are swapped: red is called blue, and blue red'),
  });
});

describe('a broken export', () => {
  it('is refused: its scores are not the trainer’s', async () => {
    const result = await runScenario({ trained: {}, model: { gain: 0.8 } });
    expect(refusals(result)).toEqual([
      [
        'export-parity',
        expect.stringMatching(/on 32 images the export's scores differ from the trainer's by up to 0\.1\d\d/),
      ],
    ]);
  });

  it('is refused: its boxes are not the trainer’s', async () => {
    const result = await runScenario({ trained: {}, model: { shift: 1 } });
    expect(refusals(result)).toEqual([
      ['export-parity', expect.stringContaining("boxes differ from the trainer's by up to 1.0 px")],
    ]);
  });

  it('is refused: the trainer fed its network otherwise than the line does', async () => {
    const result = await runScenario({ fedAs: 'bgr' });
    expect(refusals(result)).toEqual([
      ['export-parity', expect.stringContaining('the inspector and the bare network agree on 0.0 % of the defects')],
    ]);
  });

  it('is no model: it gives logits, of which no threshold is a share', async () => {
    await expect(runScenario({ model: { gain: 3 } })).rejects.toThrow('scores above 1');
  });

  it('is not told from a sound one where the trainer left no reference, which a strict gate refuses', async () => {
    const result = await runScenario({ trained: false });
    expect(refusals(result)).toEqual([['export-parity', expect.stringContaining('left no reference.json')]]);
    expect(outcomeOf(result, 'export-parity').status).toBe('undecided');
  });
});

it('an INT8 that scores nothing is refused', async () => {
  const result = await runScenario({ trained: {}, model: { gain: 0 }, manifest: { precision: 'int8' } });
  expect(outcomeOf(result, 'export-parity')).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining("the export's scores differ"),
  });
  expect(outcomeOf(result, 'ap50-floor').status).toBe('failed');
});

it('a lucky seed on a tiny test set is refused: it proves nothing', async () => {
  const result = await runScenario({ test: parts('test', 8) });
  expect(outcomeOf(result, 'ap50-floor').numbers.ap50).toBe(1);
  expect(refusals(result).map(([rule]) => rule)).toEqual([
    'evidence',
    'memorised',
    'ap50-floor',
    'escape-budget',
    'overkill-budget',
  ]);
  // In characters that the model registry takes.
  expect(result.evaluation.metadata.gate).toBe(
    'refused: 6 of 11 rules / failed: evidence / undecided: memorised ap50-floor escape-budget overkill-budget',
  );
  expect(outcomeOf(result, 'evidence').reason).toContain('8 images of 60; 6 defective parts of 30; 2 good parts of 15');
  expect(outcomeOf(result, 'ap50-floor')).toMatchObject({
    status: 'undecided',
    reason: expect.stringContaining('of 8 parts: at least 10 are needed'),
  });
  expect(outcomeOf(result, 'escape-budget')).toMatchObject({
    status: 'undecided',
    reason: expect.stringContaining('Not enough parts to say so: 53 more defective ones'),
    // 59 of which none escapes: 0.95^59 is the first power below 0.05.
    numbers: { moreParts: 53 },
  });
});

describe('labels of a class that are missing', () => {
  it('in the test are refused: nothing is known of the class', async () => {
    const test = parts('test', 150).map((shot) => (shot.marks[0]?.classId === 1 ? { ...shot, labels: '' } : shot));
    const result = await runScenario({ test });
    expect(outcomeOf(result, 'evidence')).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('0 with class blue where 15 are asked for'),
    });
    expect(outcomeOf(result, 'classes')).toMatchObject({ status: 'undecided', refuses: true });
  });

  it('in training are refused: the model doesn’t find the class', async () => {
    // It looks for blue where there is none.
    const result = await runScenario({ model: { channels: [0, 1] } });
    expect(outcomeOf(result, 'classes')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^AP50 of blue is 0\.0\d\d, at least 0\.400 is asked for$/),
    });
  });
});

describe('overkill', () => {
  const dirt: Mark = { classId: 0, cell: 5, brightness: 250, isDefect: false };
  /** As many of three good parts are dirty. */
  const dirty = (shots: readonly Shot[], of3: number) =>
    shots.map((shot, index) =>
      shot.marks.length === 0 && Math.floor(index / 3) % 3 < of3 ? { ...shot, marks: [dirt] } : shot,
    );

  it('on the test that validation knows nothing of is refused: a line that fails every part lets none escape', async () => {
    const result = await runScenario({ test: dirty(parts('test', 150), 3) });
    expect(refusals(result)).toContainEqual([
      'overkill-budget',
      expect.stringMatching(/^50 of 50 good parts failed: at least 94\.\d % with 95\.0 % confidence, 20\.0 % may/),
    ]);
    expect(outcomeOf(result, 'escape-budget').status).toBe('passed');
  });

  it('that no threshold avoids is refused, too', async () => {
    const validation = dirty(parts('validation', 60), 2);
    const result = await runScenario({ validation, test: dirty(parts('test', 150), 2) });
    expect(result.log).toContainEqual(expect.stringContaining('(trade-off)'));
    expect(refusals(result).map(([rule]) => rule)).toContain('overkill-budget');
  });
});

it('a threshold that nobody chose is no proof', async () => {
  const validation = parts('validation', 60).map((shot) => ({ ...shot, marks: [] }));
  const result = await runScenario({ validation });
  expect(outcomeOf(result, 'escape-budget')).toMatchObject({
    status: 'undecided',
    reason: expect.stringContaining('no defective part by which the threshold could be chosen'),
  });
});

describe('few parts that look like many', () => {
  it('are refused: all defects of a class are on one part', async () => {
    const blue = Array.from({ length: 15 }, (_, cell): Mark => ({ classId: 1, cell, brightness: 220, isDefect: true }));
    const red = parts('test', 300).filter(({ marks }) => marks[0]?.classId !== 1);
    const result = await runScenario({ test: [...red, { id: 'blue', group: 'blue', marks: blue }] });
    expect(refusals(result)).toEqual([
      ['evidence', expect.stringContaining('1 with class blue where 15 are asked for')],
    ]);
  });

  it('are refused: what counts as good is another view of what is defective', async () => {
    const test = parts('test', 150)
      .filter(({ marks }) => marks.length > 0)
      .flatMap((shot) => [shot, { ...shot, id: `${shot.id}-behind`, marks: [] }]);
    const result = await runScenario({ test });
    expect(refusals(result)).toEqual([
      ['evidence', expect.stringContaining('0 good parts of 15')],
      ['overkill-budget', expect.stringContaining('no good part that could fail')],
    ]);
  });

  it('are an open question: most photographs that escape are of one group', async () => {
    const dim: Mark = { classId: 0, cell: 3, brightness: 20, isDefect: true };
    const group = Array.from({ length: 60 }, (_, index): Shot => ({ id: `one-${index}`, group: 'one', marks: [dim] }));
    const result = await runScenario({ test: [...parts('test', 150), ...group] });
    expect(refusals(result)).toContainEqual([
      'escape-budget',
      expect.stringContaining('1 of 101 defective parts escaped, but 37.5 % of their photographs did'),
    ]);
  });
});

it('validation without the easy class doesn’t make an honest model one that knows the test', async () => {
  // Dirt beside every red defect, on either split; none beside the blue ones, which validation doesn't show.
  const hard = (defect: Mark) => (defect.classId === 0 ? [defect, dirtBeside(defect, 250)] : [defect]);
  const validation = parts('validation', 120, hard).filter(({ marks }) => marks[0]?.classId !== 1);
  const result = await runScenario({ validation, test: parts('test', 150, hard) });
  expect(outcomeOf(result, 'memorised')).toMatchObject({ status: 'passed', numbers: { classes: 1 } });
});

describe('a champion', () => {
  // Dirt beside three defects, which the champion tells from defects and the challenger doesn't.
  const dirty = (part: number, defect: Mark) =>
    [0, 4, 7].includes(part) ? [known(defect), dirtBeside(defect, 250)] : [known(defect)];
  const test = parts('test', 150, (defect, part) => dirty(part, defect));
  const seen = parts('validation', 60, (defect) => [known(defect)]);

  it('that is better by two points is not replaced', async () => {
    const result = await runScenario({ validation: seen, test, champion: { readsGreen: true } });
    expect(refusals(result)).toEqual([
      ['champion', expect.stringMatching(/AP50 −0\.029 against the champion, version 7: worse by 0\.020 or more/)],
    ]);
  });

  it('is compared by the names of its classes, and by those that both know', async () => {
    const swapped = { names: ['blue', 'red'] };
    const renamed = await runScenario({ champion: { channels: [2, 0] }, championManifest: swapped });
    expect(outcomeOf(renamed, 'champion')).toMatchObject({ status: 'passed', numbers: { difference: 0, classes: 2 } });
    const one = await runScenario({ champion: {}, championManifest: { names: ['red', 'dent'] } });
    expect(outcomeOf(one, 'champion').numbers).toMatchObject({ difference: 0, classes: 1 });
    expect(refusals(one)).toEqual([
      ['champion', expect.stringContaining('version 7, finds dent, which this data set has no class of')],
    ]);
    expect(one.report).toContain('<td>dent</td>');
    const none = await runScenario({ champion: {}, championManifest: { names: ['scratch', 'dent'] } });
    expect(outcomeOf(none, 'champion')).toMatchObject({ status: 'undecided', refuses: true });
  });

  it('that may be better by two points, as far as the test can tell, is an open question', async () => {
    const once = parts('test', 150, (defect, part) => (part === 0 ? dirty(part, defect) : [known(defect)]));
    const result = await runScenario({ validation: seen, test: once, champion: { readsGreen: true } });
    expect(refusals(result)).toEqual([['champion', expect.stringContaining("the test split can't tell")]]);
    expect(outcomeOf(result, 'champion').status).toBe('undecided');
  });
});

describe('a model of other data', () => {
  it('is refused when it was made from other archives, or of another snapshot', async () => {
    const channels = { train: 'a'.repeat(64), validation: 'b'.repeat(64) };
    expect(refusals(await runScenario({ manifest: { channels } }))).toEqual([
      ['provenance', expect.stringContaining('another train archive (aaaaaaaaaaaa) and another validation archive')],
    ]);
    const snapshot = { uri: 's3://training/runs/0/snapshot.json', sha256: 'e'.repeat(64) };
    expect(refusals(await runScenario({ manifest: { snapshot } }))).toEqual([
      ['provenance', expect.stringContaining('snapshot eeeeeeeeeeee and not cccccccccccc')],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { runScenario, type Scenario, strictGate } from '../testing/scenario.ts';
import type { Mark, Shot } from '../testing/shots.ts';

function shot(id: string, mark?: Partial<Mark>): Shot {
  const whole: Mark = { classId: 0, cell: 0, brightness: 255, isDefect: true, ...mark };
  return { id, group: id, marks: mark === undefined ? [] : [whole] };
}

/** By which the threshold comes out at 0.51. */
const validation = [shot('v', {}), shot('w')];
const report = async (scenario: Scenario) => (await runScenario({ validation, gate: strictGate, ...scenario })).report;

describe('the report', () => {
  it('begins with the verdict, and has each rule with its reason and its figures', async () => {
    const page = await report({ test: [shot('a', {}), shot('b')] });
    expect(page).toContain(
      '<h2>The model was refused by evidence, memorised, ap50-floor, classes, escape-budget, overkill-budget.</h2>',
    );
    expect(page).toMatch(
      /<tr class="failed refuses"><td>evidence<\/td><td><b>failed<\/b><\/td>\s*<td>the test split has too little/,
    );
    expect(page).toContain('undecided, which refuses');
    expect(page).toMatch(/<tr class="passed"><td>no-leak<\/td>/);
    expect(page).toContain('AP50 1.000 on the test split, of 2 parts');
    expect(page).toContain('floor 0.6, confidence 0.95');
    expect(page).toMatch(/threshold<\/dt><dd>0\.51: keeps the escape and overkill limits there/);
  });

  it('shows the worst misses and the worst false alarms, with boxes of truth and detection, and nothing else', async () => {
    const page = await report({
      test: [
        shot('well', {}),
        shot('dim', { brightness: 96 }),
        shot('dirt', { isDefect: false }),
        shot('blue', { classId: 1 }),
      ],
    });
    const [, misses = '', alarms = ''] = page.split(/<h2>The worst (?:misses|false alarms)<\/h2>/);
    expect(misses).toContain('<b>pass</b> escaped, 1 missed <code>dim</code>');
    expect(misses.match(/<figure/g)).toHaveLength(1);
    expect(misses.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(alarms).toContain('<b>fail</b> falsely failed, 1 false <code>dirt</code>');
    expect(alarms.match(/<figure/g)).toHaveLength(1);
    expect(alarms).toMatch(/stroke="#0072b2" stroke-width="0\.2"><title>red 1\.00/);
    expect(page).toContain('1 of 3</b><span>defective images passed: 0.8 % to 90.6 % with 95 % confidence');
    expect(page).toContain('<polyline');
    // Nothing is loaded from elsewhere.
    expect(page).not.toMatch(/(?:src|href)="(?!data:)/);
  });

  it('shows which class was called which', async () => {
    const page = await report({
      model: { channels: [2, 0] },
      validation: [shot('v', {}), shot('w')],
      test: [shot('a', {}), shot('b', { classId: 1 })],
    });
    expect(page).toContain('<td>red</td><td class="right">0</td><td class="confused">1</td><td>0</td>');
  });

  it('shows what leaks as pairs of pictures', async () => {
    const page = await report({
      train: [{ ...shot('t', {}), group: 'one' }],
      test: [{ ...shot('a', {}), group: 'one' }, shot('b')],
    });
    const [, leaks = ''] = page.split('<h2>What leaks between the splits</h2>');
    expect(leaks).toMatch(/train <code>t<\/code>, test <code>a<\/code>: of one group/);
    expect(leaks.match(/<img alt="" src="data:image\/jpeg/g)).toHaveLength(2);
  });

  it('shows what changed against the champion', async () => {
    const test = [shot('a', {}), shot('b', { brightness: 150 }), shot('c')];
    // The champion takes 0.25 off, and has a threshold of 0.5: it lets b pass.
    const page = await report({ test, champion: { bias: 0.25 } });
    expect(page).toContain('1 test images get another verdict: 1 a right one now, 0 a wrong one.');
    expect(page).toContain('<td>parts escaped</td><td>0 of 2</td><td>1 of 2</td><td>−1</td>');
    expect(page).toContain('<td>red</td><td>1.000</td><td>1.000</td><td>+0.000</td>');
    const lacking = { champion: { bias: 0.25 }, championManifest: { names: ['red', 'green'] } };
    const newClass = await report({ test: [...test, shot('d', { classId: 1 })], ...lacking });
    expect(newClass).toContain(
      '<td>mean of the classes that both know</td><td>1.000</td><td>1.000</td><td>+0.000</td>',
    );
    expect(await report({ test })).toContain('No model is approved yet');
  });
});

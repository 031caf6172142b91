import type { Metadata } from '@assay/events';
import { describe, expect, it } from 'vitest';
import { approve, settle, strandedRollout, withdraw } from './decisions.ts';
import { changeRollout, currentRollout, emptyLine, type Line, type RolloutState } from './line.ts';

const at = (minute: number): Metadata => ({
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId: 'story',
  occurredAt: `2026-03-04T08:${String(minute).padStart(2, '0')}:00.000Z`,
  producer: 'assay.model-registry-watcher',
  version: 1,
});

const model = (modelPackageVersion: number) => ({
  modelPackageArn: `arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/${modelPackageVersion}`,
  modelPackageVersion,
  modelUri: `s3://models/${modelPackageVersion}.tar.gz`,
});

const states = (line: Line): string[] => line.rollouts.map(({ id, kind, state }) => `${id} ${kind} ${state}`);

/** The line after its newest rollout was deployed and came to `state`. */
function after(line: Line, state: RolloutState): Line {
  const id = line.rollouts.at(-1)?.id ?? '';
  return changeRollout(line, id, (rollout) => ({ ...rollout, state, deploymentId: `d-${id}` }));
}

const started = (version: number, minute: number, line: Line = emptyLine('line')) =>
  after(approve(line, model(version), at(minute)), 'started');

const running = (version: number, minute: number, line?: Line) => after(started(version, minute, line), 'completed');

describe('approve', () => {
  it('requests a rollout', () => {
    expect(states(approve(emptyLine('line'), model(3), at(1)))).toEqual(['3-1 approval requested']);
  });

  it('changes nothing when the same approval is delivered or replayed again', () => {
    const line = running(3, 1);
    expect(approve(line, model(3), at(1))).toBe(line);
  });

  it('rolls out nothing more when an approval is said anew, and still knows which decision is the newest', () => {
    const line = approve(running(3, 1), model(3), at(3));
    expect(states(line)).toEqual(['3-1 approval completed']);
    expect(withdraw(line, model(3), at(2))).toBe(line);
  });

  it('replaces a rollout that is under way', () => {
    expect(states(approve(started(3, 1), model(4), at(2)))).toEqual([
      '3-1 approval superseded',
      '4-2 approval requested',
    ]);
  });

  it('does not put an older decision over a newer one that was delivered first', () => {
    const line = running(4, 2);
    expect(states(approve(line, model(3), at(1)))).toEqual(states(line));
  });

  it('goes back to an older model when that is the newer decision', () => {
    expect(states(approve(running(4, 2), model(3), at(3)))).toEqual([
      '4-1 approval completed',
      '3-2 approval requested',
    ]);
  });

  it('does not roll out a rejected model when its old approval is replayed', () => {
    const line = withdraw(running(3, 1), model(3), at(2));
    expect(approve(line, model(3), at(1))).toBe(line);
  });

  it('rolls a rejected model out again when it is approved anew', () => {
    const line = withdraw(running(4, 2, running(3, 1)), model(4), at(3));
    expect(states(approve(after(line, 'completed'), model(4), at(4))).at(-1)).toBe('4-4 approval requested');
  });
});

describe('withdraw', () => {
  it('brings back the last good model', () => {
    const line = withdraw(running(4, 2, running(3, 1)), model(4), at(3));
    expect(states(line)).toEqual(['3-1 approval completed', '4-2 approval completed', '3-3 return requested']);
    expect(currentRollout(line)?.cause).toEqual(at(3));
  });

  it('stops a rollout that is under way', () => {
    const line = withdraw(started(4, 2, running(3, 1)), model(4), at(3));
    expect(states(line).slice(-2)).toEqual(['4-2 approval superseded', '3-3 return requested']);
  });

  it('leaves the line alone when it runs another model, but never goes back to the rejected one', () => {
    const line = withdraw(running(4, 2, running(3, 1)), model(3), at(3));
    expect(currentRollout(line)?.modelPackageVersion).toBe(4);
    const stranded = withdraw(line, model(4), at(4));
    expect(currentRollout(stranded)?.modelPackageVersion).toBe(4);
    expect(strandedRollout(stranded, 4)?.id).toBe('4-2');
  });

  it('never goes to a model that failed on a device', () => {
    const failed = after(started(3, 1), 'rolled-back');
    const line = withdraw(running(4, 2, failed), model(4), at(3));
    expect(states(line)).toEqual(['3-1 approval rolled-back', '4-2 approval completed']);
    expect(strandedRollout(line, 4)?.id).toBe('4-2');
  });

  it('drops a rollout that was not deployed yet', () => {
    const line = withdraw(approve(emptyLine('line'), model(3), at(1)), model(3), at(2));
    expect(states(line)).toEqual(['3-1 approval superseded']);
    expect(strandedRollout(line, 3)).toBeUndefined();
  });

  it('is remembered when it overtakes the approval', () => {
    const line = withdraw(emptyLine('line'), model(3), at(2));
    expect(approve(line, model(3), at(1)).rollouts).toEqual([]);
  });

  it('changes nothing when it is delivered again', () => {
    const line = withdraw(running(4, 2, running(3, 1)), model(4), at(3));
    expect(withdraw(line, model(4), at(3))).toBe(line);
  });
});

describe('decisions that come twice and in any order', () => {
  type Decision = ['approve' | 'withdraw', number, number];
  const apply = (line: Line, [kind, version, minute]: Decision) =>
    kind === 'approve' ? approve(line, model(version), at(minute)) : withdraw(line, model(version), at(minute));

  /** What the line comes to; `finish` is what becomes of a rollout before the next decision is heard. */
  const comesTo = (decisions: readonly Decision[], finish: (line: Line) => Line) => {
    const line = decisions.reduce((now, decision) => finish(apply(now, decision)), emptyLine('line'));
    return currentRollout(line)?.modelPackageVersion;
  };
  const asTheyAre = (line: Line) => line;
  const completed = (line: Line) => (line.rollouts.at(-1)?.state === 'requested' ? after(line, 'completed') : line);

  function orders<T>(items: readonly T[]): T[][] {
    if (items.length === 0) return [[]];
    return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
  }

  it.each<[string, Decision[], number]>([
    [
      'a model that replaced another is rejected',
      [
        ['approve', 3, 1],
        ['approve', 4, 2],
        ['withdraw', 4, 3],
      ],
      3,
    ],
    [
      'a model that was replaced is rejected',
      [
        ['approve', 3, 1],
        ['approve', 4, 2],
        ['withdraw', 3, 3],
      ],
      4,
    ],
    [
      'a rejected model is approved anew',
      [
        ['approve', 3, 1],
        ['withdraw', 3, 2],
        ['approve', 3, 3],
      ],
      3,
    ],
    [
      'the older model is approved anew',
      [
        ['approve', 3, 1],
        ['approve', 4, 2],
        ['withdraw', 3, 3],
        ['approve', 3, 4],
      ],
      3,
    ],
  ])('come to the same: %s', (_, decisions, wanted) => {
    for (const finish of [asTheyAre, completed]) {
      expect(comesTo(decisions, finish)).toBe(wanted);
      for (const order of orders(decisions)) {
        expect(comesTo(order, finish), JSON.stringify(order)).toBe(wanted);
        for (const again of decisions) expect(comesTo([...order, again], finish), JSON.stringify(order)).toBe(wanted);
      }
    }
  });
});

describe('a line of very many decisions', () => {
  const onDay = (day: number): Metadata => ({ ...at(0), occurredAt: new Date(Date.UTC(2027, 0, day)).toISOString() });

  /** Model 3 is good; the models 1001 to 1300 are approved and rejected, one after the other, a day between. */
  let old = running(3, 1);
  for (let index = 1; index <= 300; index += 1) {
    old = after(approve(old, model(1000 + index), onDay(2 * index)), 'completed');
    old = after(withdraw(old, model(1000 + index), onDay(2 * index + 1)), 'completed');
  }

  it('remembers no more of them than an item of DynamoDB holds', () => {
    expect(old.models.length).toBeLessThan(200);
    expect(JSON.stringify(old).length).toBeLessThan(100_000);
  });

  it('still goes back to the good model of the beginning', () => {
    const line = withdraw(approve(old, model(2000), onDay(1000)), model(2000), onDay(1001));
    expect(states(line).slice(-2)).toEqual(['2000-602 approval superseded', '3-603 return requested']);
  });

  it('does not take for news what it heard and forgot: no rejected model comes back, even to a line without a good one', () => {
    expect(approve(old, model(1001), onDay(2))).toBe(old);
    const stranded = withdraw(old, model(3), onDay(1000));
    expect(strandedRollout(stranded, 3)?.id).toBe('3-601');
    expect(approve(stranded, model(1001), onDay(2))).toBe(stranded);
  });

  it('takes a new decision about a model that it forgot for news', () => {
    expect(states(approve(old, model(1001), onDay(1000))).at(-1)).toBe('1001-602 approval requested');
  });
});

describe('settle', () => {
  const device = (thing: string, status: string, detail?: string) => ({ thing, status, detail });

  it('waits for every device', () => {
    const line = settle(started(3, 1), '3-1', [device('a', 'SUCCEEDED'), device('b', 'IN_PROGRESS')]);
    expect(states(line)).toEqual(['3-1 approval started']);
    expect(states(settle(line, '3-1', [device('a', 'SUCCEEDED'), device('b', 'SUCCEEDED')]))).toEqual([
      '3-1 approval completed',
    ]);
  });

  it('does not call a rollout to no devices complete', () => {
    expect(states(settle(started(3, 1), '3-1', []))).toEqual(['3-1 approval started']);
  });

  it('takes a rollout back when a device failed, tells why, and brings the last good model to all', () => {
    const line = settle(started(4, 2, running(3, 1)), '4-2', [
      device('a', 'SUCCEEDED'),
      device('b', 'FAILED', 'no graph'),
    ]);
    expect(states(line)).toEqual(['3-1 approval completed', '4-2 approval rolled-back', '3-3 return requested']);
    expect(line.rollouts[1]).toMatchObject({ reason: 'b: no graph', rolledBackTo: model(3).modelPackageArn });
  });

  it('has nothing to go back to when the first model fails', () => {
    const line = settle(started(3, 1), '3-1', [device('a', 'TIMED_OUT')]);
    expect(states(line)).toEqual(['3-1 approval rolled-back']);
    expect(line.rollouts[0]).toMatchObject({ reason: 'a: TIMED_OUT', rolledBackTo: undefined });
  });

  it('does not follow a failed return by another one', () => {
    const failing = after(withdraw(running(4, 2, running(3, 1)), model(4), at(3)), 'started');
    expect(states(settle(failing, '3-3', [device('a', 'FAILED')])).at(-1)).toBe('3-3 return rolled-back');
  });

  it('leaves a rollout alone that was replaced', () => {
    const line = approve(started(3, 1), model(4), at(2));
    expect(settle(line, '3-1', [device('a', 'FAILED')])).toBe(line);
  });
});

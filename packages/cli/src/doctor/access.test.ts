import { expect, test } from 'vitest';
import { unusedPermissions } from './access.ts';

test('names the actions of each statement that nothing has needed', () => {
  const statement = { role: 'worker', policy: 'own', digest: 'd', resources: ['arn:aws:s3:::b/*'] };
  const used = { usedAt: '2026-03-04T08:00:00Z', usedOn: 'arn:aws:s3:::b/k' };
  const unused = unusedPermissions({
    denied: [],
    statements: [
      { ...statement, index: 0, actions: [{ action: 's3:GetObject', ...used }] },
      { ...statement, index: 1, actions: [{ action: 's3:GetObject', ...used }, { action: 's3:PutObject' }] },
      { ...statement, index: 2, sid: 'Traces', actions: [{ action: 'xray:*' }] },
    ],
  });
  expect(unused).toEqual([
    { role: 'worker', statement: 'own #2', actions: ['s3:PutObject'], resources: statement.resources, partly: true },
    { role: 'worker', statement: 'own Traces', actions: ['xray:*'], resources: statement.resources, partly: false },
  ]);
});

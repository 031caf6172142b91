import type { Kernel } from '../../kernel/kernel.ts';
import type { Operation } from '../../kernel/service.ts';

export const getCallerIdentity: Operation<'sts', 'GetCallerIdentity', Kernel> = (_input, { caller }) => ({
  Account: caller.account,
  Arn: caller.arn,
  UserId: caller.arn.slice(caller.arn.indexOf('/') + 1).replace('/', ':'),
});

import type { Kernel } from './kernel.ts';

/**
 * The name in an ARN of this account and region, e.g. `line` for `thinggroup/` in `arn:…:iot:…:thinggroup/line`; undefined
 * for every other ARN. What is called by an ARN is looked up by this name and no other part of it: IAM was asked about the
 * whole ARN.
 */
export function nameIn(
  kernel: Pick<Kernel, 'arn'>,
  arn: string | undefined,
  service: string,
  prefix: string,
): string | undefined {
  const before = kernel.arn(service, prefix);
  return arn?.startsWith(before) ? arn.slice(before.length) : undefined;
}

import { z } from 'zod';
import { IpcError } from './errors.ts';

const policySchema = z.looseObject({
  operations: z.array(z.string()),
  resources: z.array(z.string()).default([]),
});

/** A component's `accessControl` configuration: IPC service → policy id → what it allows. */
export const accessControlSchema = z.record(z.string(), z.record(z.string(), policySchema));
export type AccessControl = z.infer<typeof accessControlSchema>;

/** How a service's resources are written: MQTT filters (`+`, `#`, and `*`), or plain text with `*`. */
type ResourceStyle = 'mqtt' | 'glob';

/**
 * Lets the call pass when one of the caller's policies allows `operation` on `resource`, else throws what the nucleus
 * throws. Source: "Authorize components to perform IPC operations".
 */
export function authorize(
  caller: { component: string; accessControl(): AccessControl },
  service: string,
  operation: string,
  resource: string,
  style: ResourceStyle,
): void {
  const policies = Object.values(caller.accessControl()[service] ?? {});
  const allowed = policies.some(
    (policy) =>
      policy.operations.some((name) => name === '*' || name === `aws.greengrass#${operation}`) &&
      policy.resources.some((pattern) => (style === 'mqtt' ? mqttPattern(pattern) : glob(pattern)).test(resource)),
  );
  if (!allowed)
    throw new IpcError(
      'UnauthorizedError',
      `${caller.component} may not ${operation} ${resource}: add it to accessControl of ${service} in its configuration`,
    );
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Text in which `*` stands for any characters. */
function glob(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's');
}

/** An MQTT topic filter (MQTT 3.1.1, 4.7), in which the nucleus also takes `*`. */
function mqttPattern(pattern: string): RegExp {
  const levels = pattern.split('/').map((level) => {
    if (level === '+') return '[^/]*';
    return level.split('*').map(escaped).join('.*');
  });
  if (pattern === '#') return /^.*$/s;
  if (pattern.endsWith('/#')) return new RegExp(`^${levels.slice(0, -1).join('/')}(/.*)?$`, 's');
  return new RegExp(`^${levels.join('/')}$`, 's');
}

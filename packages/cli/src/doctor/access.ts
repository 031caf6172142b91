import { z } from 'zod';

/** What the embedded AWS's `/_iam/access` answers. */
export const accessReport = z.object({
  statements: z.array(
    z.object({
      role: z.string(),
      policy: z.string(),
      index: z.number(),
      sid: z.string().optional(),
      digest: z.string(),
      resources: z.array(z.string()),
      actions: z.array(z.object({ action: z.string(), usedAt: z.string().optional(), usedOn: z.string().optional() })),
    }),
  ),
  denied: z.array(
    z.object({
      callerArn: z.string(),
      service: z.string(),
      operation: z.string(),
      calls: z.number(),
      last: z.string(),
    }),
  ),
});

export type AccessReport = z.infer<typeof accessReport>;

export interface UnusedPermission {
  role: string;
  /** The policy and the statement's place in it, or its `Sid`. */
  statement: string;
  actions: string[];
  resources: string[];
  /** True when the statement has allowed other actions. */
  partly: boolean;
}

/** The permissions of the stacks' roles that no call has needed so far. */
export function unusedPermissions({ statements }: AccessReport): UnusedPermission[] {
  return statements.flatMap(({ role, policy, index, sid, resources, actions }) => {
    const unused = actions.filter(({ usedAt }) => usedAt === undefined).map(({ action }) => action);
    if (unused.length === 0) return [];
    const statement = `${policy} ${sid ?? `#${index + 1}`}`;
    return [{ role, statement, actions: unused, resources, partly: unused.length < actions.length }];
  });
}

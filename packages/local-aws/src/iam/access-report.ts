import { hold } from '../kernel/authorization/authorization.ts';
import { glob } from '../kernel/authorization/pattern.ts';
import type { HttpContext } from '../kernel/service.ts';
import { policiesOf } from './permissions.ts';
import type { Iam } from './role.ts';

/** An action of a statement, as the policy names it (it may hold wildcards). */
interface GrantedAction {
  action: string;
  /** ISO, of the first call that it allowed; absent while there was none. */
  usedAt?: string;
  /** What that call was about. */
  usedOn?: string;
}

interface GrantedStatement {
  role: string;
  policy: string;
  /** From 0. */
  index: number;
  sid?: string;
  /** Of the statement's text: stays while the statement is what it is. */
  digest: string;
  resources: string[];
  actions: GrantedAction[];
}

/**
 * `GET /_iam/access`, the administrator's alone: every statement of every role that allows something, with what it was used
 * for so far; and the calls that were denied, by caller and operation.
 */
export async function giveAccessReport({ administrator, response }: HttpContext, iam: Iam): Promise<void> {
  await administrator();
  const denied = iam.kernel.callLog.denials();
  const body = JSON.stringify({ statements: grantedStatements(iam), denied });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

function grantedStatements(iam: Iam): GrantedStatement[] {
  const used = Map.groupBy(iam.kernel.callLog.usedPermissions(), ({ holder, policy, statement }) =>
    key(holder, policy, statement),
  );
  return iam.roles.list().flatMap(({ value: role }) =>
    policiesOf(role).flatMap((text) => {
      const {
        name: policy,
        policy: { statements },
      } = hold(role.arn, 'identity', text);
      return statements.flatMap((statement, index): GrantedStatement[] => {
        if (statement.effect === 'Deny') return [];
        const { Sid, Action = [], NotAction = [], Resource = [] } = statement.source;
        const uses = used.get(key(role.arn, policy, statement.digest)) ?? [];
        return [
          {
            role: role.name,
            policy,
            index,
            ...(Sid === undefined ? {} : { sid: Sid }),
            digest: statement.digest,
            resources: Resource,
            actions: [...Action.map(granted), ...NotAction.map((action) => ({ action: `all but ${action}` }))],
          },
        ];

        function granted(action: string): GrantedAction {
          const pattern = glob(action.toLowerCase());
          const use = uses.find((one) => pattern(one.action.toLowerCase()));
          return { action, ...(use && { usedAt: new Date(use.at).toISOString(), usedOn: use.resource }) };
        }
      });
    }),
  );
}

const key = (holder: string, policy: string, statement: string) => `${holder}\n${policy}\n${statement}`;

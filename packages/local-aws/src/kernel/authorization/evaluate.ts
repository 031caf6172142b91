import type { Caller } from '../caller.ts';
import type { ConditionContext } from './conditions.ts';
import type { Policy, Statement } from './policy.ts';

/** A policy with where it hangs. */
export interface HeldPolicy {
  /** The ARN of the role or resource that has it. */
  holder: string;
  name: string;
  policy: Policy;
}

export interface Question {
  caller: Caller;
  /** E.g. `s3:GetObject`. */
  action: string;
  /** An ARN, or `*` for an action that knows no resource. */
  resource: string;
  context: ConditionContext;
  /** The calling role's policies; none for a service. */
  identity: readonly HeldPolicy[];
  /** The resource's own policies. */
  onResource: readonly HeldPolicy[];
  /** True for a role: its trust policy has to allow the call, whatever the caller's own policies say. */
  mustTrust?: boolean;
}

export interface Grant {
  held: HeldPolicy;
  statement: Statement;
}

export type Decision =
  | { allowed: true; by: Grant }
  /** What was missing, or what forbade it. */
  | {
      allowed: false;
      because: 'no-identity-policy' | 'no-resource-policy' | 'denied-by-identity' | 'denied-by-resource';
    };

/**
 * "Policy evaluation logic" within one account: an explicit deny wins; then what the caller's own policies *or* the
 * resource's allow is allowed; the rest is denied. A service has no policies of its own. A resource's statement that names
 * the account leaves it to the account's identity policies.
 */
export function decide(question: Question): Decision {
  const { caller, identity, onResource, mustTrust = false } = question;
  const action = question.action.toLowerCase();
  const applies = ({ statement }: Grant) =>
    statement.action(action) &&
    statement.resource(question.resource) &&
    statement.conditions.every((holds) => holds(question.context));
  const own = grants(identity).filter(applies);
  const others = grants(onResource).filter(applies);
  const denies = ({ statement }: Grant) => statement.effect === 'Deny';
  if (own.some(denies)) return { allowed: false, because: 'denied-by-identity' };
  if (others.some((grant) => denies(grant) && names(grant.statement, caller) !== 'no'))
    return { allowed: false, because: 'denied-by-resource' };
  const allows = others.filter(({ statement }) => statement.effect === 'Allow');
  const direct = allows.find(({ statement }) => names(statement, caller) === 'directly');
  const delegated = allows.some(({ statement }) => names(statement, caller) === 'through-account');
  const byIdentity = own.find(({ statement }) => statement.effect === 'Allow');
  const granted = mustTrust ? (direct ?? (delegated ? byIdentity : undefined)) : (byIdentity ?? direct);
  if (granted) return { allowed: true, by: granted };
  const resourceMissing = caller.kind === 'service' || (mustTrust && !delegated);
  return { allowed: false, because: resourceMissing ? 'no-resource-policy' : 'no-identity-policy' };
}

const grants = (policies: readonly HeldPolicy[]): Grant[] =>
  policies.flatMap((held) => held.policy.statements.map((statement) => ({ held, statement })));

/** How a resource's statement names the caller. */
function names({ principals }: Statement, caller: Caller): 'directly' | 'through-account' | 'no' {
  if (!principals) return 'no';
  if (principals.anyone) return 'directly';
  if (caller.kind === 'service') return principals.services.includes(caller.arn) ? 'directly' : 'no';
  if (principals.aws.some((arn) => arn === caller.arn || arn === caller.roleArn)) return 'directly';
  const account = [caller.account, `arn:aws:iam::${caller.account}:root`];
  return principals.aws.some((arn) => account.includes(arn)) ? 'through-account' : 'no';
}

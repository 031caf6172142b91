import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { contextOf } from '../../packages/local-aws/src/kernel/authorization/authorization.ts';
import { decide } from '../../packages/local-aws/src/kernel/authorization/evaluate.ts';
import type { Need } from '../../packages/local-aws/src/kernel/authorization/permission.ts';
import { type Policy, parsePolicy } from '../../packages/local-aws/src/kernel/authorization/policy.ts';
import { administratorCaller, type Caller } from '../../packages/local-aws/src/kernel/caller.ts';
import type { Kernel } from '../../packages/local-aws/src/kernel/kernel.ts';

/** One statement of a role's policy that allows something. */
export interface Permission {
  role: string;
  roleArn: string;
  policy: string;
  /** As it was written. */
  text: string;
  actions: string[];
}

/** Where the chain stopped: the call that was denied, and the statement that it took to go on. */
export interface Stop {
  permission: Permission;
  need: Need;
}

/** A statement that is not given back, whatever is denied for want of it. */
interface Kept {
  permission: Permission;
  wasDenied: true | undefined;
}

/** Takes every permission from every role, and gives them back one by one, each when a call is denied for want of it. */
export class WithheldPermissions {
  readonly stops: Stop[] = [];
  /** Calls that are denied even with all permissions: each is a missing statement, or a mistake. */
  readonly refused: string[] = [];
  /** Statements without which the call would have been allowed all the same. */
  readonly needless: string[] = [];
  readonly #kernel: Kernel;
  readonly #all: Permission[];
  readonly #given = new Set<Permission>();
  #kept: Kept | undefined;

  private constructor(kernel: Kernel, all: Permission[]) {
    this.#kernel = kernel;
    this.#all = all;
  }

  static async takeAll(kernel: Kernel, iam: IAMClient): Promise<WithheldPermissions> {
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const all: Permission[] = [];
    for (const { RoleName: role = '', Arn: roleArn = '' } of Roles) {
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
      for (const policy of PolicyNames) {
        const named = { RoleName: role, PolicyName: policy };
        const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(named));
        const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument));
        for (const statement of [Statement].flat())
          all.push({ role, roleArn, policy, text: JSON.stringify(statement), actions: [statement.Action].flat() });
        await iam.send(new DeleteRolePolicyCommand(named));
      }
    }
    return new WithheldPermissions(kernel, all);
  }

  /** From here on a denied call is told of, gets its one statement, and is decided again. */
  giveBackAsNeeded(): void {
    const { authorization } = this.#kernel;
    const atTheDoor = authorization.decide.bind(authorization);
    authorization.decide = (caller, need) => {
      const decision = atTheDoor(caller, need);
      if (decision.allowed || caller.roleArn === undefined) return decision;
      return this.#giveBack(caller, need) ? atTheDoor(caller, need) : decision;
    };
  }

  /**
   * Keeps one statement from its role while `work` goes on, which may ask whether a call was denied for want of it. It is
   * named by a part of the role's name and one of its actions.
   */
  async without(
    role: string,
    action: string,
    work: (wasDenied: () => true | undefined) => Promise<void>,
  ): Promise<void> {
    const named = this.#all.filter((one) => one.role.includes(role) && one.actions.includes(action));
    const [permission] = named;
    if (!permission || named.length > 1) throw new Error(`${named.length} statements allow ${action} to ${role}`);
    const kept: Kept = { permission, wasDenied: undefined };
    this.#kept = kept;
    const had = this.#given.delete(permission);
    if (had) this.#write(permission);
    try {
      await work(() => kept.wasDenied);
    } finally {
      this.#kept = undefined;
      if (had) {
        this.#given.add(permission);
        this.#write(permission);
      }
    }
  }

  /** Writes all policies as they were. What was needed is remembered. */
  giveBackTheRest(): void {
    for (const permission of this.#all) this.#write(permission, this.#all);
  }

  /** What nobody was stopped for want of. */
  unneeded(): Permission[] {
    return this.#all.filter((permission) => !this.#given.has(permission));
  }

  #giveBack(caller: Caller, need: Need): boolean {
    const ofRole = this.#all.filter(({ roleArn }) => roleArn === caller.roleArn);
    const enough = ofRole.filter((permission) => allows([permission], caller, need));
    const [permission] = enough;
    if (!permission) {
      this.refused.push(`${caller.arn}: ${need.action} on ${need.resource}`);
      return false;
    }
    if (permission === this.#kept?.permission) {
      this.#kept.wasDenied = true;
      return false;
    }
    if (
      allows(
        ofRole.filter((other) => other !== permission),
        caller,
        need,
      )
    )
      this.needless.push(`${permission.role}: ${permission.text} beside ${enough.at(-1)?.text}`);
    this.#given.add(permission);
    this.stops.push({ permission, need });
    this.#write(permission);
    return true;
  }

  /** Writes the policy that a permission is of, with those of its statements that are `given`. */
  #write({ role, roleArn, policy }: Permission, given: Iterable<Permission> = this.#given): void {
    const statements = [...given].filter((one) => one.roleArn === roleArn && one.policy === policy);
    const named = { RoleName: role, PolicyName: policy };
    const administrator = administratorCaller(this.#kernel.account);
    // The store is written before these return; what they resolve with tells nothing more.
    if (statements.length === 0) void this.#kernel.call('iam', 'DeleteRolePolicy', named, administrator);
    else
      void this.#kernel.call('iam', 'PutRolePolicy', { ...named, PolicyDocument: document(statements) }, administrator);
  }
}

const document = (permissions: Permission[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: permissions.map(({ text }) => JSON.parse(text)) });

/** What the pure evaluator says of a call with these statements and no others. */
function allows(permissions: Permission[], caller: Caller, need: Need): boolean {
  const policy: Policy = parsePolicy(document(permissions), 'identity');
  const identity = [{ holder: caller.roleArn ?? '', name: 'these', policy }];
  const question = { caller, action: need.action, resource: need.resource, context: contextOf(caller, need) };
  return decide({ ...question, identity, onResource: [] }).allowed;
}

import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { type AccessReport, accessReport, type UnusedPermission, unusedPermissions } from '../doctor/access.ts';
import { type Finding, lookAtDeadLetters, lookAtDenials, lookAtDevices, lookAtStacks } from '../doctor/findings.ts';
import { table } from '../output/terminal.ts';
import { signedFetch } from '../platform/signed-fetch.ts';

/** Says what isn't well, and which permissions of the stacks' roles nothing has needed so far. */
export async function doctor(context: Context): Promise<void> {
  const access = await accessOf(context);
  const findings = [
    await lookAtStacks(context),
    await lookAtDeadLetters(context),
    await lookAtDevices(context),
    ...(access ? [lookAtDenials(access)] : []),
  ];
  const unused = access && unusedPermissions(access);
  context.terminal.result({ findings, unusedPermissions: unused ?? null }, () => render(findings, unused));
  const ill = findings.filter(({ ok }) => !ok).length;
  if (ill > 0)
    throw new CliError(`${ill} of ${findings.length} checks found something.`, 'Each line above says what to do.');
}

/** Only the embedded AWS keeps which statement allowed what. */
async function accessOf({ connection }: Context): Promise<AccessReport | undefined> {
  if (!connection.endpoint) return undefined;
  return accessReport.parse(await signedFetch(connection, 'iam')('GET', '/_iam/access'));
}

function render(findings: readonly Finding[], unused: readonly UnusedPermission[] | undefined): string {
  const lines = findings.map(({ ok, what, remedy }) => `${ok ? '✓' : '✗'} ${what}${remedy ? `\n  ${remedy}` : ''}`);
  if (!unused)
    return [...lines, '', 'Which permissions were used, IAM’s Access Advisor tells for roles on AWS.'].join('\n');
  if (unused.length === 0) return [...lines, '', 'Every permission of the stacks’ roles has been needed.'].join('\n');
  const rows = unused.map(({ role, statement, actions, partly }) => [
    role,
    statement,
    `${actions.join(', ')}${partly ? ' (others of the statement were)' : ''}`,
  ]);
  const title = 'Permissions that nothing has needed since this data directory was made (failures may need them):';
  return [...lines, '', title, table(['role', 'statement', 'actions'], rows)].join('\n');
}

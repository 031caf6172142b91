/** What this needs of a CloudFormation template. */
export interface Template {
  Resources: Record<string, unknown>;
}

/**
 * Takes a role out of a template in which nothing names it. The framework adds one role for all functions of a service;
 * once each function has its own, that role stays behind with permissions that nobody uses.
 */
export function dropUnusedRole(template: Template, role: string): void {
  const { [role]: unused, ...others } = template.Resources;
  // `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn` all write the whole name, and a name is of letters and digits.
  const named = new RegExp(`\\b${role}\\b`).test(JSON.stringify({ ...template, Resources: others }));
  if (!named) template.Resources = others;
}

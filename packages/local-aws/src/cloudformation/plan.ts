import { dependencyGraph } from './dependencies.ts';
import { allExports } from './exports.ts';
import { holds, resolve, type Scope, templateError } from './intrinsics.ts';
import { parameterValues } from './parameters.ts';
import type { Definition, Physical, StackOutput } from './stack.ts';
import type { CloudFormation } from './state.ts';
import { parseTemplate, type Template, type TemplateResource } from './template.ts';

/** A definition with its names given meaning: what a stack of it consists of. */
export interface Plan {
  template: Template;
  /** Resources whose condition holds. */
  active: Map<string, TemplateResource>;
  /** Active resources with the active resources that each needs. */
  graph: Map<string, Set<string>>;
  /** Names of the exports that resolving has used so far. */
  imports: Set<string>;
  properties(logicalId: string, lookup: Lookup): Record<string, unknown>;
  outputs(lookup: Lookup): StackOutput[];
}

/** Where a resource that others refer to is found. */
export type Lookup = (logicalId: string) => Pick<Physical, 'id' | 'attributes'> | undefined;

export function planOf(cfn: CloudFormation, stack: { id: string; name: string }, definition: Definition): Plan {
  const template = parseTemplate(definition.template);
  const parameters = { ...pseudoParameters(cfn, stack), ...parameterValues(template, definition.parameters) };
  const imports = new Set<string>();
  const scopeOf = (lookup: Lookup): Scope => {
    const scope: Scope = {
      parameters,
      mappings: template.Mappings,
      condition(name) {
        if (!Object.hasOwn(template.Conditions, name)) throw templateError(`unresolved condition ${name}`);
        return holds(template.Conditions[name], scope);
      },
      reference: (id) => found(lookup, id).id,
      attribute(id, name) {
        const value = found(lookup, id).attributes[name];
        if (value === undefined)
          throw templateError(`${id} (${template.Resources[id]?.Type}) has no attribute ${name} for Fn::GetAtt`);
        return value;
      },
      importValue(name) {
        const found = allExports(cfn).find((candidate) => candidate.name === name);
        if (!found) throw templateError(`No export named ${name} found.`);
        imports.add(name);
        return found.value;
      },
    };
    return scope;
  };
  const none = scopeOf(() => undefined);
  const isActive = ({ Condition }: { Condition?: string }) => Condition === undefined || none.condition(Condition);
  const active = new Map(Object.entries(template.Resources).filter(([, resource]) => isActive(resource)));
  return {
    template,
    active,
    graph: dependencyGraph(template, new Set(active.keys())),
    imports,
    properties: (id, lookup) =>
      // Properties are an object in every template (`parseTemplate`), and resolving keeps that.
      resolve(active.get(id)?.Properties ?? {}, scopeOf(lookup)) as Record<string, unknown>,
    outputs(lookup) {
      const scope = scopeOf(lookup);
      return Object.entries(template.Outputs)
        .filter(([, output]) => isActive(output))
        .map(([key, { Value, Description, Export }]) => ({
          key,
          value: asText(`output ${key}`, resolve(Value, scope)),
          ...(Description === undefined ? {} : { description: Description }),
          ...(Export ? { exportName: asText(`export of output ${key}`, resolve(Export.Name, scope)) } : {}),
        }));
    },
  };
}

function found(lookup: Lookup, id: string): Pick<Physical, 'id' | 'attributes'> {
  const physical = lookup(id);
  if (!physical) throw templateError(`unresolved resource ${id}`);
  return physical;
}

function asText(what: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(`the value of ${what} must be text`);
}

function pseudoParameters({ kernel }: CloudFormation, stack: { id: string; name: string }): Record<string, string> {
  return {
    'AWS::AccountId': kernel.account,
    'AWS::Partition': 'aws',
    'AWS::Region': kernel.region,
    'AWS::StackId': stack.id,
    'AWS::StackName': stack.name,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

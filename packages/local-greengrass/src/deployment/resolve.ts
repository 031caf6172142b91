import { satisfies } from 'semver';
import type { ResolveComponent, VersionRequirements } from '../cloud/data-plane.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { DeploymentFailure } from './failure.ts';

/** A dependency graph that isn't settled after that many answers of the cloud never will be. */
const MOST_ANSWERS = 500;

/**
 * Finds all components that a device has to have: the targets' roots with their exact versions, and everything that
 * they depend on, each in one version that suits all who require it.
 *
 * @param roots target → component → version
 */
export async function resolveComponents(
  roots: Record<string, Record<string, string>>,
  resolve: ResolveComponent,
): Promise<Map<string, Recipe>> {
  const requirements = new Map<string, VersionRequirements>();
  const resolved = new Map<string, Recipe>();
  const open = new Set<string>();
  const require = (name: string, requirer: string, range: string) => {
    const known = requirements.get(name) ?? {};
    if (known[requirer] === range) return;
    requirements.set(name, { ...known, [requirer]: range });
    const current = resolved.get(name);
    if (!current || !satisfies(current.ComponentVersion, range, { includePrerelease: true })) open.add(name);
  };
  for (const [target, components] of Object.entries(roots))
    for (const [name, version] of Object.entries(components)) require(name, target, `=${version}`);

  for (let answers = 0; open.size > 0; answers++) {
    const [name = ''] = open;
    open.delete(name);
    const wanted = requirements.get(name) ?? {};
    if (answers === MOST_ANSWERS)
      throw unresolved(name, wanted, new Error('the requirements contradict each other in turns'));
    let recipe: Recipe;
    try {
      recipe = await resolve(name, wanted);
    } catch (error) {
      throw unresolved(name, wanted, error);
    }
    resolved.set(name, recipe);
    for (const [dependency, { VersionRequirement }] of Object.entries(recipe.ComponentDependencies))
      require(dependency, name, VersionRequirement);
  }
  return reachable(roots, resolved);
}

/** Leaves out what only a version required that was later replaced. */
function reachable(roots: Record<string, Record<string, string>>, resolved: Map<string, Recipe>): Map<string, Recipe> {
  const result = new Map<string, Recipe>();
  const visit = (name: string) => {
    const recipe = resolved.get(name);
    if (!recipe || result.has(name)) return;
    result.set(name, recipe);
    for (const dependency of Object.keys(recipe.ComponentDependencies)) visit(dependency);
  };
  for (const components of Object.values(roots)) for (const name of Object.keys(components)) visit(name);
  return result;
}

function unresolved(name: string, wanted: VersionRequirements, cause: unknown): DeploymentFailure {
  const who = Object.entries(wanted).map(([requirer, range]) => `${requirer} requires ${range}`);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DeploymentFailure(
    `no version of ${name} can be had (${who.join('; ')}): ${why}`,
    ['NO_AVAILABLE_COMPONENT_VERSION'],
    ['DEPENDENCY_ERROR'],
    cause,
  );
}

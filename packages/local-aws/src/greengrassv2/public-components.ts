import type { Recipe } from './recipe.ts';

/** AWS's own components that devices have built in: there is nothing to fetch for them. */
export const publicComponents: Recipe[] = [
  {
    RecipeFormatVersion: '2020-01-25',
    ComponentName: 'aws.greengrass.Nucleus',
    ComponentVersion: '2.15.0',
    ComponentType: 'aws.greengrass.nucleus',
    ComponentPublisher: 'AWS',
    ComponentDescription: 'Core functionality for device side orchestration of deployments and lifecycle management.',
    Manifests: [{ Platform: { os: '*' } }],
  },
  {
    RecipeFormatVersion: '2020-01-25',
    ComponentName: 'aws.greengrass.TokenExchangeService',
    ComponentVersion: '2.0.3',
    ComponentType: 'aws.greengrass.plugin',
    ComponentPublisher: 'AWS',
    ComponentDescription: 'Lets components get AWS credentials from the core device.',
    Manifests: [{ Platform: { os: '*' } }],
  },
];

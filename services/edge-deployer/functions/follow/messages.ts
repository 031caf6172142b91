import { z } from 'zod';

const bad = z.enum(['ERRORED', 'BROKEN']);

/**
 * What makes us look at the devices: one of them ended a deployment, a component of ours on one of them is ill, or
 * some time went by. The device's name is in `resources` only (`…:coreDevices:<thing>`).
 */
export const occasionSchema = z.union([
  z.object({
    'detail-type': z.literal('Greengrass V2 Effective Deployment Status Change'),
    resources: z.array(z.string()),
    detail: z.object({ 'deployment-id': z.string().optional(), coreDeviceExecutionStatus: z.string() }),
  }),
  z.object({
    'detail-type': z.literal('Greengrass V2 Installed Component Status Change'),
    resources: z.array(z.string()),
    detail: z.object({ components: z.array(z.object({ componentName: z.string(), lifecycleState: z.string() })) }),
  }),
  z.object({ 'detail-type': z.literal('Scheduled Event') }),
]);

export type Occasion = z.output<typeof occasionSchema>;

/** The components of ours that an event reports as ill, as `<thing>: <component> is <state>`. */
export function illnesses(occasion: Occasion): string[] {
  if (occasion['detail-type'] !== 'Greengrass V2 Installed Component Status Change') return [];
  const thing = occasion.resources[0]?.split(':').at(-1) ?? 'a device';
  return occasion.detail.components
    .filter(
      ({ componentName, lifecycleState }) =>
        componentName.startsWith('com.assay.') && bad.safeParse(lifecycleState).success,
    )
    .map(({ componentName, lifecycleState }) => `${thing}: ${componentName} is ${lifecycleState}`);
}

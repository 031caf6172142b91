export type { Clock } from './clock.ts';
export { type CoreDeviceConfig, configPath, readCoreDeviceConfig } from './configuration-file.ts';
export { type CoreDevice, type CoreDeviceOptions, startCoreDevice } from './core-device.ts';
export { type ProvisionOptions, provisionCoreDevice } from './provision/provision.ts';

/** The module that runs a core device as a process of its own: `node <this> <root>/config/config.json`. */
export const coreDeviceMain: URL = new URL('./main.ts', import.meta.url);

import { readCoreDeviceConfig } from './configuration-file.ts';
import { startCoreDevice } from './core-device.ts';

/** Runs a core device: `node main.ts <root>/config/config.json`. Ends in an orderly way on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new Error('say which device: node main.ts <root>/config/config.json');
  const config = await readCoreDeviceConfig(path);
  const device = await startCoreDevice(config, {
    report(message, error) {
      const cause =
        error === undefined ? '' : ` (${error instanceof Error ? (error.stack ?? error.message) : String(error)})`;
      process.stderr.write(`${new Date().toISOString()} ${config.thingName}: ${message}${cause}\n`);
    },
  });
  const stop = () => {
    device.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${config.thingName} did not stop in an orderly way: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  // Nobody reads what it tells any more: whoever started it is gone.
  process.stderr.once('error', stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

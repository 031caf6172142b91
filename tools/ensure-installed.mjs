// Runs before anything is installed, on whatever Node started npm: only built-in modules, no recent syntax.
// Installs when the lockfile differs from the one that node_modules was made from.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const installed = join(root, 'node_modules', '.package-lock.json');

/** True when every package of the lockfile that this platform needs is in node_modules at its locked version. */
function upToDate() {
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.link || entry.optional || have[path]?.version === entry.version,
  );
}

if (!upToDate()) {
  console.log('Installing packages (about a minute, once) …');
  const npm = process.env.npm_execpath ?? 'npm';
  const [command, first] = npm.endsWith('.js') ? [process.execPath, [npm]] : [npm, []];
  const result = spawnSync(command, [...first, 'ci', '--no-progress', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) {
    console.error('The installation failed. Run "npm ci" to see why.');
    process.exit(result.status ?? 1);
  }
}

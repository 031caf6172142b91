import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,services,edge}/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.build/**', '**/.serverless/**'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

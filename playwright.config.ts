import { defineConfig } from '@playwright/test';
import { chromiumPath } from './scripts/lib/chromium.mjs';

const executablePath = chromiumPath();

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'test-results',
  // The tests measure nothing, but the page under test starts workers of its own: one page at a time.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  // Bounds against what hangs; the unit tests run beside these, and a busy machine is no failure.
  timeout: 180_000,
  expect: { timeout: 40_000 },
  reporter: 'list',
  use: {
    launchOptions: executablePath ? { executablePath } : {},
    viewport: { width: 1280, height: 800 },
    // No trace: recording one of every test takes as long as the tests. `--trace on` makes one of a test that fails.
    screenshot: 'only-on-failure',
  },
});

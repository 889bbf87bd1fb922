// Runs a tool of node_modules (or any program) and tells what it said and how long it took.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end removed. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Runs a program to its end. Output is collected unless `show` is set, which passes it straight through.
 * @returns {Promise<{code: number, output: string, seconds: number}>} never rejects; a program that cannot start has code 127
 */
export function run(command, args, { show = false, env = {} } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // npm and npx are .cmd files on Windows, which only a shell starts.
      shell: process.platform === 'win32' && /^(npm|npx)$/.test(command),
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const end = (code) => resolve({ code, output, seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => {
      output += String(error.message);
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/** Runs a JavaScript tool with this same Node: no shell, no npx, the same on every system. */
export function runTool(script, args = [], options = {}) {
  return run(process.execPath, [script, ...args], options);
}

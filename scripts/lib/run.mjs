// Runs a tool of node_modules (or any program) and tells what it said and how long it took.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end removed. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Runs a program to its end. Output is collected unless `show` is set, which passes it straight through; `output` is
 * both streams in the order of their arrival.
 * @returns {Promise<{code: number, output: string, stdout: string, stderr: string, seconds: number}>} never rejects; a
 *   program that cannot start has code 127
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
    const said = { output: '', stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name]?.setEncoding('utf8').on('data', (chunk) => {
        said[name] += chunk;
        said.output += chunk;
      });
    }
    const end = (code) => resolve({ code, ...said, seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => {
      said.stderr += error.message;
      said.output += error.message;
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/** Runs a JavaScript tool with this same Node: no shell, no npx, the same on every system. */
export function runTool(script, args = [], options = {}) {
  return run(process.execPath, [script, ...args], options);
}

// The oldest Node that the build tools run on. Kept free of anything that an old Node could not read.

export const OLDEST_NODE = '20.19.0';

/** True when `version` ("20.18.1") is older than `oldest`, compared number by number. */
export function isOlder(version, oldest = OLDEST_NODE) {
  const seen = version.split('.').map(Number);
  const wanted = oldest.split('.').map(Number);
  for (let i = 0; i < wanted.length; i++) {
    if ((seen[i] || 0) !== wanted[i]) return (seen[i] || 0) < wanted[i];
  }
  return false;
}

/** Ends the process with a clear message and exit code 1 when this Node is too old. */
export function requireNode() {
  if (!isOlder(process.versions.node)) return;
  console.error(
    `Headroom needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}. ` +
      'Install a newer one (for example with "nvm install", which reads .nvmrc) and try again.',
  );
  process.exit(1);
}

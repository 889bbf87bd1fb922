/** Whether a database can be opened at all: its bytes lie in the memory of the page and of its workers. Pure. */
import { formatBytes } from '../format.ts';

const GIB = 2 ** 30;
/** WebAssembly and typed arrays end near here, whatever the machine has. */
const FILE_BYTES_MAX = 2 * GIB;

/** `deviceGb` is what the browser tells of the machine's memory; null where it does not. */
export function tooLargeToOpen(bytes: number, deviceGb: number | null): string | null {
  if (bytes >= FILE_BYTES_MAX) {
    return `The file has ${formatBytes(bytes)}; a page can hold less than ${formatBytes(FILE_BYTES_MAX)}. Make a smaller copy with the tables that you need, for example with sqlite3's .dump.`;
  }
  if (deviceGb !== null && bytes > (deviceGb * GIB) / 2) {
    return `The file has ${formatBytes(bytes)}, more than half of this device's memory (about ${deviceGb} GiB): the browser would end the page. Open it on a larger machine, or make a smaller copy.`;
  }
  return null;
}

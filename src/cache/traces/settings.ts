/** Limits of what can be replayed. Plain data: the page tells them too. */

/** Longer traces would not fit in the memory of a worker with ten strategies beside them. */
export const TRACE_REQUESTS_MAX = 20_000_000;
/** Of a trace's text, unpacked: more does not fit beside what is made of it. */
export const TRACE_TEXT_BYTES_MAX = 512 * 1024 * 1024;
/** Of one replay. */
export const REPLAY_SIZES_MAX = 8;

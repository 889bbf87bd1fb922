/** Bounds of the health dot: shared by the header and the monitor, so that one score never has two colours. */
export function healthTone(score: number | null): 'good' | 'watch' | 'bad' | '' {
  if (score === null) return '';
  if (score >= 90) return 'good';
  return score >= 60 ? 'watch' : 'bad';
}

/** Names by number, so that what is counted by a few names is counted in an array: a look-up by name takes longer than the count. */
export class Names<Name extends string> {
  readonly all: readonly Name[];

  constructor(named: Record<Name, unknown>) {
    this.all = Object.keys(named) as Name[];
  }

  numberOf(name: Name): number {
    const { all } = this;
    let at = 0;
    while (all[at] !== name) at++;
    return at;
  }

  /** Counts by number, told by name. */
  told(counts: ArrayLike<number>): Record<Name, number> {
    return Object.fromEntries(this.all.map((name, at) => [name, counts[at]])) as Record<Name, number>;
  }
}

/**
 * Words of the TPC-H-like data. Names that the benchmark's queries ask for (nations, segments, types, containers, modes) are those
 * of its specification, clause 4.2; colours and prose are our own.
 */

const words = (text: string): string[] => text.trim().split(/\s+/);

export const REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'] as const;

/** By nation key: name and region key. */
export const NATIONS: readonly (readonly [name: string, region: number])[] = [
  ['ALGERIA', 0],
  ['ARGENTINA', 1],
  ['BRAZIL', 1],
  ['CANADA', 1],
  ['EGYPT', 4],
  ['ETHIOPIA', 0],
  ['FRANCE', 3],
  ['GERMANY', 3],
  ['INDIA', 2],
  ['INDONESIA', 2],
  ['IRAN', 4],
  ['IRAQ', 4],
  ['JAPAN', 2],
  ['JORDAN', 4],
  ['KENYA', 0],
  ['MOROCCO', 0],
  ['MOZAMBIQUE', 0],
  ['PERU', 1],
  ['CHINA', 2],
  ['ROMANIA', 3],
  ['SAUDI ARABIA', 4],
  ['VIETNAM', 2],
  ['RUSSIA', 3],
  ['UNITED KINGDOM', 3],
  ['UNITED STATES', 1],
];

export const SEGMENTS = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'] as const;
export const PRIORITIES = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'] as const;
export const INSTRUCTIONS = ['COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN'] as const;
export const MODES = ['AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK'] as const;

/** Types and containers are one word of each list. */
export const TYPE_WORDS = [
  ['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'],
  ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'],
  ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'],
] as const;
export const CONTAINER_WORDS = [
  ['SM', 'LG', 'MED', 'JUMBO', 'WRAP'],
  ['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM'],
] as const;

/** A part's name is five of them. */
export const COLOURS = words(`
  amber amethyst apricot ash aubergine azure basil beige berry black blue brick bronze brown cameo caramel carmine cedar celadon
  charcoal cherry chestnut cinnamon clay cobalt copper coral cream crimson cyan dove ebony emerald fawn fern flame forest fuchsia
  garnet ginger gold granite grape graphite green grey hazel heather honey indigo iris ivory jade jasmine lagoon lavender lemon
  lilac lime linen magenta mahogany maroon mauve mint moss mustard navy ochre olive orange orchid pearl pine pink plum poppy
  purple quartz raspberry red rose ruby rust saffron sand sapphire scarlet silver slate straw teal violet walnut white yellow`);

/** Prose for comments: adverb, adjective, noun, verb, preposition, adjective, noun. A word twice in a list is twice as frequent. */
export const PROSE = [
  words(
    'always calmly daily evenly gladly hardly kindly lately neatly often quickly quietly rarely slowly soon steadily',
  ),
  words(`bold brief careful early eager even express final gentle honest idle late local open patient plain pending quick
    regular silent special special spare sturdy thin usual`),
  words(`boxes bills buyers clerks crates drivers forms labels ledgers letters loads notes offers orders packers papers
    parcels pallets quotes receipts requests seals stamps tables terms trucks`),
  words(
    'answer await carry check cover follow gather guard haul keep lift list load meet order pack sort trace use watch',
  ),
  words('above across after along among behind beside beyond near past under upon'),
  words(`bold brief careful early eager even express final gentle honest idle late local open patient plain pending quick
    regular silent special spare sturdy thin usual`),
  words(`boxes bills buyers clerks crates drivers forms labels ledgers letters loads notes offers orders packers papers
    parcels pallets quotes receipts requests requests seals stamps tables terms trucks`),
] as const;

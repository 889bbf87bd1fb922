/** Words of the record store, all our own: no real artist, album or person. */

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Genre, how often an album is of it, and a track's typical length in seconds. The last has no album at all. */
export const GENRES: readonly (readonly [name: string, weight: number, seconds: number])[] = [
  ['Rock', 30, 235],
  ['Pop', 22, 205],
  ['Indie', 14, 225],
  ['Electronic', 12, 330],
  ['Jazz', 12, 350],
  ['Folk', 10, 215],
  ['Metal', 9, 290],
  ['Hip Hop', 9, 210],
  ['Soul', 8, 230],
  ['Blues', 7, 255],
  ['Classical', 7, 480],
  ['Latin', 6, 225],
  ['Country', 5, 200],
  ['Reggae', 4, 240],
  ['Punk', 4, 140],
  ['Ambient', 3, 520],
  ['Soundtrack', 3, 170],
  ['Opera', 1, 420],
  ["Children's", 1, 130],
  ['Spoken Word', 0, 900],
];

/** Name, and what an album costs per track in cents. */
export const MEDIA_TYPES: readonly (readonly [name: string, weight: number, cents: number, bytesPerSecond: number])[] =
  [
    ['MPEG audio', 60, 99, 32_000],
    ['AAC audio', 22, 99, 28_000],
    ['FLAC audio', 14, 149, 98_000],
    ['High-resolution audio', 3, 199, 290_000],
    ['Video', 1, 199, 420_000],
  ];

export const PLAYLISTS: readonly (readonly [name: string, tracks: number])[] = [
  ['Everything short', 900],
  ['Long drives', 420],
  ['Sunday morning', 260],
  ['Rainy day', 210],
  ['Deep work', 640],
  ['Running', 180],
  ['Dinner', 150],
  ['Old favourites', 1100],
  ['New this month', 120],
  ['Only the quiet ones', 330],
  ['Louder', 480],
  ['For the road', 370],
  ['Staff picks', 90],
  ['Instrumental', 540],
  ['Late at night', 290],
  ['Kitchen radio', 700],
  ['One song', 1],
  ['Still empty', 0],
];

export const ADJECTIVES =
  words(`Amber Ancient Blind Borrowed Bright Broken Careless Cold Crooked Distant Electric Empty Endless
  Fading Faithful Foreign Gentle Golden Hollow Honest Hungry Idle Invisible Lazy Little Lonely Lost Lucky Midnight Modern Northern
  Open Paper Patient Plain Quiet Restless Second Secret Silver Simple Slow Southern Spare Stolen Strange Sudden Sunken Tender
  Velvet Wandering Warm Wasted Wild Winter Wooden`);

export const NOUNS =
  words(`Anchor Arrow Atlas Balcony Bicycle Bridge Café Candle Canyon Carousel Castle Chapel Circus Clock Cloud Compass
  Crow Diamond Engine Feather Ferry Field Forest Garden Ghost Harbour Heron Highway Hotel House Island Kite Ladder Lantern Letter
  Lighthouse Machine Magnet Meadow Mirror Mountain Museum Ocean Orchard Parade Piano Pilot Pocket Prairie Radio Railway River Rooftop
  Sailor Shadow Signal Sparrow Station Stranger Summer Telegram Theatre Thunder Tiger Tower Train Umbrella Valley Violin Wagon
  Window Wolf`);

export const VERBS =
  words(`Calling Carrying Catching Chasing Counting Crossing Dreaming Falling Finding Following Forgetting Holding
  Keeping Leaving Losing Missing Painting Reading Remembering Running Saving Singing Sleeping Starting Stealing Swimming Turning
  Waiting Walking Watching`);

/** First names beyond those of the shop, so that searching and sorting meet letters beyond ASCII. */
export const MORE_NAMES = words('Zoë Björn Renée Søren Łukasz Ángel Jürgen Chloé Yıldız Núria');

/** Title, the index of the group above (null at the top), and how many there are. */
export const STAFF: readonly (readonly [title: string, manager: number | null, count: number])[] = [
  ['General Manager', null, 1],
  ['Head of Sales', 0, 1],
  ['Head of Technology', 0, 1],
  ['Head of Music', 0, 1],
  ['Sales Manager', 1, 2],
  ['Support Lead', 4, 2],
  ['Support Agent', 5, 9],
  ['Engineer', 2, 4],
  ['Music Editor', 3, 3],
];
export const SUPPORT_TITLE = 'Support Agent';

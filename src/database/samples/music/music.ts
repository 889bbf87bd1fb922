/**
 * The sample record store: artists, albums and tracks, playlists (many to many), staff with managers (a tree), customers and what
 * they bought. Composers may be unknown; some artists have no album, one genre no track, one playlist nothing: outer joins find
 * them. Keys are true and an invoice is the sum of its lines. There is no secondary index.
 */
import { exponential } from '../../../core/distributions.ts';
import type { Random } from '../../../core/ports.ts';
import { createRandom } from '../../../core/random.ts';
import type { SqliteModule } from '../../sqlite/sqlite-module.ts';
import { buildSample, CHUNK_ROWS, type SampleBuilder, type SampleControl } from '../build.ts';
import { isoDate, isoDateTime, momentsInOrder } from '../calendar.ts';
import { CITIES, FIRST_NAMES, LAST_NAMES } from '../shop/words.ts';
import { shuffled, WeightedSampler, zipfWeights } from '../weighted.ts';
import { ADJECTIVES, GENRES, MEDIA_TYPES, MORE_NAMES, NOUNS, PLAYLISTS, STAFF, SUPPORT_TITLE, VERBS } from './words.ts';

const SCHEMA = `
CREATE TABLE artists (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE genres (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE media_types (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE albums (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  artist_id INTEGER NOT NULL REFERENCES artists (id),
  released_on TEXT NOT NULL
);
CREATE TABLE tracks (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  album_id INTEGER NOT NULL REFERENCES albums (id),
  position INTEGER NOT NULL,
  genre_id INTEGER NOT NULL REFERENCES genres (id),
  media_type_id INTEGER NOT NULL REFERENCES media_types (id),
  composer TEXT,
  milliseconds INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  price_cents INTEGER NOT NULL
);
CREATE TABLE playlists (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE playlist_tracks (
  playlist_id INTEGER NOT NULL REFERENCES playlists (id),
  track_id INTEGER NOT NULL REFERENCES tracks (id),
  PRIMARY KEY (playlist_id, track_id)
) WITHOUT ROWID;
CREATE TABLE employees (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  reports_to INTEGER REFERENCES employees (id),
  hired_on TEXT NOT NULL,
  city TEXT NOT NULL,
  email TEXT NOT NULL
);
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  company TEXT,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  email TEXT NOT NULL,
  support_agent_id INTEGER REFERENCES employees (id)
);
CREATE TABLE invoices (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  invoiced_at TEXT NOT NULL,
  billing_country TEXT NOT NULL,
  total_cents INTEGER NOT NULL
);
CREATE TABLE invoice_lines (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoices (id),
  track_id INTEGER NOT NULL REFERENCES tracks (id),
  price_cents INTEGER NOT NULL,
  quantity INTEGER NOT NULL
);`;

const ARTISTS = 300;
const ALBUMS = 520;
const CUSTOMERS = 400;
const INVOICES = 2400;
/** Tracks, playlist entries and invoice lines are drawn; all rows together are about so many. */
const ROWS = 26_000;
/** 2003-01-01 and how many days later the last album came out. */
const FIRST_RELEASE = 12_053;
const RELEASE_DAYS = 8300;

interface Album {
  firstTrack: number;
  tracks: number;
}

/** Equal seeds give equal bytes. Error `cancelled`. */
export function makeMusic(module: SqliteModule, seed: number, control: SampleControl): Promise<Uint8Array> {
  return buildSample(module, SCHEMA, ROWS, control, (builder) => new MusicMaker(builder, seed).make());
}

class MusicMaker {
  readonly #builder: SampleBuilder;
  readonly #random: Random;
  readonly #albums: Album[] = [];
  /** By track id; 0 is unused. */
  readonly #prices: number[] = [0];
  readonly #seconds: number[] = [0];
  readonly #agents: number[] = [];
  readonly #countries: string[] = [''];

  constructor(builder: SampleBuilder, seed: number) {
    this.#builder = builder;
    this.#random = createRandom(seed);
  }

  async make(): Promise<void> {
    this.#catalogue();
    await this.#builder.made(this.#prices.length, 'tracks');
    this.#playlists();
    await this.#builder.made(CHUNK_ROWS, 'playlists');
    this.#people();
    await this.#invoices();
  }

  #catalogue(): void {
    const random = this.#random.fork('catalogue');
    const intoGenres = this.#builder.into('genres', 2);
    GENRES.forEach(([name], index) => intoGenres.row(index + 1, name));
    const intoMedia = this.#builder.into('media_types', 2);
    MEDIA_TYPES.forEach(([name], index) => intoMedia.row(index + 1, name));
    const artists = distinct(ARTISTS, () => artistName(random));
    const intoArtists = this.#builder.into('artists', 2);
    artists.forEach((name, index) => intoArtists.row(index + 1, name));

    const intoAlbums = this.#builder.into('albums', 4);
    const intoTracks = this.#builder.into('tracks', 10);
    const genres = new WeightedSampler(GENRES.map(([, weight]) => weight));
    const media = new WeightedSampler(MEDIA_TYPES.map(([, weight]) => weight));
    // One artist in ten has no album yet; of the others a few have many.
    const order = shuffled(ARTISTS, random);
    const busy = new WeightedSampler(zipfWeights(ARTISTS - ARTISTS / 10, 30));
    const ownGenre = Array.from({ length: ARTISTS }, () => genres.draw(random));
    for (let id = 1; id <= ALBUMS; id++) {
      const artist = order[id <= ARTISTS - ARTISTS / 10 ? id - 1 : busy.draw(random)];
      const genre = random.below(6) > 0 ? ownGenre[artist] : genres.draw(random);
      const medium = media.draw(random);
      const tracks = 7 + random.below(9);
      intoAlbums.row(
        id,
        albumTitle(artists[artist], random),
        artist + 1,
        isoDate(FIRST_RELEASE + random.below(RELEASE_DAYS)),
      );
      this.#albums.push({ firstTrack: this.#prices.length, tracks });
      const author = personName(random);
      for (let position = 1; position <= tracks; position++) {
        const seconds = 40 + Math.floor(GENRES[genre][2] * (0.55 + 0.4 * random.next() + 0.25 * exponential(random)));
        const milliseconds = seconds * 1000 + random.below(1000);
        const price = MEDIA_TYPES[medium][2];
        intoTracks.row(
          this.#prices.length,
          trackName(random),
          id,
          position,
          genre + 1,
          medium + 1,
          composer(artists[artist], author, random),
          milliseconds,
          Math.floor((milliseconds / 1000) * MEDIA_TYPES[medium][3] * (0.85 + 0.3 * random.next())),
          price,
        );
        this.#prices.push(price);
        this.#seconds.push(seconds);
      }
    }
  }

  #playlists(): void {
    const random = this.#random.fork('playlists');
    const intoPlaylists = this.#builder.into('playlists', 2);
    const intoEntries = this.#builder.into('playlist_tracks', 2);
    const tracks = this.#prices.length - 1;
    PLAYLISTS.forEach(([name, count], index) => {
      intoPlaylists.row(index + 1, name);
      const chosen = shuffled(tracks, random).map((track) => track + 1);
      const fitting = name === 'Everything short' ? chosen.filter((track) => this.#seconds[track] < 180) : chosen;
      for (const track of fitting.subarray(0, count).sort()) intoEntries.row(index + 1, track);
    });
  }

  #people(): void {
    const random = this.#random.fork('people');
    const intoEmployees = this.#builder.into('employees', 7);
    const groups: number[][] = [];
    let id = 0;
    for (const [title, above, count] of STAFF) {
      const group: number[] = [];
      for (let one = 0; one < count; one++) {
        const name = personName(random);
        const manager = above === null ? null : pick(groups[above], random);
        const hired = isoDate(16_000 + id * 45 + random.below(400));
        intoEmployees.row(++id, name, title, manager, hired, pick(CITIES, random)[0], mail(name, id, 'store.example'));
        group.push(id);
        if (title === SUPPORT_TITLE) this.#agents.push(id);
      }
      groups.push(group);
    }
    const intoCustomers = this.#builder.into('customers', 7);
    const cities = new WeightedSampler(CITIES.map(([, , weight]) => weight));
    for (let customer = 1; customer <= CUSTOMERS; customer++) {
      const name = personName(random);
      const [city, country] = CITIES[cities.draw(random)];
      const company =
        random.below(6) === 0 ? `${pick(NOUNS, random)} ${pick(['Ltd', 'GmbH', 'Studio', 'Media'], random)}` : null;
      const agent = random.below(20) === 0 ? null : pick(this.#agents, random);
      intoCustomers.row(customer, name, company, city, country, mail(name, customer, 'example.com'), agent);
      this.#countries.push(country);
    }
  }

  async #invoices(): Promise<void> {
    const random = this.#random.fork('invoices');
    const intoInvoices = this.#builder.into('invoices', 5);
    const intoLines = this.#builder.into('invoice_lines', 5);
    const buyers = new WeightedSampler(zipfWeights(CUSTOMERS - 20, 40)); // twenty have bought nothing yet
    const order = shuffled(CUSTOMERS, random);
    const hits = new WeightedSampler(zipfWeights(ALBUMS, 25));
    const albums = shuffled(ALBUMS, random);
    const moments = momentsInOrder(INVOICES, random);
    let line = 0;
    for (let id = 1; id <= INVOICES; id++) {
      const customer = order[buyers.draw(random)] + 1;
      let total = 0;
      for (const track of this.#basket(albums[hits.draw(random)], random)) {
        const price = this.#prices[track];
        intoLines.row(++line, id, track, price, 1);
        total += price;
      }
      intoInvoices.row(id, customer, isoDateTime(moments[id - 1]), this.#countries[customer], total);
      if (id % 400 === 0) await this.#builder.made(2000, 'invoices');
    }
  }

  /** A whole album, some of its tracks, or a few from anywhere: each track once. */
  #basket(albumIndex: number, random: Random): Set<number> {
    const album = this.#albums[albumIndex];
    const basket = new Set<number>();
    const kind = random.below(10);
    const count = kind === 0 ? album.tracks : 1 + random.below(6);
    while (basket.size < count) {
      const fromAlbum = kind === 0 ? basket.size : random.below(album.tracks);
      basket.add(kind < 7 ? album.firstTrack + fromAlbum : 1 + random.below(this.#prices.length - 1));
    }
    return basket;
  }
}

function artistName(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return `The ${pick(ADJECTIVES, random)} ${pick(NOUNS, random)}s`;
    case 1:
      return `${pick(NOUNS, random)} ${pick(NOUNS, random)}`;
    case 2:
      return `${pick(FIRST_NAMES, random)} and the ${pick(NOUNS, random)}s`;
    case 3:
      return `${pick(ADJECTIVES, random)} ${pick(NOUNS, random)}`;
    default:
      return personName(random);
  }
}

function albumTitle(artist: string, random: Random): string {
  switch (random.below(8)) {
    case 0:
      return artist;
    case 1:
      return `Live in ${pick(CITIES, random)[0]}`;
    case 2:
      return `${pick(NOUNS, random)} and ${pick(NOUNS, random)}`;
    case 3:
      return `${pick(VERBS, random)} the ${pick(NOUNS, random)}`;
    default:
      return `${pick(ADJECTIVES, random)} ${pick(NOUNS, random)}`;
  }
}

function trackName(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return pick(NOUNS, random);
    case 1:
      return `${pick(VERBS, random)} ${pick(FIRST_NAMES, random)}`;
    case 2:
      return `${pick(ADJECTIVES, random)} ${pick(NOUNS, random)}`;
    case 3:
      return `The ${pick(NOUNS, random)} in the ${pick(NOUNS, random)}`;
    case 4:
      return `${pick(NOUNS, random)} for ${pick(FIRST_NAMES, random)}`;
    default:
      return `${pick(VERBS, random)} in ${pick(CITIES, random)[0]}`;
  }
}

/** Often the artist or one author per album, sometimes two, and in one of four unknown. */
function composer(artist: string, author: string, random: Random): string | null {
  const kind = random.below(12);
  if (kind < 3) return null;
  if (kind < 7) return author;
  return kind < 10 ? artist : `${author}, ${personName(random)}`;
}

function personName(random: Random): string {
  const first = random.below(12) === 0 ? pick(MORE_NAMES, random) : pick(FIRST_NAMES, random);
  return `${first} ${pick(LAST_NAMES, random)}`;
}

function mail(name: string, id: number, domain: string): string {
  const plain = name.normalize('NFD').replace(/[^a-zA-Z ]/g, '');
  return `${plain.replaceAll(' ', '.')}${id}@${domain}`.toLowerCase();
}

function distinct(count: number, draw: () => string): string[] {
  const found = new Set<string>();
  while (found.size < count) found.add(draw());
  return [...found];
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.below(items.length)];
}

/** Plain words for the sample shop. */

export const FIRST_NAMES =
  `Ada Alan Alma Amir Anna Anton Ayla Bao Bea Ben Carla Chen Clara Dana David Diego Elena Elif Emil Emma Eva Farid Felix
  Finn Freya Gael Greta Hana Hugo Ida Ines Ivan Jana Jonas Julia Kai Karin Kofi Lars Lea Leo Lina Luca Maja Malik Mara Maria
  Marta Mei Mila Milan Mina Nadia Nils Nina Noah Nora Olga Omar Oskar Otto Paula Pedro Petra Priya Rafael Rosa Sami Sara
  Selma Sofia Stefan Tara Theo Tomas Uma Vera Victor Wanda Yara Yusuf Zoe`.split(/\s+/);

export const LAST_NAMES =
  `Abebe Adler Almeida Andersen Baker Bauer Becker Bianchi Brandt Carvalho Castro Chen Costa Dahl Diaz Dubois Eriksen
  Fernandez Fischer Fontaine Garcia Haas Hansen Hoffmann Horvat Ito Jansen Kaya Keller Khan Kim Kowalski Kruger Lambert Lang
  Larsen Laurent Lehmann Lindberg Lopez Martin Mendes Meyer Moreau Moretti Nakamura Nguyen Nielsen Novak Okafor Olsen Ortega
  Patel Pereira Peters Petrov Quinn Richter Rossi Ruiz Sato Schmidt Silva Singh Sommer Suarez Svensson Tanaka Thomas Torres
  Vargas Virtanen Vogel Wagner Walsh Weber Winter Wolf Wright Yilmaz Young Zhang Ziegler`.split(/\s+/);

/** City, country, and how many customers live there beside the others. */
export const CITIES: readonly (readonly [city: string, country: string, weight: number])[] = [
  ['Berlin', 'Germany', 40],
  ['Paris', 'France', 38],
  ['Madrid', 'Spain', 30],
  ['London', 'United Kingdom', 30],
  ['Rome', 'Italy', 24],
  ['Hamburg', 'Germany', 20],
  ['Vienna', 'Austria', 18],
  ['Warsaw', 'Poland', 16],
  ['Barcelona', 'Spain', 15],
  ['Munich', 'Germany', 14],
  ['Milan', 'Italy', 13],
  ['Amsterdam', 'Netherlands', 12],
  ['Prague', 'Czechia', 11],
  ['Lyon', 'France', 10],
  ['Copenhagen', 'Denmark', 9],
  ['Stockholm', 'Sweden', 9],
  ['Lisbon', 'Portugal', 8],
  ['Zurich', 'Switzerland', 8],
  ['Antwerp', 'Belgium', 7],
  ['Dublin', 'Ireland', 7],
  ['Helsinki', 'Finland', 6],
  ['Oslo', 'Norway', 6],
  ['Porto', 'Portugal', 5],
  ['Ghent', 'Belgium', 4],
  ['Graz', 'Austria', 4],
  ['Bergen', 'Norway', 3],
  ['Turku', 'Finland', 3],
  ['Galway', 'Ireland', 2],
  ['Aarhus', 'Denmark', 2],
  ['Uppsala', 'Sweden', 2],
];

/** Category, its nouns, and the range of prices in cents. */
export const CATEGORIES: readonly {
  name: string;
  nouns: readonly string[];
  lowCents: number;
  highCents: number;
}[] = [
  { name: 'Kitchen', nouns: ['Kettle', 'Pan', 'Teapot', 'Knife', 'Bowl', 'Mill'], lowCents: 900, highCents: 12900 },
  { name: 'Garden', nouns: ['Spade', 'Lantern', 'Planter', 'Hose', 'Bench'], lowCents: 700, highCents: 24900 },
  { name: 'Books', nouns: ['Atlas', 'Novel', 'Cookbook', 'Field Guide', 'Diary'], lowCents: 600, highCents: 4900 },
  { name: 'Sport', nouns: ['Ball', 'Racket', 'Mat', 'Bottle', 'Backpack'], lowCents: 800, highCents: 15900 },
  { name: 'Office', nouns: ['Lamp', 'Chair', 'Notebook', 'Stapler', 'Clock'], lowCents: 300, highCents: 29900 },
  { name: 'Toys', nouns: ['Train', 'Puzzle', 'Kite', 'Blocks', 'Top'], lowCents: 500, highCents: 7900 },
  { name: 'Clothing', nouns: ['Scarf', 'Jacket', 'Socks', 'Hat', 'Gloves'], lowCents: 700, highCents: 18900 },
  { name: 'Music', nouns: ['Ukulele', 'Drum', 'Harmonica', 'Music Stand'], lowCents: 1500, highCents: 39900 },
];

export const ADJECTIVES =
  `Blue Bright Classic Compact Copper Cosy Folding Gentle Green Grand Handy Light Little Modern Nordic Oak Plain Quiet Red
  Round Silver Simple Slim Soft Solid Steel Striped Sturdy Swift Tall Travel Urban Velvet Warm White Wide Wild Woven`.split(
    /\s+/,
  );

/** Status of an order once it is old, with its share of 100. */
export const SETTLED_STATUSES: readonly (readonly [status: string, weight: number])[] = [
  ['delivered', 88],
  ['cancelled', 6],
  ['returned', 6],
];

/** What an event was, with its share of 100, and whether it is about a product. */
export const EVENT_TYPES: readonly (readonly [type: string, weight: number, aboutProduct: boolean])[] = [
  ['view', 62, true],
  ['search', 16, false],
  ['add_to_cart', 11, true],
  ['remove_from_cart', 4, true],
  ['wishlist', 4, true],
  ['support', 3, false],
];

export const SEARCHES =
  `gift lamp chair kettle scarf socks atlas puzzle kite backpack bottle notebook clock drum jacket planter bench bowl`.split(
    ' ',
  );

export const SITES = ['direct', 'search engine', 'newsletter', 'social', 'partner site', 'advert'] as const;

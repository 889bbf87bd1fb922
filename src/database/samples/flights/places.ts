/** Cities with airports, and invented carriers that fly between them. Coordinates are rounded; codes stand for the city. */

export interface Place {
  code: string;
  city: string;
  country: string;
  latitude: number;
  longitude: number;
  /** Standard time, minutes east of UTC; daylight saving is left out. */
  utcOffsetMin: number;
  /** How much traffic it draws beside the others. */
  weight: number;
}

const row = (
  code: string,
  city: string,
  country: string,
  latitude: number,
  longitude: number,
  utcOffsetMin: number,
  weight: number,
): Place => ({ code, city, country, latitude, longitude, utcOffsetMin, weight });

export const PLACES: readonly Place[] = [
  row('LON', 'London', 'United Kingdom', 51.5, -0.5, 0, 40),
  row('DUB', 'Dublin', 'Ireland', 53.4, -6.3, 0, 12),
  row('LIS', 'Lisbon', 'Portugal', 38.8, -9.1, 0, 14),
  row('PAR', 'Paris', 'France', 49, 2.5, 60, 36),
  row('AMS', 'Amsterdam', 'Netherlands', 52.3, 4.8, 60, 30),
  row('MAD', 'Madrid', 'Spain', 40.5, -3.6, 60, 24),
  row('BCN', 'Barcelona', 'Spain', 41.3, 2.1, 60, 20),
  row('ROM', 'Rome', 'Italy', 41.8, 12.3, 60, 18),
  row('MIL', 'Milan', 'Italy', 45.6, 8.7, 60, 15),
  row('ZRH', 'Zurich', 'Switzerland', 47.5, 8.6, 60, 14),
  row('MUC', 'Munich', 'Germany', 48.4, 11.8, 60, 20),
  row('BER', 'Berlin', 'Germany', 52.4, 13.5, 60, 16),
  row('HAM', 'Hamburg', 'Germany', 53.6, 10, 60, 9),
  row('VIE', 'Vienna', 'Austria', 48.1, 16.6, 60, 13),
  row('PRG', 'Prague', 'Czechia', 50.1, 14.3, 60, 9),
  row('BUD', 'Budapest', 'Hungary', 47.4, 19.3, 60, 8),
  row('WAW', 'Warsaw', 'Poland', 52.2, 21, 60, 10),
  row('CPH', 'Copenhagen', 'Denmark', 55.6, 12.7, 60, 14),
  row('OSL', 'Oslo', 'Norway', 60.2, 11.1, 60, 10),
  row('STO', 'Stockholm', 'Sweden', 59.7, 17.9, 60, 12),
  row('HEL', 'Helsinki', 'Finland', 60.3, 25, 120, 8),
  row('ATH', 'Athens', 'Greece', 37.9, 23.9, 120, 11),
  row('IST', 'Istanbul', 'Turkey', 41.3, 28.7, 180, 32),
  row('CAI', 'Cairo', 'Egypt', 30.1, 31.4, 120, 10),
  row('LOS', 'Lagos', 'Nigeria', 6.6, 3.3, 60, 6),
  row('NBO', 'Nairobi', 'Kenya', -1.3, 36.9, 180, 6),
  row('JNB', 'Johannesburg', 'South Africa', -26.1, 28.2, 120, 9),
  row('DXB', 'Dubai', 'United Arab Emirates', 25.3, 55.4, 240, 34),
  row('DOH', 'Doha', 'Qatar', 25.3, 51.6, 180, 14),
  row('DEL', 'Delhi', 'India', 28.6, 77.1, 330, 22),
  row('BOM', 'Mumbai', 'India', 19.1, 72.9, 330, 18),
  row('KTM', 'Kathmandu', 'Nepal', 27.7, 85.4, 345, 4),
  row('BKK', 'Bangkok', 'Thailand', 13.7, 100.7, 420, 20),
  row('SIN', 'Singapore', 'Singapore', 1.4, 104, 480, 26),
  row('HKG', 'Hong Kong', 'China', 22.3, 113.9, 480, 22),
  row('SEL', 'Seoul', 'South Korea', 37.5, 126.5, 540, 20),
  row('TYO', 'Tokyo', 'Japan', 35.6, 139.8, 540, 28),
  row('SYD', 'Sydney', 'Australia', -33.9, 151.2, 600, 16),
  row('MEL', 'Melbourne', 'Australia', -37.7, 144.8, 600, 12),
  row('BNE', 'Brisbane', 'Australia', -27.4, 153.1, 600, 9),
  row('AKL', 'Auckland', 'New Zealand', -37, 174.8, 720, 8),
  row('HNL', 'Honolulu', 'United States', 21.3, -157.9, -600, 8),
  row('NYC', 'New York', 'United States', 40.6, -73.8, -300, 36),
  row('BOS', 'Boston', 'United States', 42.4, -71, -300, 14),
  row('ATL', 'Atlanta', 'United States', 33.6, -84.4, -300, 28),
  row('MIA', 'Miami', 'United States', 25.8, -80.3, -300, 18),
  row('YYZ', 'Toronto', 'Canada', 43.7, -79.6, -300, 16),
  row('CHI', 'Chicago', 'United States', 42, -87.9, -360, 30),
  row('DFW', 'Dallas', 'United States', 32.9, -97, -360, 22),
  row('DEN', 'Denver', 'United States', 39.9, -104.7, -420, 18),
  row('LAX', 'Los Angeles', 'United States', 33.9, -118.4, -480, 30),
  row('SFO', 'San Francisco', 'United States', 37.6, -122.4, -480, 20),
  row('SEA', 'Seattle', 'United States', 47.4, -122.3, -480, 15),
  row('YVR', 'Vancouver', 'Canada', 49.2, -123.2, -480, 9),
  row('MEX', 'Mexico City', 'Mexico', 19.4, -99.1, -360, 16),
  row('BOG', 'Bogota', 'Colombia', 4.7, -74.1, -300, 10),
  row('LIM', 'Lima', 'Peru', -12, -77.1, -300, 8),
  row('SAO', 'Sao Paulo', 'Brazil', -23.4, -46.5, -180, 18),
  row('BUE', 'Buenos Aires', 'Argentina', -34.8, -58.5, -180, 10),
  row('SCL', 'Santiago', 'Chile', -33.4, -70.8, -240, 7),
];

export interface Model {
  name: string;
  seats: number;
  speedKmh: number;
  /** Distances that it is used for. */
  leastKm: number;
  mostKm: number;
  /** Minutes on the ground, at least. */
  turnaroundMin: number;
}

export const MODELS: readonly Model[] = [
  { name: 'Regional 90', seats: 90, speedKmh: 720, leastKm: 0, mostKm: 1600, turnaroundMin: 35 },
  { name: 'Narrow 180', seats: 180, speedKmh: 820, leastKm: 400, mostKm: 4800, turnaroundMin: 45 },
  { name: 'Wide 300', seats: 300, speedKmh: 890, leastKm: 3200, mostKm: 13_500, turnaroundMin: 90 },
];

export interface Carrier {
  code: string;
  name: string;
  hub: string;
  /** Aircraft by model. */
  fleet: readonly [regional: number, narrow: number, wide: number];
  /** How often it is late beside the others; 1 is usual. */
  tardiness: number;
}

export const CARRIERS: readonly Carrier[] = [
  { code: 'BH', name: 'Blue Heron', hub: 'LON', fleet: [5, 16, 9], tardiness: 1.1 },
  { code: 'MD', name: 'Meridian', hub: 'PAR', fleet: [5, 14, 7], tardiness: 1.2 },
  { code: 'TL', name: 'Tulip Air', hub: 'AMS', fleet: [5, 11, 5], tardiness: 0.8 },
  { code: 'AR', name: 'Alpenrose', hub: 'ZRH', fleet: [3, 5, 2], tardiness: 0.6 },
  { code: 'CB', name: 'Crescent Bay', hub: 'IST', fleet: [2, 13, 7], tardiness: 1 },
  { code: 'SC', name: 'Sirocco', hub: 'DXB', fleet: [0, 8, 12], tardiness: 0.7 },
  { code: 'LO', name: 'Lotus', hub: 'SIN', fleet: [1, 7, 8], tardiness: 0.6 },
  { code: 'RS', name: 'Rising Wind', hub: 'TYO', fleet: [4, 9, 6], tardiness: 0.4 },
  { code: 'GP', name: 'Great Plains', hub: 'CHI', fleet: [8, 16, 4], tardiness: 1.3 },
  { code: 'HR', name: 'Hudson River', hub: 'NYC', fleet: [6, 12, 7], tardiness: 1.5 },
  { code: 'PC', name: 'Pacific Crown', hub: 'LAX', fleet: [4, 13, 6], tardiness: 1.1 },
  { code: 'SO', name: 'Southern Road', hub: 'SYD', fleet: [4, 6, 3], tardiness: 0.9 },
];

/** Queries that are ready to run on the record store. Plain data. */
import type { ReadyQuery } from '../catalogue.ts';

export const musicQueries: readonly ReadyQuery[] = [
  {
    id: 'best-artists',
    name: 'Best-selling artists',
    sentence:
      'Follows each line sold to its track, album and artist: three joins by key, then one sum for each artist.',
    sql: `SELECT ar.name AS artist, count(*) AS tracks_sold, sum(l.price_cents * l.quantity) / 100.0 AS revenue
FROM invoice_lines l
JOIN tracks t ON t.id = l.track_id
JOIN albums al ON al.id = t.album_id
JOIN artists ar ON ar.id = al.artist_id
GROUP BY ar.id
ORDER BY revenue DESC, artist
LIMIT 20`,
  },
  {
    id: 'who-reports',
    name: 'Who reports to whom',
    sentence: 'Walks down the tree of managers with a recursive common table expression.',
    sql: `WITH RECURSIVE team(id, name, title, depth, path) AS (
  SELECT id, name, title, 0, name FROM employees WHERE reports_to IS NULL
  UNION ALL
  SELECT e.id, e.name, e.title, team.depth + 1, team.path || ' > ' || e.name
  FROM employees e
  JOIN team ON e.reports_to = team.id
)
SELECT depth, name, title, path
FROM team
ORDER BY path`,
  },
  {
    id: 'artists-without-album',
    name: 'Artists without an album',
    sentence: 'An outer join that keeps what found no partner; for each artist it has to search all albums.',
    sql: `SELECT ar.id, ar.name
FROM artists ar
LEFT JOIN albums al ON al.artist_id = ar.id
WHERE al.id IS NULL
ORDER BY ar.name`,
  },
  {
    id: 'playlist-hours',
    name: 'Playlists by length',
    sentence: 'Many to many: a track may be in several playlists. The empty playlist must not get lost.',
    sql: `SELECT p.name, count(t.id) AS tracks, round(coalesce(sum(t.milliseconds), 0) / 3600000.0, 1) AS hours
FROM playlists p
LEFT JOIN playlist_tracks pt ON pt.playlist_id = p.id
LEFT JOIN tracks t ON t.id = pt.track_id
GROUP BY p.id
ORDER BY hours DESC`,
  },
  {
    id: 'unknown-composers',
    name: 'Unknown composers',
    sentence: 'Counts what is NULL: count(composer) leaves it out, count(*) does not.',
    sql: `SELECT g.name AS genre, count(t.id) AS tracks, count(t.id) - count(t.composer) AS composer_unknown
FROM genres g
LEFT JOIN tracks t ON t.genre_id = g.id
GROUP BY g.id
ORDER BY tracks DESC`,
  },
  {
    id: 'revenue-by-month',
    name: 'Revenue by month, added up',
    sentence: 'A window over groups: each month, and everything of its year up to then.',
    sql: `SELECT strftime('%Y-%m', invoiced_at) AS month, sum(total_cents) / 100.0 AS revenue,
  sum(sum(total_cents)) OVER (PARTITION BY strftime('%Y', invoiced_at) ORDER BY strftime('%Y-%m', invoiced_at)) / 100.0
    AS year_so_far
FROM invoices
GROUP BY month
ORDER BY month`,
  },
  {
    id: 'bought-together',
    name: 'Bought together',
    sentence: 'Pairs of tracks on the same invoice: a table joined with itself, slow until it has an index.',
    sql: `SELECT a.name AS track, b.name AS with_track, count(*) AS times
FROM invoice_lines x
JOIN invoice_lines y ON y.invoice_id = x.invoice_id AND y.track_id > x.track_id
JOIN tracks a ON a.id = x.track_id
JOIN tracks b ON b.id = y.track_id
WHERE x.invoice_id <= 300
GROUP BY x.track_id, y.track_id
ORDER BY times DESC, track, with_track
LIMIT 15`,
  },
  {
    id: 'find-track',
    name: 'Find a track by a word',
    sentence: 'LIKE with a wildcard in front cannot use an index: it reads every name.',
    sql: `SELECT t.name, al.title AS album, ar.name AS artist
FROM tracks t
JOIN albums al ON al.id = t.album_id
JOIN artists ar ON ar.id = al.artist_id
WHERE t.name LIKE :word
ORDER BY t.name, t.id
LIMIT 50`,
    parameters: { ':word': { type: 'text', text: '%Train%' } },
  },
];

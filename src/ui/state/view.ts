/** What a link to this view holds: where the data comes from, the text with its parameters, the settings, the page. */
import type { DataSource, EngineSettings } from '../../engine/client.ts';
import type { View } from '../../share/view.ts';
import type { LabState } from './lab.svelte.ts';

export interface ViewParts {
  page: string;
  source: DataSource;
  settings: EngineSettings | null;
  lab: LabState;
  /** Id of the guided experiment that is open. */
  experiment: string | null;
}

export function viewOf({ page, source, settings, lab, experiment }: ViewParts): View {
  return {
    version: 1,
    page: (['lab', 'data', 'optimizer', 'cache', 'cluster', 'monitor'] as const).find((id) => id === page) ?? 'lab',
    source: source.type === 'file' ? { type: 'file', name: source.name } : { type: 'sample', ...source.sample },
    sql: lab.sql,
    parameters: Object.fromEntries(
      lab.parameterNames.map((name) => [name, { type: lab.entry(name).type, text: lab.entry(name).text }]),
    ),
    settings: settings
      ? {
          cache: pick(settings.cache, ['enabled', 'strategy', 'capacityBytes', 'ttlMs', 'compressAboveBytes']),
          balancer: settings.balancer,
          scaler: settings.scaler,
          optimizer: settings.optimizer,
          simulatedWaitMs: settings.simulatedWaitMs,
          deadlineMs: settings.deadlineMs,
        }
      : {},
    experiment,
  };
}

function pick<Part extends object, Key extends keyof Part>(part: Part, keys: readonly Key[]): Pick<Part, Key> {
  return Object.fromEntries(keys.map((key) => [key, part[key]])) as Pick<Part, Key>;
}

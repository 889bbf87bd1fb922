export interface ServeOptions {
  /** Folder to serve, relative to the repository. `dist` unless told. */
  dir?: string;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Path under which the site lies; begins and ends with a slash. */
  base?: string;
  /** Send the headers that make the page cross-origin isolated. */
  isolated?: boolean;
}

export function serveFolder(options?: ServeOptions): Promise<{ url: string; close: () => Promise<void> }>;

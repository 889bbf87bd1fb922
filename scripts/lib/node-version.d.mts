export const OLDEST_NODE: string;
export function isOlder(version: string, oldest?: string): boolean;
export function requireNode(): void;

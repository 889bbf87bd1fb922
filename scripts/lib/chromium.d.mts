export function chromiumPath(): string | undefined;
export function findChromium(say: (text: string) => void): Promise<string | undefined>;

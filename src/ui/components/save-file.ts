/** Hands a file to the person through the browser's own download; nothing leaves the tab. */
export function saveFile(name: string, parts: BlobPart[], type = 'application/octet-stream'): void {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it began.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

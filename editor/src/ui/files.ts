import type { Upload } from "../server/images";

/** A file under its own name. */
export function uploadOf(file: File): Upload {
  return { content: file, name: file.name };
}

/** All files of what was dropped or pasted, those of folders by their path within them. */
export async function filesOf(data: DataTransfer): Promise<readonly Upload[]> {
  // Both have to be taken before anything is waited for: they are empty after.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = [...data.files];
  const found = entries.some((entry) => entry !== null)
    ? (await Promise.all(entries.map((entry) => (entry ? within(entry, "") : [])))).flat()
    : files.map(uploadOf);
  return found.filter(({ name }) => !isHidden(name));
}

async function within(entry: FileSystemEntry, folder: string): Promise<readonly Upload[]> {
  if (isFile(entry)) {
    const content = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ content, name: folder + content.name }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Upload[] = [];
  for (;;) {
    // It gives some at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return found;
    for (const one of entries) found.push(...(await within(one, `${folder}${entry.name}/`)));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "Thumbs.db");
}

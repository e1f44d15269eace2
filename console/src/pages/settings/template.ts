// A site's address of a record, with the id of an example put in, as the server will put in the real one. Pure.

export function previewOf(template: string, id: string): string | null {
  const text = template.trim();
  if (!text.includes("{external_id}")) return null;
  const filled = text.replaceAll("{external_id}", encodeURIComponent(id));
  try {
    const url = new URL(filled);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

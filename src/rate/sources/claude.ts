/** claude-opus-4-6 → 406, claude-sonnet-5 → 500, claude-3-haiku-20240307 → 300; 0 without a version. */
export function claudeVersion(model: string): number {
  const match = /claude-(?:[a-z]+-)*?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/i.exec(model);
  return match === null ? 0 : Number(match[1]) * 100 + Number(match[2] ?? 0);
}

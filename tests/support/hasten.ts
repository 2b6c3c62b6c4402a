/** The rules with windows and delays of seconds: what they say stays as it is. */
export function hasten(text: string): string {
  const hasty = text.replace(/\[[25]m\]/g, "[8s]").replace("[1h]", "[20s]")
    .replace("[1d] offset 10m", "[20s] offset 5s").replace(/\bfor: \d+m\b/g, "for: 2s");
  if (/\[\d+[mhd]\]|for: \d+[mhd]/.test(hasty)) throw new Error(`Cannot hasten:\n${hasty}`);
  return hasty;
}

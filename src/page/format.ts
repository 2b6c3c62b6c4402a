/** Numbers and times as the page shows them, in its words and in its charts alike. Times are UTC. */

/** `12.345 ms` from microseconds: all digits that the log has. */
export function formatUs(us: number): string {
  return `${us / 1e3} ms`;
}

/** `-1.5 s`, `+2:00:00.000`: an offset from microseconds, in the unit that fits. */
export function formatOffsetUs(us: number): string {
  const sign = us < 0 ? "-" : "+";
  const ms = Math.abs(us) / 1e3;
  if (ms < 1e3) return `${sign}${Number(ms.toFixed(3))} ms`;
  if (ms < 60e3) return `${sign}${(ms / 1e3).toFixed(3)} s`;
  const s = Math.round(ms) / 1e3;
  const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60;
  const rest = (s % 60).toFixed(3).padStart(6, "0");
  return `${sign}${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** `2026-11-27 10:01:15.123` from Unix time in milliseconds, with the digits that are asked for. */
export function formatTime(
  unixMs: number,
  digits: "minute" | "second" | "millisecond",
): string {
  const date = new Date(unixMs);
  if (Number.isNaN(date.getTime())) return "unknown time";
  const text = date.toISOString().replace("T", " ").replace("Z", "");
  return text.slice(
    0,
    { minute: -7, second: -4, millisecond: text.length }[digits],
  );
}

/** `0.02 %`, `3.4 %`, `100 %`: a share without the digits that say nothing; never 0 for something, nor 100 for less than all. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = part / whole * 100;
  if (part === 0) return "0 %";
  if (part === whole) return "100 %";
  if (percent < 0.01) return "< 0.01 %";
  if (percent > 99.9) return "> 99.9 %";
  return `${Number(percent.toPrecision(2 + (percent >= 10 ? 1 : 0)))} %`;
}

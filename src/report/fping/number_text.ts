/** Numbers and times as fping writes them. */

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** How the time stands before a line: Unix seconds, or one of fping's `--timestamp-format`. */
export type TimeFormat = "unix" | "ctime" | "iso" | "rfc3339";

/** A time as fping writes it: three significant digits or so, `54.1`, `0.047`. */
export function formatFpingMs(ms: number): string {
  if (ms < 1) return ms.toFixed(3);
  if (ms < 10) return ms.toFixed(2);
  if (ms < 100) return ms.toFixed(1);
  return ms < 1e6 ? ms.toFixed(0) : formatExponent(ms);
}

/** A moment in local time: `1789284242.09616`, `Mon Jun 10 07:50:00 2024`, `2024-06-10T07:50:00+0200`, `2024-06-10 07:50:00`. */
export function formatFpingTime(unixMs: number, format: TimeFormat): string {
  if (format === "unix") return (unixMs / 1e3).toFixed(5);
  const date = new Date(Math.floor(unixMs));
  const day = date.getDate();
  const clock = formatClock(date);
  if (format === "ctime") {
    const name = `${WEEKDAYS[date.getDay()]} ${MONTHS[date.getMonth()]}`;
    return `${name} ${String(day).padStart(2)} ${clock} ${date.getFullYear()}`;
  }
  const dated = `${date.getFullYear()}-${pad2(date.getMonth() + 1)}-${pad2(day)}`;
  if (format === "rfc3339") return `${dated} ${clock}`;
  return `${dated}T${clock}${formatZone(-date.getTimezoneOffset())}`;
}

/** `[07:50:00]`, local time: the heading of a report. */
export function formatHeading(unixMs: number): string {
  return `[${formatClock(new Date(unixMs))}]`;
}

function formatClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad2).join(":");
}

function formatZone(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad2(Math.floor(size / 60))}${pad2(size % 60)}`;
}

/** As C writes it: at least two digits of exponent. */
function formatExponent(value: number): string {
  return value.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");
}

function pad2(value: number): string {
  return String(value).padStart(2, "0");
}

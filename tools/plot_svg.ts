/** Draws series of medians with their spread on logarithmic axes, as SVG that reads on white and on black. */

/** One place of a series. */
export interface SeriesPoint {
  /** Place on the horizontal axis. */
  readonly x: number;
  /** Lower end of the spread. */
  readonly lower: number;
  /** Median of the values at that place. */
  readonly median: number;
  /** Upper end of the spread. */
  readonly upper: number;
}

/** Points that belong together; a single one is drawn as a mark with its spread. */
export interface Series {
  /** What it is. */
  readonly name: string;
  /** Its points, from left to right. */
  readonly points: readonly SeriesPoint[];
}

/** A picture. */
export interface Plot {
  /** Headline. */
  readonly title: string;
  /** What the horizontal axis shows. */
  readonly xLabel: string;
  /** What the vertical axis shows, with its unit. */
  readonly yLabel: string;
  /** What is drawn; the last one on top. */
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 690;
const TOP = 44;
const BOTTOM = 360;
const LABEL_GAP = 12;
/** Distinguishable for the colour-blind (Okabe and Ito). */
const COLOURS = ["#d55e00", "#cc79a7", "#0072b2", "#009e73"];
const TICKS = [1, 2, 5];

/** The picture as SVG. */
export function formatPlot({ title, xLabel, yLabel, series }: Plot): string {
  const points = series.flatMap((each) => each.points);
  const x = axis(points.map((point) => point.x), LEFT, RIGHT);
  const y = axis(points.flatMap(({ lower, upper }) => [lower, upper]), BOTTOM, TOP);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(LEFT, 24, title, `font-size="15" font-weight="bold"`),
    ...x.ticks.flatMap(({ value, at }) => [
      line(at, TOP, at, BOTTOM, "#ddd"),
      text(at, BOTTOM + 18, String(value), `text-anchor="middle"`),
    ]),
    ...y.ticks.flatMap(({ value, at }) => [
      line(LEFT, at, RIGHT, at, "#ddd"),
      text(LEFT - 8, at + 4, String(value), `text-anchor="end"`),
    ]),
    text((LEFT + RIGHT) / 2, BOTTOM + 42, xLabel, `text-anchor="middle"`),
    text(
      0,
      0,
      yLabel,
      `text-anchor="middle" transform="translate(18 ${(TOP + BOTTOM) / 2}) rotate(-90)"`,
    ),
    ...series.flatMap((each, index) =>
      drawSeries(each, COLOURS[index % COLOURS.length] ?? "black", x.place, y.place)
    ),
    "</svg>",
  ];
  return parts.join("\n") + "\n";
}

function drawSeries(
  { name, points }: Series,
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
): string[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  const [only] = points;
  if (points.length === 1 && only !== undefined) {
    const at = x(only.x);
    return [
      line(at, y(only.lower), at, y(only.upper), colour, 2),
      `<circle cx="${round(at)}" cy="${round(y(only.median))}" r="5" fill="${colour}"/>`,
      text(at + LABEL_GAP, y(only.median) + 4, name, `fill="${colour}"`),
    ];
  }
  const place = (value: (point: SeriesPoint) => number) => (point: SeriesPoint) =>
    `${round(x(point.x))},${round(y(value(point)))}`;
  const band = [
    ...points.map(place(({ upper }) => upper)),
    ...points.toReversed().map(place(({ lower }) => lower)),
  ];
  return [
    `<polygon points="${band.join(" ")}" fill="${colour}" fill-opacity="0.15"/>`,
    `<polyline points="${
      points.map(place(({ median }) => median)).join(" ")
    }" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map((point) =>
      `<circle cx="${round(x(point.x))}" cy="${round(y(point.median))}" r="3" fill="${colour}"/>`
    ),
    // Above the end of the band, where no line runs.
    text(
      x(last.x),
      Math.min(...points.slice(-3).map(({ upper }) => y(upper))) - LABEL_GAP / 2,
      name,
      `text-anchor="end" fill="${colour}"`,
    ),
  ];
}

/** A logarithmic axis that holds all values, with ticks at 1, 2 and 5 of each decade. */
function axis(values: readonly number[], start: number, end: number): {
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly at: number }[];
} {
  const least = Math.log10(Math.min(...values)) - 0.04;
  const most = Math.log10(Math.max(...values)) + 0.04;
  const place = (value: number): number =>
    start + (Math.log10(value) - least) / (most - least) * (end - start);
  const decades = Array.from(
    { length: Math.floor(most) - Math.floor(least) + 1 },
    (_, index) => Math.floor(least) + index,
  );
  const ticks = decades.flatMap((decade) => TICKS.map((tick) => Number(`${tick}e${decade}`)))
    .filter((value) => Math.log10(value) >= least && Math.log10(value) <= most)
    .map((value) => ({ value, at: place(value) }));
  return { place, ticks };
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map(round);
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="${colour}" stroke-width="${width}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

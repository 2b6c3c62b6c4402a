/** A terminal's screen as SVG: text as text, charts as dots, in colours that suit a light or a dark page. */

const CELL_WIDTH = 8.4, CELL_HEIGHT = 18, FONT_SIZE = 14, MARGIN = 10;
const DOT_RADIUS = 1.25;
/** Text baseline within a cell. */
const BASELINE = 13.5;
const BRAILLE = 0x2800;
/** Column and row of the dot of each bit of a braille pattern. */
const DOTS = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [0, 3], [1, 3]] as const;

/** Names of classes for parameters of SGR. */
const CLASSES: Readonly<Record<string, string>> = {
  1: "strong",
  2: "dim",
  7: "inverse",
  31: "lost",
  35: "out",
  94: "back",
};

const STYLE = `
svg{--page:#ffffff;--text:#1f2328;--dim:#6e7781;--out:#a626a4;--back:#2f5bea;--lost:#cf222e}
@media(prefers-color-scheme:dark){svg{--page:#0d1117;--text:#e6edf3;--dim:#8b949e;--out:#e07be0;--back:#8aa2ff;--lost:#ff7b72}}
text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--text);white-space:pre}
path,rect{fill:var(--text)}.page{fill:var(--page)}.strong{font-weight:bold}.dim{fill:var(--dim)}
.out{fill:var(--out)}.back{fill:var(--back)}.lost{fill:var(--lost)}text.inverse{fill:var(--page)}`;

/** Cells of one line that look alike. */
interface Run {
  readonly column: number;
  readonly text: string;
  readonly style: string;
}

/**
 * Draws what `tmux capture-pane -e -p` printed.
 *
 * @param title for screen readers
 */
export function formatTerminalSvg(captured: string, title: string): string {
  const lines = captured.replace(/\n$/, "").split("\n").map(readRuns);
  const columns = Math.max(...lines.flat().map(({ column, text }) => column + text.length));
  const width = Math.ceil(columns * CELL_WIDTH + 2 * MARGIN);
  const height = lines.length * CELL_HEIGHT + 2 * MARGIN;
  const body = lines.flatMap((runs, row) => runs.flatMap((run) => drawRun(run, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(title)}</title><style>${STYLE.replaceAll("\n", "")}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...body,
    "</svg>\n",
  ].join("\n");
}

/** Takes a line apart at its SGR sequences, and where braille begins and ends. */
function readRuns(line: string): Run[] {
  const runs: Run[] = [];
  let style = "", column = 0;
  // deno-lint-ignore no-control-regex -- escapes are what it looks for
  for (const [piece, numbers] of line.matchAll(/\x1b\[([\d;]*)m|[^\x1b]+/g)) {
    if (numbers !== undefined) {
      style = nextStyle(style, numbers);
      continue;
    }
    for (const [text] of piece.matchAll(/[\u2800-\u28ff]+|[^\u2800-\u28ff]+/g)) {
      if (text.trim() !== "" || style.includes("inverse")) runs.push({ column, text, style });
      column += text.length;
    }
  }
  return runs;
}

function nextStyle(style: string, numbers: string): string {
  let next = style;
  for (const number of numbers.split(";")) {
    const name = CLASSES[number];
    if (number === "" || number === "0") next = "";
    else if (number === "39") next = next.replace(/out|back|lost/, "").trim();
    else if (name !== undefined) next = `${next} ${name}`.trim();
  }
  return next;
}

function drawRun({ column, text, style }: Run, row: number): string[] {
  const x = MARGIN + column * CELL_WIDTH, y = MARGIN + row * CELL_HEIGHT;
  const named = style === "" ? "" : ` class="${style}"`;
  if ((text.codePointAt(0) ?? 0) >= BRAILLE) {
    return [
      `<path${named} d="${
        [...text].map((glyph, i) => dots(glyph, x + i * CELL_WIDTH, y)).join("")
      }"/>`,
    ];
  }
  const length = (text.length * CELL_WIDTH).toFixed(1);
  const back = style.includes("inverse")
    ? [`<rect x="${x.toFixed(1)}" y="${y}" width="${length}" height="${CELL_HEIGHT}"/>`]
    : [];
  const place = `x="${x.toFixed(1)}" y="${y + BASELINE}"`;
  return [...back, `<text ${place}${named} textLength="${length}">${escape(text)}</text>`];
}

/** The dots of a braille pattern as circles of a path. */
function dots(glyph: string, x: number, y: number): string {
  const bits = (glyph.codePointAt(0) ?? BRAILLE) - BRAILLE;
  return DOTS.map(([column, row], bit) => {
    if ((bits >> bit & 1) === 0) return "";
    const left = x + CELL_WIDTH * (0.25 + column * 0.5) - DOT_RADIUS;
    const middle = y + CELL_HEIGHT * (0.125 + row * 0.25);
    const r = DOT_RADIUS, d = 2 * r;
    return `M${left.toFixed(1)} ${
      middle.toFixed(1)
    }a${r} ${r} 0 1 0 ${d} 0a${r} ${r} 0 1 0 -${d} 0`;
  }).join("");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

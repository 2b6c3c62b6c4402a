/** The style sheet of a page: light, dark, narrow, wide and on paper. */

/** Colours. The directions keep theirs everywhere: out is blue, back is orange. */
const LIGHT =
  `--bg:#ffffff;--panel:#f6f7f9;--text:#1b1f24;--faint:#57606a;--line:#d0d7de;--grid:#e6e9ed;
--accent:#0b5cad;--rtt:#4a5568;--out:#0b6bcb;--back:#b84d00;--queue:#7a3fb0;--loss:#c4162a;--offset:#13795b;
--event:#8a6d00;--right:#116c3c;--warn:#8a5a00;--bad:#b3152b;--heat:179,21,43;color-scheme:light`;
const DARK =
  `--bg:#0f1317;--panel:#181d23;--text:#e6e9ec;--faint:#9aa5b1;--line:#353d47;--grid:#262d35;
--accent:#6cb2ff;--rtt:#b8c2cc;--out:#58a6ff;--back:#ff9a4d;--queue:#c593f5;--loss:#ff6b78;--offset:#4cc99a;
--event:#d9b84a;--right:#58c98b;--warn:#e0b04c;--bad:#ff7b86;--heat:255,107,120;color-scheme:dark`;

const BASE = `*{box-sizing:border-box}
body{margin:0 auto;max-width:1500px;padding:1rem clamp(.6rem,2vw,2rem) 3rem;background:var(--bg);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.4rem 0 .2rem}p{margin:.35rem 0}a{color:var(--accent)}
header{display:flex;gap:1rem;justify-content:space-between;align-items:flex-start}
.period,.note,figcaption{color:var(--faint)}
.found{background:var(--panel);border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:6px;
padding:.6rem 1rem;margin:.8rem 0}.found p:first-of-type{font-size:1.08rem;font-weight:600}
.found ul{margin:.4rem 0;padding-left:1.2rem}
button,select,input{font:inherit;color:var(--text);background:var(--bg);border:1px solid var(--line);border-radius:5px;
padding:.15rem .6rem}button{cursor:pointer}button:hover{border-color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#toolbar{position:sticky;top:0;z-index:5;display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;padding:.4rem 0;
background:var(--bg);border-bottom:1px solid var(--line)}#toolbar[hidden]{display:none}
#toolbar output{color:var(--faint)}#toolbar.zoomed output{color:var(--accent);font-weight:600}`;

const TABLES = `.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.88rem;overflow-wrap:normal}
th,td{padding:.2rem .5rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
thead th{background:var(--panel);white-space:nowrap}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid var(--accent)}
th button::after{content:"↕";color:var(--faint);padding-left:.3em}
th[aria-sort=ascending] button::after{content:"▲";color:var(--accent)}
th[aria-sort=descending] button::after{content:"▼";color:var(--accent)}
.number,td[data-value]{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td .spark{display:block;width:120px;height:22px}.spark path{fill:none;stroke:var(--rtt);stroke-width:1;stroke-linecap:round}
.spark .lost{stroke:var(--loss);stroke-width:1.5}
.bad{color:var(--bad);font-weight:600}
.heat td{width:2.3rem;min-width:2.3rem;padding:.12rem;text-align:center;font-size:.7rem;border:1px solid var(--bg);
cursor:pointer;font-variant-numeric:tabular-nums}.heat thead th{font-size:.68rem;padding:.1rem}
.heat tbody th{white-space:nowrap;position:sticky;left:0;background:var(--bg)}
.h0{background:var(--panel)}${
  [1, 2, 3, 4, 5, 6, 7].map((step) => `.h${step}{background:rgba(var(--heat),${step * 0.085})}`)
    .join("")
}
.verdict{font-weight:600}.v0,.v1{color:var(--bad)}.v2,.v3{color:var(--warn)}.v5{color:var(--right)}
.filters{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;margin:.5rem 0}
.bars th{font-weight:normal;white-space:nowrap;text-align:right}.bars td{border:0}.bars th{border:0}
.bars .bar{width:min(50vw,28rem)}.bars i{display:block;height:1rem;min-width:2px;background:var(--offset);border-radius:2px}
.opener{all:unset;cursor:pointer}.opener::before{content:"▸";display:inline-block;width:1em;color:var(--faint)}
.opener[aria-expanded=true]::before{content:"▾"}.opener:focus-visible{outline:2px solid var(--accent)}
dl{margin:.3rem 0 .3rem 1rem;font-size:.85rem;max-width:60rem}dt{font-weight:600}dd{margin:0 0 .3rem 1rem}
summary{cursor:pointer}pre{overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:5px;
padding:.4rem .7rem;font-size:.85rem;margin:.3rem 0;white-space:pre-wrap}`;

const CHARTS =
  `.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr));gap:.4rem 1rem;min-height:190px}
figure{margin:.4rem 0;min-width:0}figcaption{font-size:.82rem}.plot{position:relative;min-height:170px;overflow:hidden}
.u-select{background:var(--accent);opacity:.2}.u-cursor-x{border-color:var(--faint)!important}
.tooltip{position:absolute;top:6px;z-index:3;pointer-events:none;background:var(--bg);border:1px solid var(--line);
border-radius:5px;padding:.25rem .5rem;font-size:.78rem;line-height:1.35;box-shadow:0 2px 8px #0003;max-width:70%}
.tooltip div{display:flex;justify-content:space-between;gap:.8rem}.tooltip span{color:var(--faint)}
.tooltip b{font-weight:600;text-align:right;font-variant-numeric:tabular-nums}`;

const PAPER =
  `@media print{body{max-width:none;padding:0;font-size:10pt}.tooltip,.u-cursor-x,#toolbar,#theme,.filters,.more,.no-print{display:none!important}
.charts{grid-template-columns:1fr 1fr}figure,tr,.found{break-inside:avoid}h2,h3{break-after:avoid}
.scroll{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`;

/** The style sheet, without that of the charts' library. */
export const PAGE_STYLE: string = [
  `:root{${LIGHT}}`,
  `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}`,
  `:root[data-theme=dark]{${DARK}}`,
  BASE,
  TABLES,
  CHARTS,
  `@media print{:root:root{${LIGHT}}}`,
  PAPER,
].join("\n");

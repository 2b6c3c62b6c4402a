/** What runs in the reader's browser: reads the numbers of the page and brings it to life. It asks for nothing. */

import type { PageData } from "./data.ts";
import { required } from "./dom.ts";
import { showHeatMap } from "./heat_map.ts";
import { showHosts } from "./host_table.ts";
import { makeSortable } from "./sort_table.ts";
import { showCharts } from "./target_charts.ts";
import { followTheme } from "./theme.ts";
import { followWheel, showToolbar } from "./toolbar.ts";
import { View } from "./view.ts";

/** Room beside the first and the last record, as a share of the time between them, and the least of it, seconds. */
const ROOM_SHARE = 0.01, ROOM_S = 0.1;

function main(): void {
  const data: PageData = JSON.parse(required("data").textContent ?? "");
  followTheme();
  const roomS = Math.max(data.endMs * ROOM_SHARE / 1e3, ROOM_S);
  const view = new View({
    fromS: data.startMs / 1e3 - roomS,
    toS: (data.startMs + data.endMs) / 1e3 + roomS,
  });
  for (const table of document.querySelectorAll<HTMLTableElement>("table[data-sort]")) {
    makeSortable(table);
  }
  if (data.targets.length > 0) {
    showToolbar(view);
    followWheel(view, required("targets"));
  }
  showHeatMap(data, view);
  showHosts(data);
  showCharts(data, view);
  document.documentElement.dataset["ready"] = "";
}

main();

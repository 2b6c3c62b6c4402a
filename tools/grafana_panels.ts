/** Panels of a Grafana dashboard, by Grafana's own builders and types. */

import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from "npm:@grafana/grafana-foundation-sdk@0.0.21/dashboard";
import type { Builder } from "npm:@grafana/grafana-foundation-sdk@0.0.21/cog";
import {
  BigValueColorMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "npm:@grafana/grafana-foundation-sdk@0.0.21/common";
import {
  DataqueryBuilder,
  PromQueryFormat,
} from "npm:@grafana/grafana-foundation-sdk@0.0.21/prometheus";
import { PanelBuilder as HeatmapBuilder } from "npm:@grafana/grafana-foundation-sdk@0.0.21/heatmap";
import { PanelBuilder as StatBuilder } from "npm:@grafana/grafana-foundation-sdk@0.0.21/stat";
import { PanelBuilder as TableBuilder } from "npm:@grafana/grafana-foundation-sdk@0.0.21/table";
import { PanelBuilder as ChartBuilder } from "npm:@grafana/grafana-foundation-sdk@0.0.21/timeseries";

/** The data source that the reader of the dashboard chooses. */
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
/** Width of the grid of a dashboard. */
const GRID_COLUMNS = 24;

/** What a panel shows, in words. */
export interface PanelText {
  /** What the panel is of, in a few words. */
  readonly title: string;
  /** What is shown, in a sentence or two. */
  readonly description: string;
  /** Unit of the values, as Grafana names it. */
  readonly unit: string;
}

/** An expression, and what its series are called. */
export interface Query {
  /** PromQL. */
  readonly expr: string;
  /** Template of the legend. */
  readonly legend: string;
}

/** A column of {@linkcode table}. */
export interface TableColumn extends Omit<PanelText, "description"> {
  /** PromQL; one sample for each group and target. */
  readonly expr: string;
}

/** A panel whose place in the dashboard is not known yet. */
export interface AnyPanel {
  /** Makes it; a `Panel` of Grafana's. */
  build(): object;
}

/** Panels under a heading. */
export interface DashboardRow {
  /** Heading. */
  readonly title: string;
  /** The panels, from left to right and from top to bottom. */
  readonly panels: readonly AnyPanel[];
}

/** A variable: what its values are asked by. */
export interface DashboardVariable {
  /** Name, without its dollar sign. */
  readonly name: string;
  /** What the reader sees. */
  readonly label: string;
  /** Query for the values, such as `label_values(up, instance)`. */
  readonly values: string;
}

/** One number that is good up to `limits[0]` and bad from `limits[1]` on; down from the first where that is the greater one. */
export function stat(
  { title, description, unit }: PanelText,
  expr: string,
  [good, bad]: readonly [good: number, bad: number],
): AnyPanel {
  const steps = good <= bad
    ? [[null, "green"], [good, "orange"], [bad, "red"]] as const
    : [[null, "red"], [bad, "orange"], [good, "green"]] as const;
  const thresholds = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
  return new StatBuilder().title(title).description(description).unit(unit).datasource(DATASOURCE)
    .withTarget(newQuery("A", expr).legendFormat(title).instant())
    .colorMode(BigValueColorMode.Background)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds)
    .height(4).span(GRID_COLUMNS / 6);
}

/** Lines over time, half the width. `belowZero` is the letter of the query whose lines are drawn downwards. */
export function chart(
  { title, description, unit }: PanelText,
  queries: readonly Query[],
  belowZero?: string,
): AnyPanel {
  const legend = new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom).showLegend(true).calcs(["mean", "max", "lastNotNull"]);
  const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi)
    .sort(SortOrder.Descending);
  const panel = new ChartBuilder().title(title).description(description).unit(unit)
    .datasource(DATASOURCE).lineWidth(1).fillOpacity(5).legend(legend).tooltip(tooltip)
    .height(9).span(GRID_COLUMNS / 2);
  for (const [place, { expr, legend }] of queries.entries()) {
    panel.withTarget(newQuery(letter(place), expr).legendFormat(legend).range());
  }
  if (belowZero !== undefined) {
    panel.overrideByQuery(belowZero, [{ id: "custom.transform", value: "negative-Y" }]);
  }
  return panel;
}

/** Buckets over time, half the width. */
export function heatmap({ title, description, unit }: PanelText, expr: string): AnyPanel {
  return new HeatmapBuilder().title(title).description(description).unit(unit)
    .datasource(DATASOURCE)
    .withTarget(newQuery("A", expr).legendFormat("{{le}}").format(PromQueryFormat.Heatmap).range())
    .height(9).span(GRID_COLUMNS / 2);
}

/** A row for each target, over the whole width. */
export function table(
  { title, description }: Omit<PanelText, "unit">,
  columns: readonly TableColumn[],
): AnyPanel {
  const panel = new TableBuilder().title(title).description(description).datasource(DATASOURCE)
    .height(9).span(GRID_COLUMNS);
  const renamed: Record<string, string> = { group: "Group", target: "Target" };
  for (const [place, column] of columns.entries()) {
    const refId = letter(place);
    panel.withTarget(newQuery(refId, column.expr).instant().format(PromQueryFormat.Table));
    panel.overrideByName(column.title, [{ id: "unit", value: column.unit }]);
    renamed[`Value #${refId}`] = column.title;
  }
  return panel.transformations([
    { id: "merge", options: {} },
    {
      id: "organize",
      options: { excludeByName: { Time: true }, renameByName: renamed, indexByName: {} },
    },
  ]);
}

/** A dashboard as Grafana imports it. Ends with a line break. */
export function formatDashboard(
  name: string,
  description: string,
  variables: readonly DashboardVariable[],
  rows: readonly DashboardRow[],
): string {
  const builder = new DashboardBuilder(name).uid(name).tags([name]).description(description)
    .time({ from: "now-3h", to: "now" }).refresh("30s").timezone("browser").editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"),
    );
  for (const { name, label, values } of variables) {
    builder.withVariable(
      new QueryVariableBuilder(name).label(label).query(values).definition(values)
        .datasource(DATASOURCE).refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc).multi(true).includeAll(true).allValue(".*")
        .current({ selected: true, text: ["All"], value: ["$__all"] }),
    );
  }
  for (const { title, panels } of rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel as Builder<Panel>);
  }
  const dashboard = builder.build();
  dashboard.panels?.forEach((panel, place) => panel.id = place + 1);
  return JSON.stringify(dashboard, null, 2) + "\n";
}

function newQuery(refId: string, expr: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).expr(expr).datasource(DATASOURCE);
}

/** A, B, C… */
function letter(place: number): string {
  return String.fromCharCode("A".charCodeAt(0) + place);
}

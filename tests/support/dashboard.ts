/** The expressions of packaging/grafana. */

import { PROJECT_FOLDER } from "../../tools/project.ts";

/** Path of the dashboard. */
export const DASHBOARD = `${PROJECT_FOLDER}packaging/grafana/icmptime.json`;

/** What Grafana puts in place of its variables. */
export function fillIn(expr: string, interval: string): string {
  return expr.replaceAll("$__rate_interval", interval).replace(
    /\$(exporter|group|target)\b/g,
    ".*",
  );
}

/** The expressions of a dashboard, and the queries of its variables. */
export async function dashboardQueries(): Promise<{ exprs: string[]; variables: string[] }> {
  const dashboard = JSON.parse(await Deno.readTextFile(DASHBOARD));
  const panels: { readonly targets?: readonly { readonly expr: string }[] }[] = dashboard.panels;
  const variables: { readonly type: string; readonly query: string }[] = dashboard.templating.list;
  return {
    exprs: panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    variables: variables.filter(({ type }) => type === "query").map(({ query }) => query),
  };
}

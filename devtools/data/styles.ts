/** The tabs that look at tables: data, SQL, time travel. */
export const dataStyles = `
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.soft { color: var(--soft); }
.tools select { height: 26px; max-width: 170px; padding: 0 4px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); }
.check { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
.check input { flex: none !important; width: 14px; min-width: 14px !important; height: 14px !important; margin: 0; accent-color: var(--accent); }
.panel .toggle, .panel .primary { min-height: 26px; padding: 2px 10px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); white-space: nowrap; }
.panel .toggle:hover:not(:disabled) { border-color: var(--accent); }
.panel .toggle[aria-pressed="true"] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 14%, var(--bg)); color: var(--accent); font-weight: 600; }
.panel .primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
.panel .toggle:disabled, .panel .plain:disabled { opacity: .45; cursor: default; }
.panel .link { padding: 1px 2px; border: 0; border-radius: 3px; background: none; color: var(--accent); text-align: left; overflow-wrap: anywhere; }
.panel .link:hover { text-decoration: underline; }
.panel .link[aria-pressed="true"] { font-weight: 700; text-decoration: underline; }
.trouble.in-place { flex: none; padding: 8px 12px; }
.panel h4 { margin: 0 0 4px; font-size: 12px; font-weight: 600; color: var(--soft); }
.key { color: var(--wait); font-size: 11px; font-weight: 600; }

.data { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(120px, 190px) minmax(0, 1fr); }
.table-list { overflow: auto; border-right: 1px solid var(--line); background: var(--raised); }
.panel .table-list button { display: flex; align-items: baseline; gap: 6px; width: 100%; padding: 6px 12px; border: 0; background: none; text-align: left; }
.panel .table-list button:hover { background: var(--sunk); }
.panel .table-list button[aria-current] { background: var(--bg); box-shadow: inset 3px 0 var(--accent); font-weight: 620; }
.table-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.local { color: var(--wait); font-size: 11px; }
.table-count { margin-left: auto; color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }
.table-view { min-width: 0; min-height: 0; display: flex; flex-direction: column; }
.table-body { position: relative; flex: 1; min-height: 0; display: flex; flex-direction: column; }
.table-view > .tools { flex: none; gap: 6px 10px; }
.pager { display: flex; align-items: center; gap: 2px; margin-left: auto; white-space: nowrap; font-variant-numeric: tabular-nums; }
.pager .plain { font-size: 16px; line-height: 1; }

.data-grid { position: relative; flex: 1 1 46%; min-height: 72px; overflow: auto; background: var(--bg); }
.data-grid table { border-collapse: separate; border-spacing: 0; font-size: 12px; min-width: 100%; }
.data-grid th { position: sticky; top: 0; z-index: 1; padding: 0; background: var(--raised); border-bottom: 1px solid var(--line); text-align: left; font-weight: 600; white-space: nowrap; }
.data-grid th:not(:has(button)) { padding: 5px 10px; }
.data-grid th button { width: 100%; padding: 5px 10px; border: 0; background: none; text-align: left; font-weight: 600; white-space: nowrap; }
.data-grid th button:hover { background: var(--sunk); }
.data-grid th small { color: var(--soft); font-weight: 400; }
.data-grid td { max-width: 340px; padding: 4px 10px; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: var(--mono); cursor: default; }
.data-grid td:last-child { width: 99%; }
.data-grid tr:hover td { background: color-mix(in srgb, var(--raised) 70%, transparent); }
.data-grid tr[aria-selected="true"] td { background: color-mix(in srgb, var(--accent) 12%, var(--bg)); }
.data-grid td[data-kind="null"] { color: var(--soft); font-style: italic; }
.data-grid td[data-kind="number"] { color: var(--c1); }
.data-grid td[data-kind="blob"] { color: var(--c4); }
.data-grid td[data-mark], .data-grid tr[data-mark] td { background: color-mix(in srgb, var(--wait) 16%, var(--bg)); }
.data-grid td:focus-visible { outline-offset: -2px; }
.mark { margin-right: 5px; color: var(--wait); font-size: 9px; vertical-align: 1px; }
.said { position: sticky; left: 100%; bottom: 6px; }
.data-grid > .said { float: right; margin-right: 8px; }
.said:not(:empty) { padding: 2px 9px; border-radius: 10px; background: var(--ink); color: var(--bg); font-size: 12px; }

.table-shape { flex: none; display: flex; flex-wrap: wrap; gap: 8px 32px; max-height: 40%; overflow: auto; padding: 8px 12px; border-bottom: 1px solid var(--line); background: var(--raised); font-size: 12px; }
.table-shape table { border-collapse: collapse; }
.table-shape th { padding: 2px 16px 2px 0; color: var(--soft); font-weight: 600; text-align: left; }
.table-shape td { padding: 1px 16px 1px 0; font-family: var(--mono); }

.row-detail { flex: 1 1 54%; min-height: 110px; display: flex; flex-direction: column; border-top: 1px solid var(--line); background: var(--raised); }
.row-detail header { flex: none; display: flex; align-items: center; justify-content: space-between; padding: 2px 8px 0 12px; }
.row-detail h3 { margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--ink); }
.row-parts { flex: 1; min-height: 0; display: flex; flex-wrap: wrap; align-content: flex-start; gap: 10px 28px; padding: 4px 12px 12px; overflow: auto; font-size: 12px; }
.row-values { flex: 1 1 300px; margin: 0; align-self: flex-start; }
.row-values > div { display: grid; grid-template-columns: minmax(80px, 130px) minmax(0, 1fr); gap: 8px; padding: 3px 0; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }
.row-values dt { color: var(--soft); overflow-wrap: anywhere; }
.row-values dd { margin: 0; display: flex; justify-content: space-between; gap: 8px; }
.row-values .value { min-width: 0; max-height: 8.4em; overflow: auto; font-family: var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.row-values [data-kind="null"] .value { color: var(--soft); font-style: italic; }
.row-actions { flex: none; display: flex; gap: 6px; }
.row-history-part { flex: 1.4 1 360px; min-width: 0; }
.row-history > ol > li { padding: 5px 0 6px; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }
.write-line { display: flex; align-items: baseline; gap: 8px; }
.write-line .number { min-width: 46px; font: 600 12px var(--mono); }
.write-line .origin, .stop .origin { --c: var(--c0); color: var(--c); font-weight: 700; }
.panel .write-line .event-name { padding: 0; border: 0; background: none; color: var(--accent); font-weight: 550; text-align: left; overflow-wrap: anywhere; }
.panel .write-line .event-name::before { content: "▸ "; }
.panel .write-line .event-name[aria-expanded="true"]::before { content: "▾ "; }
.write-line .time { margin-left: auto; color: var(--soft); font-family: var(--mono); }
.write-more { padding: 4px 0 2px 14px; }
.write-more pre { max-height: 12em; margin: 4px 0 6px; padding: 6px 8px; border-radius: 6px; background: var(--sunk); overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.rows-of-event { margin-bottom: 6px; }
.change { display: flex; flex-wrap: wrap; gap: 1px 14px; margin: 2px 0 0; font-family: var(--mono); font-size: 12px; }
.change dl { display: contents; }
.change dl > div { display: flex; gap: 5px; min-width: 0; }
.change dt { color: var(--soft); }
.change dd { margin: 0; overflow-wrap: anywhere; }
.change-word { font-family: system-ui, sans-serif; font-weight: 600; }
.change[data-change="came"] .change-word { color: var(--good); }
.change[data-change="removed"] .change-word { color: var(--bad); }
.change[data-change="changed"] .change-word { color: var(--wait); }
.change del { color: var(--bad); text-decoration-thickness: 1px; }
.change ins { color: var(--good); text-decoration: none; }
.past-progress { flex: none; display: flex; align-items: center; gap: 12px; padding: 6px 12px; }
.past-progress label { display: flex; align-items: center; gap: 10px; }
.past-progress progress { accent-color: var(--accent); }

.data-tab { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.edit-part { flex: 1 1 300px; min-width: 0; }
.edit-part summary { padding: 2px 0; color: var(--accent); font-weight: 550; cursor: pointer; }
.edit-row p { margin: 2px 0 6px; }
.edit-row { min-width: 0; }
.table-view > .edit-row { flex: none; max-height: 50%; overflow: auto; padding: 6px 12px 10px; border-top: 1px solid var(--line); background: var(--raised); }
.edit-field { display: grid; grid-template-columns: minmax(80px, 130px) minmax(0, 1fr) auto; align-items: center; gap: 8px; padding: 2px 0; }
.edit-field > span { color: var(--soft); overflow-wrap: anywhere; }
.edit-field[data-changed] > span { color: var(--wait); font-weight: 600; }
.panel .edit-field input { min-width: 0; height: 26px; padding: 0 8px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); font: 12px var(--mono); }
.edit-actions { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; }
.staged { flex: none; max-height: 40%; overflow: auto; margin: 0; padding: 7px 12px; border-top: 2px solid var(--accent); background: var(--raised); }
p.staged { border-top: 1px solid var(--line); }
.staged-head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.staged li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; padding: 3px 0; }
.staged code { overflow-wrap: anywhere; }

.sql { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.sql > .tools { flex: none; gap: 6px 10px; }
.sql-editor { flex: none; padding: 8px 12px 2px; }
.panel .sql-editor textarea { display: block; width: 100%; max-height: 34vh; padding: 7px 9px; border: 1px solid var(--line); border-radius: 6px; background: var(--sunk); color: var(--ink); font: 12.5px/1.5 var(--mono); resize: vertical; tab-size: 2; }
.panel .sql-editor textarea[aria-invalid="true"] { border-color: var(--bad); }
.sql-problem { flex: none; padding: 6px 12px; color: var(--bad); }
.sql-problem p { margin: 0; }
.sql-problem pre { margin: 4px 0 0; padding: 5px 8px; border-radius: 6px; background: var(--sunk); color: var(--ink); overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.sql-problem mark { background: color-mix(in srgb, var(--bad) 25%, transparent); color: inherit; border-bottom: 2px solid var(--bad); }
.sql-results { flex: 1; min-height: 0; display: flex; flex-direction: column; overflow: auto; }
.sql-result { flex: 1 0 auto; min-height: 0; display: flex; flex-direction: column; }
.sql-results > .sql-result:only-child { flex: 1 1 0; }
.sql-result > .tools { flex: none; }
.sql-result .data-grid { flex: 1 1 auto; }
.sql-plan { flex: 1; overflow: auto; padding: 8px 12px; }
.sql-plan li { padding: 2px 0; }
.sql-plan li[data-warn] code { color: var(--wait); font-weight: 600; }

.travel { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.travel-bar { flex: none; padding: 8px 12px 6px; border-bottom: 1px solid var(--line); background: var(--raised); }
.travel-slider { display: flex; align-items: center; gap: 4px; }
.travel-slider input { flex: 1; min-width: 80px; margin: 0 6px; accent-color: var(--accent); }
.travel-slider .plain { font-size: 17px; line-height: 1; }
.stop { margin: 4px 2px 0; }
.stop .event-name { font-weight: 550; }
.choice { display: flex; gap: 4px; margin: 0; padding: 0; border: 0; }
.differences { flex: 1; min-height: 0; overflow: auto; padding: 0 12px 12px; font-size: 12px; }
.differences h3 { color: var(--ink); font-size: 13px; }
.differences li { padding: 4px 0 5px; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }

@container panel (min-width: 1000px) {
  .table-body { flex-direction: row; }
  .table-body .data-grid { flex: 1 1 0; min-width: 0; }
  .row-detail { flex: 0 1 46%; min-width: 0; border-top: 0; border-left: 1px solid var(--line); }
}
@container panel (max-width: 700px) {
  .data { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto minmax(0, 1fr); }
  .table-list { border-right: 0; border-bottom: 1px solid var(--line); }
  .table-list ul { display: flex; overflow-x: auto; }
  .table-list li { flex: none; }
  .panel .table-list button[aria-current] { box-shadow: inset 0 -3px var(--accent); }
  .row-values > div { grid-template-columns: 84px minmax(0, 1fr); }
  .pager { margin-left: 0; }
  .row-detail { position: absolute; inset: 0; z-index: 2; border-top: 0; }
}
`

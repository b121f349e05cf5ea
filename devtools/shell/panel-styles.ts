/** The panel. Its colours are those of `launcher-styles.ts`. */
export const panelStyles = `
.panel, .panel * { box-sizing: border-box; }
.panel {
  --column: 54px;
  --labels: 168px;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  position: fixed;
  container: panel / inline-size;
  display: flex;
  flex-direction: column;
  color: var(--ink);
  background: var(--bg);
  font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  border: 0 solid var(--line);
  box-shadow: 0 0 24px rgb(0 0 0 / 16%);
  text-align: left;
}
.panel[data-dock="bottom"] { border-top-width: 1px; }
.panel[data-dock="top"] { border-bottom-width: 1px; }
.panel[data-dock="left"] { border-right-width: 1px; }
.panel[data-dock="right"] { border-left-width: 1px; }
.panel[data-dock="floating"] { border-width: 1px; border-radius: 10px; overflow: hidden; box-shadow: 0 12px 44px rgb(0 0 0 / 34%); }
.panel :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.panel h2 { margin: 0 0 6px; font-size: 15px; }
.panel h3 { margin: 16px 0 4px; font-size: 12px; font-weight: 600; color: var(--soft); }
.panel button, .panel select, .panel input { font: inherit; color: inherit; }
.panel button { cursor: pointer; }
:where(.panel) :where(ol, ul) { margin: 0; padding: 0; list-style: none; }
.panel code, .panel pre { font-family: var(--mono); font-size: 12px; }

.resizer { position: absolute; z-index: 2; margin: 0; border: 0; background: transparent; touch-action: none; }
.panel[data-dock="bottom"] > .resizer { top: -3px; left: 0; right: 0; height: 7px; cursor: ns-resize; }
.panel[data-dock="floating"] > .bar { cursor: move; touch-action: none; user-select: none; }
.panel[data-dock="floating"] > .bar :is(button, select) { cursor: pointer; }
.panel .grip { cursor: move; touch-action: none; color: var(--soft); }
.resizer[data-x="0"] { left: 0; right: 0; height: 6px; cursor: ns-resize; }
.resizer[data-y="0"] { top: 0; bottom: 0; width: 6px; cursor: ew-resize; }
.resizer[data-x="-1"] { left: 0; }
.resizer[data-x="1"] { right: 0; }
.resizer[data-y="-1"] { top: 0; }
.resizer[data-y="1"] { bottom: 0; }
.resizer:is([data-x="1"], [data-x="-1"]):is([data-y="1"], [data-y="-1"]) { width: 12px; height: 12px; cursor: nwse-resize; }
.resizer[data-x="1"][data-y="-1"], .resizer[data-x="-1"][data-y="1"] { cursor: nesw-resize; }
.panel[data-dock="top"] > .resizer { bottom: -3px; left: 0; right: 0; height: 7px; cursor: ns-resize; }
.panel[data-dock="left"] > .resizer { right: -3px; top: 0; bottom: 0; width: 7px; cursor: ew-resize; }
.panel[data-dock="right"] > .resizer { left: -3px; top: 0; bottom: 0; width: 7px; cursor: ew-resize; }
.resizer:hover, .resizer:focus-visible { background: color-mix(in srgb, var(--accent) 45%, transparent); }

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0 8px; padding: 0 8px 0 4px; background: var(--raised); border-bottom: 1px solid var(--line); }
.tabs { display: flex; flex: 1 0 auto; }
.tabs button { position: relative; padding: 9px 12px 8px; white-space: nowrap; border: 0; background: none; color: var(--soft); font-weight: 550; }
.tabs button:hover { color: var(--ink); }
.tabs button[aria-selected="true"] { color: var(--accent); }
.tabs button[aria-selected="true"]::after { content: ""; position: absolute; inset: auto 8px 0; height: 2px; border-radius: 2px; background: var(--accent); }
.badge { margin-left: 6px; padding: 0 6px; border-radius: 9px; background: var(--accent); color: var(--on-accent); font-size: 11px; font-weight: 600; }
.bar .store { max-width: 12em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); font-family: var(--mono); font-size: 12px; }
.choice > span { display: none; }
.bar select { height: 24px; padding: 0 2px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); }
.plain { min-width: 26px; min-height: 26px; border: 0; border-radius: 5px; background: none; }
.plain:hover { background: var(--sunk); }
.content { flex: 1; min-height: 0; display: flex; flex-direction: column; }

.strip { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; padding: 8px 12px; border-bottom: 1px solid var(--line); }
.chip { padding: 1px 9px; border-radius: 10px; background: var(--sunk); font-weight: 600; white-space: nowrap; }
.chip[data-state="online"] { color: var(--good); }
.chip[data-state="connecting"], .chip[data-state="waiting"], .chip.storm { color: var(--wait); }
.chip[data-state="stopped"] { color: var(--bad); }
.fact { white-space: nowrap; }
.fact .name { color: var(--soft); }
.fact b { font-weight: 600; font-variant-numeric: tabular-nums; }
.trouble { flex-basis: 100%; margin: 0; color: var(--bad); overflow-wrap: anywhere; }

.sync { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.sync[data-narrow] { --labels: 100px; }
.sync[data-narrow] .head span { font-size: 0; padding: 0; background: none; }
.sync[data-narrow] .head span::before { content: "◂"; font-size: 13px; }
.lanes { flex: 1; min-height: 0; overflow: hidden auto; padding: 4px 0; }
.lane { display: grid; grid-template-columns: var(--labels) 1fr; align-items: center; min-height: 62px; padding: 0 12px; }
.lane + .lane { border-top: 1px solid color-mix(in srgb, var(--line) 60%, transparent); }
.lane[data-kind="leader"] { background: color-mix(in srgb, var(--raised) 60%, transparent); }
.lane[data-kind="backend"] { background: var(--raised); }
.lane-label { display: flex; flex-direction: column; min-width: 0; padding-right: 10px; }
.lane-label strong { font-weight: 620; }
.lane-label .note { color: var(--soft); font-size: 11.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lane-label .waiting { align-self: start; white-space: nowrap; color: var(--wait); font-size: 11.5px; font-weight: 600; }
.chain { position: relative; height: 58px; overflow: hidden; }
.chain > li { position: absolute; top: 0; width: var(--column); height: 100%; }
.chain > li.thread { top: 21px; height: 2px; margin-left: calc(var(--column) / 2); background: var(--line); border-radius: 2px; }
.chain > li.thread[data-cut] { mask: linear-gradient(90deg, transparent, #000 40px); }
.cell { display: flex; flex-direction: column; align-items: center; }
.cell .number { font: 11px/1 var(--mono); color: var(--soft); white-space: nowrap; }
.bead { --c: var(--c0); position: relative; width: 34px; height: 34px; margin: 5px 0 4px; padding: 0; border: 0; background: none; }
[data-colour="1"] { --c: var(--c1) !important; }
[data-colour="2"] { --c: var(--c2) !important; }
[data-colour="3"] { --c: var(--c3) !important; }
[data-colour="4"] { --c: var(--c4) !important; }
[data-colour="5"] { --c: var(--c5) !important; }
[data-colour="6"] { --c: var(--c6) !important; }
[data-colour="7"] { --c: var(--c7) !important; }
.bead .shape { position: absolute; inset: 2px; border: 2px solid var(--c); border-radius: 50%; background: var(--bg); }
.bead[data-state="pending"] .shape { border-style: dashed; }
.bead[data-state="persisted"] .shape { background: linear-gradient(0deg, color-mix(in srgb, var(--c) 34%, var(--bg)) 50%, var(--bg) 50%); }
.bead[data-state="persisted"][data-local] .shape { background: linear-gradient(-45deg, color-mix(in srgb, var(--c) 34%, var(--bg)) 50%, var(--bg) 50%); }
.bead[data-state="confirmed"] .shape { background: var(--c); }
.bead[data-local] .shape { inset: 5px; border-radius: 4px; transform: rotate(45deg); }
.bead .letter { position: absolute; inset: 0; display: grid; place-items: center; font-size: 12px; font-weight: 700; color: var(--ink); }
.bead[data-state="confirmed"] .letter { color: var(--bg); }
.bead[aria-pressed="true"] .shape { box-shadow: 0 0 0 3px color-mix(in srgb, var(--c) 35%, transparent); }
button.bead { border-radius: 50%; }
.gap { display: flex; flex-direction: column; align-items: center; justify-content: center; padding-bottom: 12px; color: var(--soft); }
.gap span { padding: 0 7px; border-radius: 8px; background: var(--sunk); font-weight: 700; }
.gap small { font: 11px/1.3 var(--mono); }
.gap[data-state="unknown"] span { color: var(--wait); }
.chain > .head { display: flex; align-items: center; width: auto; height: 44px; padding-left: 2px; font: 600 12px/1 var(--mono); color: var(--ink); white-space: nowrap; }
.head span { margin-right: 5px; padding: 2px 6px; border-radius: 4px; background: color-mix(in srgb, var(--accent) 16%, transparent); color: var(--accent); font: 600 11px/1.2 system-ui, sans-serif; }
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 16px; padding: 5px 12px; border-top: 1px solid var(--line); color: var(--soft); font-size: 12px; }
.legend li { display: flex; align-items: center; gap: 4px; }
.legend .bead { width: 20px; height: 20px; margin: 0; }
.legend .bead[data-local] .shape { inset: 4px; }

.detail { position: relative; display: flex; gap: 16px; padding: 8px 40px 8px 12px; border-top: 1px solid var(--line); background: var(--raised); max-height: 46%; overflow: auto; }
.detail > .plain { position: absolute; top: 4px; right: 8px; }
.detail dl { display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 0; align-content: start; }
.detail dl div { display: flex; gap: 6px; }
.detail dt { color: var(--soft); }
.detail dd { margin: 0; font-family: var(--mono); font-size: 12px; overflow-wrap: anywhere; }
.detail pre small { display: block; color: var(--soft); font-family: system-ui, sans-serif; }
.detail > div { flex: 1.2 1 300px; min-width: 0; }
.detail pre { flex: 1 0 22%; margin: 0; padding: 8px; border-radius: 6px; background: var(--sunk); overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }

.empty { max-width: 46em; padding: 24px; color: var(--soft); }
.empty h2 { color: var(--ink); }
.empty p { margin: 0; }

.rebases { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(190px, 270px) 1fr; }
.rebase-list { overflow: auto; border-right: 1px solid var(--line); }
.panel .rebase-list button { display: grid; grid-template-columns: auto 1fr; gap: 1px 10px; width: 100%; padding: 7px 12px; border: 0; border-bottom: 1px solid color-mix(in srgb, var(--line) 60%, transparent); background: none; text-align: left; }
.panel .rebase-list button:hover { background: var(--raised); }
.panel .rebase-list button[aria-current="true"] { background: var(--raised); box-shadow: inset 3px 0 var(--accent); }
.rebase-list .when { font: 12px/1.5 var(--mono); color: var(--soft); }
.rebase-list .where { font-weight: 620; }
.rebase-list .size, .rebase-list .cause { grid-column: 1 / -1; font-size: 12px; }
.rebase-list .size { font-weight: 600; }
.rebase-list .cause { color: var(--soft); }
.rebase { overflow: auto; padding: 10px 16px 20px; }
.phases { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-bottom: 10px; color: var(--soft); font-size: 12px; }
.phase b { color: var(--ink); font-variant-numeric: tabular-nums; font-weight: 600; }
.meter { display: block; height: 3px; margin-top: 2px; border-radius: 2px; background: var(--sunk); }
.meter span { display: block; height: 100%; min-width: 1px; border-radius: 2px; background: var(--accent); }
.steps { display: flex; flex-wrap: wrap; gap: 4px; }
.steps button { padding: 3px 10px 3px 6px; border: 1px solid var(--line); border-radius: 14px; background: var(--bg); }
.steps button:disabled { opacity: .45; cursor: default; }
.steps button[aria-label] { padding-inline: 9px; }
.steps button[aria-current="step"] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
.steps .nth { display: inline-block; min-width: 18px; text-align: center; font-variant-numeric: tabular-nums; }
.words { margin: 8px 0; font-weight: 550; }
.step-picture { display: grid; gap: 2px; padding: 8px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); overflow: auto; }
.step-chain { display: grid; grid-template-columns: 76px 1fr; align-items: start; min-height: 50px; }
.step-chain strong { line-height: 26px; }
.step-chain ol { display: flex; align-items: flex-start; gap: 4px 18px; flex-wrap: wrap; }
.step-chain .shared { line-height: 26px; color: var(--soft); }
.step-bead { --c: var(--c0); position: relative; display: flex; flex-direction: column; align-items: center; }
.step-bead::before { content: ""; position: absolute; right: 100%; top: 13px; width: 14px; margin-right: 2px; border-top: 2px solid var(--line); }
.step-bead .pill { padding: 2px 9px; border: 2px solid var(--c); border-radius: 14px; background: var(--bg); font: 600 12px/1.5 var(--mono); white-space: nowrap; }
.step-bead[data-mark="waiting"] .pill { border-style: dashed; }
.step-bead[data-mark="undone"] .pill { border-style: dotted; color: var(--soft); text-decoration: line-through; }
.step-bead[data-mark="arrived"] .pill, .step-bead[data-mark="confirmed"] .pill { background: var(--c); color: var(--bg); }
.step-bead s { margin-left: 6px; font-weight: 400; }
.step-bead small { font-size: 11px; color: var(--soft); }
.rebase-pictures { display: flex; flex-wrap: wrap; gap: 4px 28px; }
.rebase-pictures > * { flex: 1 1 420px; min-width: 0; }
.before-after { overflow-x: auto; }
.before-after svg { display: block; width: 100%; min-width: 440px; }
.before-after g { --c: var(--c0); }
.before-after text { fill: var(--ink); font: 12px var(--mono); }
.before-after .heading { fill: var(--soft); font: 600 11px system-ui, sans-serif; }
.before-after .name { fill: var(--soft); font-size: 11px; }
.before-after .number { font-weight: 700; }
.before-after .fate { fill: var(--bad); font-weight: 600; }
.before-after path { fill: none; stroke: var(--c); stroke-width: 2; }
.before-after circle { stroke: var(--c); stroke-width: 2; fill: var(--bg); }
.before-after circle.full { fill: var(--c); }

.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; padding: 6px 12px; border-bottom: 1px solid var(--line); color: var(--soft); }
.tools input, .tools select, .detail input, .detail select, .detail textarea { border: 1px solid var(--line); border-radius: 5px; background: var(--bg); }
.tools select { height: 26px; padding: 0 2px; }
.filters input { flex: 1 1 80px; max-width: 150px; min-width: 70px; }
.small { min-height: 24px; padding: 1px 10px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); }
.small:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
.small:disabled { color: var(--soft); cursor: default; opacity: .7; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 8px 0 0; }
.actions [role="status"] { color: var(--soft); overflow-wrap: anywhere; }
.siblings { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 6px; }
.siblings button { padding: 0 8px; border: 1px solid var(--line); border-radius: 10px; background: var(--bg); font-size: 12px; }
.siblings button[aria-current="true"] { border-color: var(--accent); color: var(--accent); }
.new-event form { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 14px; flex: 1; }
.new-event label, .field { display: flex; flex-direction: column; gap: 2px; color: var(--soft); font-size: 12px; }
.field { flex: 0 1 220px; }
.detail input, .detail select, .detail textarea { min-height: 26px; padding: 2px 8px; color: var(--ink); font-size: 13px; }
.detail textarea { font-family: var(--mono); font-size: 12px; resize: vertical; }
.detail [aria-invalid="true"] { border-color: var(--bad); }
.issue { color: var(--bad); font-size: 12px; }
.new-event .actions { align-self: flex-end; margin: 0; min-height: 28px; }
.tools input { flex: 0 1 240px; min-width: 60px; height: 26px; padding: 0 8px; }
.events, .events-body { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.event-list { flex: 1; min-height: 0; overflow: auto; font-size: 12px; }
.event-row { position: absolute; left: 0; right: 0; display: grid; grid-template-columns: 16px 64px 30px minmax(130px, 1.6fr) 2.4fr 104px 92px; align-items: center; gap: 8px; padding: 0 12px; white-space: nowrap; }
.event-row:hover, .event-row[data-selected] { background: var(--raised); }
.event-row > span { overflow: hidden; text-overflow: ellipsis; }
.event-row .number, .event-row .args, .event-row .time { font-family: var(--mono); }
.event-row .number { font-weight: 600; }
.event-row .args, .event-row .time, .event-row .state { color: var(--soft); }
.event-row .origin { --c: var(--c0); color: var(--c); font-weight: 700; }
.event-row .event-name { display: flex; gap: 10px; min-width: 0; }
.event-row button { min-width: 0; padding: 0; border: 0; background: none; overflow: hidden; text-overflow: ellipsis; font-weight: 550; }
.event-row button:hover, .event-row button[aria-pressed="true"] { color: var(--accent); }
.event-row button[data-local] { color: var(--soft); font-weight: 450; }
.event-row button:first-child { flex: none; max-width: 70%; }
.event-row button:first-child::after { content: ""; position: absolute; inset: 0 0 0 24px; }
.event-row button:not(:first-child) { position: relative; z-index: 1; }
.event-row input { position: relative; z-index: 1; margin: 0; accent-color: var(--accent); }
@container (max-width: 620px) { .event-row { grid-template-columns: 16px 50px 26px minmax(120px, 1.4fr) 1.4fr; } .filters [data-of="client"], .filters [data-of="session"] { display: none; } .event-row .state, .event-row .time { display: none; } }
@container (max-width: 420px) { .event-row .event-name > :not(:first-child) { display: none; } .panel .event-row button:first-child { max-width: 100%; } }
.events { container-type: inline-size; }

.queries { flex: 1; min-height: 0; overflow: auto; }
.grid { width: 100%; border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums; }
.grid caption { padding: 12px 0 4px; text-align: left; font-weight: 600; color: var(--soft); }
.grid th { position: sticky; top: 0; padding: 6px 12px; background: var(--raised); text-align: left; font-weight: 600; color: var(--soft); }
.grid td { padding: 5px 12px; border-top: 1px solid color-mix(in srgb, var(--line) 60%, transparent); vertical-align: top; }
.grid td:first-child { overflow-wrap: anywhere; }
.query { padding: 0; border: 0; background: none; text-align: left; }
.query:hover code { color: var(--accent); }
.grid tr[data-selected] { background: var(--raised); }
.query-detail h3 { margin-top: 0; }
.query-detail p { margin: 4px 0 0; }
.note { color: var(--soft); }
.advice { color: var(--wait); font-weight: 550; }
.row-changes { max-width: 900px; }
.row-changes td { font-family: var(--mono); }
.row-changes del { color: var(--bad); }
.row-changes ins { color: var(--good); text-decoration: none; }
.evidence { flex: 1; min-height: 0; overflow: auto; display: flex; flex-wrap: wrap; gap: 8px 40px; padding: 14px 16px; align-content: flex-start; }
.evidence section { flex: 1 1 280px; max-width: 480px; }
.evidence p { margin: 0; color: var(--soft); }
.evidence .actions { margin-top: 10px; color: var(--ink); }
.panel .evidence .said { flex-basis: 100%; padding: 0; background: none; color: var(--ink); font-size: inherit; overflow-wrap: anywhere; }
.file { position: relative; display: inline-block; cursor: pointer; color: var(--ink); }
.file:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
.file input { position: absolute; inset: 0; opacity: 0; width: 100%; cursor: pointer; }
.player { margin: 0; border: 0; min-width: 0; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; padding: 4px 12px; border-bottom: 1px solid var(--line); background: color-mix(in srgb, var(--accent) 12%, var(--bg)); }
.player input { flex: 1 1 140px; accent-color: var(--accent); }
.player .at { font-variant-numeric: tabular-nums; }
.faults { flex: 1; min-height: 0; overflow: auto; }
.faults > ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); }
.fault { display: flex; align-items: center; justify-content: space-between; gap: 14px; padding: 9px 12px; border-bottom: 1px solid color-mix(in srgb, var(--line) 60%, transparent); }
.fault .note { margin: 1px 0 0; font-size: 12px; }
.fault-tools { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 4px; flex: none; max-width: 45%; }
.fault-tools select { height: 26px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); }
.fault-tools [aria-checked="true"] { border-color: var(--wait); color: var(--wait); font-weight: 600; }
.fault-banner { margin: 0; padding: 4px 12px; border-bottom: 1px solid var(--line); background: color-mix(in srgb, var(--wait) 16%, var(--bg)); }
.fault-banner b { color: var(--wait); }
.grid td[data-warn] { color: var(--wait); font-weight: 600; }

@container panel (max-width: 700px) {
  .detail { flex-wrap: wrap; }
  .detail pre { flex: 1 1 100%; }
  .queries td:nth-child(n + 5), .queries th:nth-child(n + 5) { display: none; }
  .queries td:nth-child(n + 2) { white-space: nowrap; }
  .query { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
  .row-changes td { padding-inline: 6px; overflow-wrap: anywhere; }
  .rebases { grid-template-columns: 1fr; grid-template-rows: minmax(84px, 30%) 1fr; }
  .rebase-list { border-right: 0; border-bottom: 1px solid var(--line); }
  .tabs button { padding-block: 6px 5px; }
  .legend .hint { display: none; }
}
@container panel (max-width: 900px) {
  .bar .store { display: none; }
  .bar { flex-wrap: nowrap; gap: 0 4px; }
  .tabs { flex: 1 1 auto; flex-wrap: wrap; min-width: 0; }
  .tabs button { padding-inline: 7px; }
  .choice { position: relative; display: grid; place-items: center; width: 26px; height: 26px; border-radius: 5px; }
  .choice:hover { background: var(--sunk); }
  .choice:focus-within { outline: 2px solid var(--accent); }
  .choice > span { display: block; font-size: 15px; }
  .panel .choice select { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; }
}
@container panel (max-width: 420px) {
  .tabs button { padding-inline: 5px; }
  .badge { margin-left: 4px; padding: 0 5px; }
}
@media (max-width: 760px) {
  .choice[data-of="dock"] { display: none; }
}

@media (prefers-reduced-motion: no-preference) {
  .cell, .gap, .head { transition: left 180ms ease-out; }
  .cell { animation: arrive 220ms ease-out; }
  .bead .shape { transition: background-color 200ms, box-shadow 120ms; }
  .step-bead { animation: arrive 200ms ease-out; }
  @keyframes arrive { from { opacity: 0; transform: scale(.6); } }
}
`

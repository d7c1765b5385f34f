/**
 * Colours are named by role, so that light, dark and print styles differ only in them. The contrast of every text is at
 * least 4.5:1.
 */
const LIGHT =
  '--page:#f7f6f3;--panel:#fff;--text:#20252b;--muted:#5b636d;--line:#e3e0d9;--quiet:#f3f1ec;--link:#24557e;--draw:#3b6a94;--area:#dfe9f2;--passed:#1d6f4a;--passed-soft:#e9f4ed;--failed:#ad2a1f;--failed-soft:#fcecea;--unknown:#7d5400;--unknown-soft:#fbf2de';
const DARK =
  '--page:#14171a;--panel:#1b1f24;--text:#e4e7ea;--muted:#a3abb5;--line:#30363d;--quiet:#23282e;--link:#8fc1ec;--draw:#84b4de;--area:#22384b;--passed:#74cfa0;--passed-soft:#1a2d24;--failed:#ff9587;--failed-soft:#3a2220;--unknown:#e5b962;--unknown-soft:#332a17';

const PAGE = `
*{box-sizing:border-box}
html{font-size:15px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
.top,main,footer{max-width:60rem;margin:0 auto;padding:0 1.5rem}
.top{padding-top:2.75rem}
h1,h2,h3,h4,p,dl,dd,ul,figure{margin:0;padding:0}
h1{font-size:2.4rem;line-height:1.15;font-weight:650;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:1.05rem;font-weight:650;margin:2.5rem 0 .75rem}
h3{font-size:1rem;font-weight:600}
h4{font-size:.82rem;font-weight:600;color:var(--muted);margin:1.25rem 0 .4rem}
code{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
a{color:var(--link)}
time,.whole{white-space:nowrap}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
.eyebrow,.note,.small,dt,caption,figcaption,.axis,footer{color:var(--muted)}
.eyebrow{font-size:.85rem;margin-bottom:.2rem}
.note,.small{font-size:.82rem;margin-top:.75rem;max-width:46rem}
.count{color:var(--muted);font-weight:400;margin-left:.25rem}
.panel,.card{background:var(--panel);border:1px solid var(--line);border-radius:10px}
.panel{padding:1.25rem 1.25rem 1rem}`;

const HEADER = `
.verdict{display:flex;gap:1rem;align-items:center;margin:1.5rem 0;padding:1rem 1.25rem;border-radius:10px;border:1px solid}
.verdict strong{letter-spacing:.04em}
.verdict p{margin-top:.05rem}
.verdict a{color:inherit}
.passed{--own:var(--passed);--soft:var(--passed-soft)}
.failed{--own:var(--failed);--soft:var(--failed-soft)}
.unknown{--own:var(--unknown);--soft:var(--unknown-soft)}
.pending{--own:var(--muted);--soft:var(--quiet)}
.verdict{background:var(--soft);border-color:color-mix(in srgb,var(--own) 35%,transparent)}
.verdict strong,.status{color:var(--own)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.9rem 1.5rem;margin-top:1rem}
.facts dd{overflow-wrap:anywhere}
.facts>div:has(.address){grid-column:1/-1}
dt,caption,figcaption{font-size:.82rem;text-align:left}
.mark{flex:none;fill:var(--own);stroke:none}
.mark .ink{fill:none;stroke:var(--panel);stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.mark .hollow{fill:none;stroke:var(--own);stroke-width:1.4;stroke-dasharray:2.4 2.4}`;

const CHECKS = `
.card{margin-bottom:.6rem}
.card.failed,.card.unknown{border-left:4px solid var(--own)}
summary{cursor:pointer}
.card>summary{position:relative;display:flex;align-items:center;gap:.75rem;padding:.75rem 1.1rem;list-style:none;border-radius:10px}
.card>summary::-webkit-details-marker{display:none}
.card>summary:hover{background:var(--quiet)}
.card>summary::after{content:"";width:.5rem;height:.5rem;border:solid var(--muted);border-width:0 1.6px 1.6px 0;transform:translateY(-.12rem) rotate(45deg)}
.card[open]>summary::after{transform:translateY(.1rem) rotate(-135deg)}
.status{font-size:.86rem;font-weight:600}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.glance{flex:1;min-width:0;color:var(--muted);font-size:.86rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.card[open]>summary .glance{visibility:hidden}
.took{margin-left:auto;color:var(--muted);font-size:.86rem;white-space:nowrap}
.body{padding:.35rem 1.1rem 1.1rem;border-top:1px solid var(--line)}
.claims>div{display:grid;grid-template-columns:6rem 1fr;gap:.25rem 1rem;padding:.5rem 0}
.claims dd{overflow-wrap:anywhere}
.claims dt{padding-top:.12rem}
.claims>div:first-child dd{color:var(--muted)}
.claims ul,.troubles{padding-left:1.1rem}
.claims li+li,.troubles li+li{margin-top:.2rem}
.troubles{margin-top:.25rem;overflow-wrap:anywhere}
.remedy{margin-top:.9rem;padding:.1rem 1rem .8rem;background:var(--quiet);border-radius:8px;overflow-wrap:anywhere}
.remedy h4{margin-top:.7rem}
.raw{margin-top:1rem;font-size:.86rem}
.raw>summary{color:var(--link);width:fit-content}
pre{margin:.5rem 0 0;padding:.8rem 1rem;background:var(--quiet);border-radius:8px;max-height:26rem;overflow:auto;white-space:pre-wrap}
.quoted{list-style:none;background:var(--quiet);border-radius:8px;padding:.5rem .9rem}
.quoted li{padding:.2rem 0;white-space:pre-wrap}
.quoted li+li{border-top:1px solid var(--line)}
.scroll{overflow-x:auto;margin-top:1rem}
.panel>.facts:first-child,.panel>.scroll:first-child,.journey .scroll,figure .scroll{margin-top:0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.4rem 1.25rem .4rem 0;border-top:1px solid var(--line);overflow-wrap:break-word}
thead th{color:var(--muted);font-weight:500;font-size:.82rem;border-top:0;white-space:nowrap}
tbody th{font-weight:500}
th:last-child,td:last-child{padding-right:0}
th.number,td.number{text-align:right}`;

const DRAWINGS = `
.drawing{display:block;width:100%;box-sizing:border-box;overflow:visible}
figure:not(.journey)>.drawing{padding:0 6px 0 2.75rem}
.drawing svg{overflow:visible}
.gap{fill:var(--panel)}
.line{vector-effect:non-scaling-stroke}
svg text{fill:var(--text);font-size:13px}
svg .axis{fill:var(--muted);font-size:12px}
svg .name{font-weight:600}
svg .figure{fill:var(--muted)}
.grid{stroke:var(--line);fill:none}
/* The labels have a line of their own on a narrow screen. */
.timeline>div{display:grid;grid-template-columns:9.5rem minmax(0,1fr) 5rem;column-gap:1rem;align-items:center}
.timeline .what{display:flex;align-items:center;gap:.5rem;font-size:.82rem;overflow-wrap:anywhere}
.timeline .figure{text-align:right;font-size:.82rem;color:var(--muted);white-space:nowrap}
.plot{display:block;width:100%;height:30px;overflow:visible}
.times .plot{height:20px}
.times .axis{text-anchor:middle}
.lead{stroke:var(--muted);stroke-width:1.2;stroke-dasharray:1 4;stroke-linecap:round;opacity:.75}
.bar{fill:var(--own);stroke:var(--own);stroke-width:1.5}
.rail{stroke:var(--muted);stroke-width:1.5;stroke-dasharray:3 5}
.rail.reached{stroke:var(--passed);stroke-width:2;stroke-dasharray:none}
.area{fill:var(--area)}
.line{fill:none;stroke:var(--draw);stroke-width:2;stroke-linejoin:round}
.dot{fill:var(--panel);stroke:var(--draw);stroke-width:2}
.journey{margin-top:1rem}
.journey+.journey{border-top:1px solid var(--line);padding-top:1rem}
.journey figcaption{color:var(--text);font-size:.9rem;overflow-wrap:anywhere}
figure:not(.journey){margin-top:1rem}
footer{font-size:.82rem;padding-top:1rem;padding-bottom:3rem}
footer .facts{grid-template-columns:1fr;gap:.5rem;border-top:1px solid var(--line);padding-top:1.25rem;margin-top:1.5rem}
footer p{margin-top:1rem}`;

/** The print style unfolds everything except the JSON, which S3 stores anyway. */
const PAPER = `
@media (max-width:36rem){time,.whole{white-space:normal}.top,main,footer{padding-left:1rem;padding-right:1rem}.claims>div{grid-template-columns:1fr}h1{font-size:1.9rem}.card>summary{flex-wrap:wrap;padding-right:2.4rem;gap:.3rem .75rem}.card>summary::after{position:absolute;right:1.1rem;top:1.2rem}.status{min-width:0;overflow-wrap:anywhere}.card>summary h3{flex:1 1 40%}.card>summary .took{margin-left:0}.glance{display:none}.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem 1rem}.facts>div:has(code){grid-column:1/-1}.journey .drawing text{font-size:11px}.journey .name.even{transform:translateY(-14px)}.journey .figure.even{transform:translateY(14px)}.timeline>div{grid-template-columns:minmax(0,1fr) auto;padding-bottom:.3rem}.timeline .plot{grid-row:2;grid-column:1/-1;height:22px}.timeline .times .what,.timeline .times .figure,.axis.minor{display:none}.timeline .times .axis:first-child{text-anchor:start}.scroll{position:relative}.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.stacked,.stacked caption,.stacked tbody,.stacked tr,.stacked tbody th,.stacked td{display:block}.stacked tbody tr{border-top:1px solid var(--line);padding:.4rem 0}.stacked tbody th,.stacked td{border:0;padding:.1rem 0;overflow-wrap:anywhere}.stacked td{position:relative;padding-left:7.75rem;min-height:1.5rem}.stacked td::before{content:attr(data-name);position:absolute;left:0;width:7rem;color:var(--muted);font-size:.82rem}.stacked .number{text-align:left}table:not(.stacked) :is(th,td){padding-right:.75rem}}
@media print{@page{margin:14mm}:root{--page:#fff;--quiet:#f6f5f2}html{font-size:12px}body{font-size:1rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}.top,main,footer{max-width:none;padding-left:0;padding-right:0}.top{padding-top:0}h1{font-size:2rem}h2{margin-top:1.25rem}h2,h3,h4,summary,caption{break-after:avoid}.panel,.verdict,.journey,figure,tr,.quoted li{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto;break-before:avoid}.claims{break-before:avoid;break-inside:avoid}.raw,.glance,.card>summary::after{display:none}.scroll{overflow:visible}.facts{grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.5rem 1rem}a{color:inherit;text-decoration:none}}`;

export const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}${PAGE}${HEADER}${CHECKS}${DRAWINGS}${PAPER}`;

/** The style is for the board and the pages of runs. It follows the common style of every page. */
export const BOARD_STYLE = `
.top.wide,.wide{max-width:72rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:.75rem}
.wide .facts{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.9rem 2rem}
.cards .card{margin:0;padding:1rem 1.1rem;border-left:1px solid var(--line);border-top:4px solid var(--own)}
.cards header{display:flex;align-items:center;gap:.6rem;flex-wrap:wrap}
.cards h3{font-size:1.15rem;overflow-wrap:anywhere}
.cards header .status{margin-left:auto;letter-spacing:.03em}
.ends{font-size:1.05rem;margin-top:.55rem}
.ends .small{display:block;margin-top:.1rem}
.pairs{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin-top:.7rem;font-size:.92rem}
.pairs dd{overflow-wrap:anywhere;min-width:0}
.links{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;margin-top:.8rem;font-size:.92rem}
.rows{list-style:none;padding:0}
.rows>li{padding:.7rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.rows>li:first-child{border-top:0;padding-top:0}
.rows>li:last-child{padding-bottom:.2rem}
.line{display:flex;flex-wrap:wrap;gap:.15rem .75rem;align-items:baseline}
.line .took{margin-left:auto}
.rows .mark{align-self:center}
.cause{color:var(--muted);margin-top:.2rem;font-size:.9rem}
.nothing{color:var(--muted)}
.unread{display:flex;gap:.6rem;align-items:flex-start;color:var(--unknown);overflow-wrap:anywhere}
.unread .mark{margin-top:.25rem}
.unread+.rows,.unread+.cards,.unread+.unread{margin-top:.8rem}
.message{white-space:pre-wrap;overflow-wrap:anywhere}
.panel>.raw:first-child,.panel>.note:first-child{margin-top:0}
.verdict-word{color:var(--own);font-weight:600}
@media (max-width:36rem){.wide .facts{display:grid;grid-template-columns:1fr 1fr}.line .took{margin-left:0}.cards{gap:.6rem}.top{padding-top:1.5rem}}
@media print{.cards{grid-template-columns:1fr 1fr}.cards .card,.rows>li{break-inside:avoid}}`;

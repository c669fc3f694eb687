"""The report's style: one sheet, light and dark by the reader's own choice, fit for paper. Nothing is loaded."""

from p2c_assets.reports.html_markup import Markup

STYLE = Markup("""
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --paper: #ffffff; --panel: #f4f6f9; --line: #d6dce4;
  --good: #1b7f4b; --bad: #b3261e; --bar: #3a6ea5;
  --created: #2c6fbb; --updated: #6aa5de; --unchanged: #b9c6d4; --filtered: #8d7fb0; --rejected: #d9822b; --held: #c9b035;
  --refused: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #9aa7b6; --paper: #12171e; --panel: #1b222c;
  --line: #323c49; --good: #57c98b; --bad: #ff8a80; --bar: #6fa3dc; --created: #5b9be3; --updated: #a5c9f0;
  --unchanged: #56626f; --filtered: #a395cc; --rejected: #f0a14e; --held: #dfc95a; --refused: #ff7a70; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1.3rem 0 .3rem; } p { margin: .2rem 0 .6rem; max-width: 60rem; } .soft { color: var(--soft); }
a { color: inherit; } nav a { margin-right: 1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.tile { background: var(--panel); border-radius: .5rem; padding: .7rem .9rem; }
.tile b { display: block; font-size: 1.2rem; line-height: 1.3; overflow-wrap: break-word; } .tile span { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.scroll { overflow-x: auto; margin: .4rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .28rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } td { overflow-wrap: break-word; max-width: 26rem; }
.w { white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; } svg.share { width: 9rem; height: .7rem; margin-top: .35rem; }
svg.columns { width: 100%; max-width: 52rem; height: auto; }
svg text { fill: var(--soft); font: 10px system-ui, sans-serif; } .grid { stroke: var(--line); stroke-width: 1; }
.bar { fill: var(--bar); } .o-created, .k-created { fill: var(--created); background: var(--created); }
.o-updated, .k-updated { fill: var(--updated); background: var(--updated); }
.o-unchanged, .k-unchanged { fill: var(--unchanged); background: var(--unchanged); }
.o-filtered, .k-filtered { fill: var(--filtered); background: var(--filtered); }
.o-rejected, .k-rejected { fill: var(--rejected); background: var(--rejected); }
.o-held, .k-held { fill: var(--held); background: var(--held); }
.o-refused, .k-refused { fill: var(--refused); background: var(--refused); }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin: 0 .3rem -.1rem .9rem; }
code { font: .85em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media print {
  body { max-width: none; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } nav { display: none; }}
""")

export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:light-dark(#636363,#a0a0a0);--good:light-dark(#007a59,#1fb98c);--bad:light-dark(#b84e00,#ff8a3d);--open:light-dark(#8a5e00,#e0a63a)}
body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}
h1{margin:0;font-size:1.6rem}h2{font-size:1.2rem;margin:2rem 0 .3rem}
.note,figcaption,footer,small{color:var(--soft);font-size:.85rem}.note{margin:.3rem 0}
.gate{border:2px solid var(--bad);border-radius:.5rem;padding:0 1rem .5rem;margin:1.5rem 0}
.gate.passed{border-color:var(--good)}.gate h2{margin:.6rem 0}
.gate td,.gate th{text-align:left;vertical-align:top}.gate td:last-child{min-width:9rem}
tr.passed b{color:var(--good)}tr.undecided b{color:var(--open)}tr.failed b,tr.refuses b{color:var(--bad)}
.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}
.figures div{border:1px solid var(--line);border-radius:.5rem;padding:.6rem 1rem}
.figures b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
.columns{display:flex;flex-wrap:wrap;gap:2rem;align-items:flex-start}
.chart{width:min(380px,100%);font-size:10px;fill:currentColor}.grid{stroke:var(--line);fill:none}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .8rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left}td i{display:inline-block;width:.7em;height:.7em;margin-right:.5em}
td.right{font-weight:bold}
.examples{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:1rem}
figure{margin:0;border:1px solid var(--line);border-radius:.5rem;overflow:hidden}figure.wrong{border-color:var(--bad)}
figure.pair{grid-column:span 2}figure.pair img{width:50%}
figure svg{display:block;width:100%}figcaption{padding:.4rem .6rem}
footer{margin:2rem 0;word-break:break-all}dt{float:left;width:6rem}dd{margin:0 0 .5rem 6rem}
`;

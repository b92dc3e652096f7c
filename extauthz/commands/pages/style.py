"""The style sheet of a report: light and dark as the reader's system has it, and for paper."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d0d7de;
--allow:#7fb7a6;--alert:#e0b040;--redact:#7c8fd9;--deny:#c8443c;--other:#9aa0a6;--good:#1a7f37}
@media (prefers-color-scheme:dark){:root{--ground:#14171b;--ink:#e6e8eb;--soft:#a3abb3;
--rule:#3a4149;--allow:#4f8f7d;--alert:#c79a2e;--redact:#6a7fd0;--deny:#e06a61;--good:#4ac26b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1rem;background:var(--ground);color:var(--ink);
font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem;
border-bottom:1px solid var(--rule);padding-bottom:.2rem}h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0}.soft{color:var(--soft)}
table{border-collapse:collapse;width:100%;margin:.5rem 0;font-size:.86rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem .25rem 0;
border-bottom:1px solid var(--rule);overflow-wrap:break-word}
th{font-weight:600}.long{overflow-wrap:anywhere}.time{white-space:nowrap}th.n{text-align:right}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
pre{overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--rule);
padding:.5rem;font-size:.8rem}
.holds,.broken{border-left:.4rem solid var(--good);padding:.4rem .8rem;margin:1rem 0;
border-radius:.2rem;background:color-mix(in srgb,var(--good) 10%,transparent)}
.broken{border-color:var(--deny);background:color-mix(in srgb,var(--deny) 12%,transparent)}
.numbers{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0;padding:0;list-style:none}
.numbers b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
.chart{width:100%;height:auto;margin:.5rem 0}.chart text{font:12px system-ui,sans-serif;
fill:var(--ink)}.legend{margin-right:1rem}.key{display:inline-block;width:.8em;height:.8em;
margin-right:.3em;background:currentColor}
rect.allow{fill:var(--allow)}rect.alert{fill:var(--alert)}rect.redact{fill:var(--redact)}
rect.deny{fill:var(--deny)}rect.other{fill:var(--other)}
i.allow{color:var(--allow)}i.alert{color:var(--alert)}i.redact{color:var(--redact)}
i.deny{color:var(--deny)}
@media print{:root{--ground:#fff;--ink:#000;--soft:#333;--rule:#999;--allow:#7fb7a6;
--alert:#e0b040;--redact:#7c8fd9;--deny:#c8443c}body{max-width:none;padding:0;font-size:10pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2,h3{break-after:avoid}
tr,svg,.holds,.broken{break-inside:avoid}thead{display:table-header-group}}
"""

"""The page of the playground: one document with its style and its script, and nothing beside it."""

from html import escape
from typing import Final

_STYLE: Final = """
:root{color-scheme:light dark;--ground:#fff;--text:#1b1f24;--line:#8a94a3;--part:#f3f5f8;
--pass:#1a6334;--stop:#a40e26;--mask:#7a4b00}
@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--text:#e6edf3;--line:#6e7681;
--part:#161b22;--pass:#56d364;--stop:#ff7b72;--mask:#e3b341}}
*{box-sizing:border-box}
body{margin:0;padding:1rem 1.5rem;font:15px/1.4 system-ui,sans-serif;background:var(--ground);
color:var(--text)}
h1{font-size:1.25rem;margin:0}h2{font-size:1rem;margin:1rem 0 .3rem}
p{margin:.2rem 0 .8rem}
main{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}
@media(max-width:60rem){main{grid-template-columns:1fr}}
textarea,input,select{font:13px/1.45 ui-monospace,monospace;width:100%;padding:.4rem;
border:1px solid var(--line);border-radius:4px;background:var(--part);color:var(--text)}
label{display:block;margin:.5rem 0;font-weight:600}
.row{display:grid;grid-template-columns:8rem 1fr 8rem;gap:.6rem}
label.flag{font-weight:400}label.flag input{width:auto}
button{font:inherit;margin:0 0 .8rem;padding:.4rem 1.2rem;border:1px solid var(--line);
border-radius:4px;background:var(--part);color:var(--text);cursor:pointer}
#decision{font-size:1.2rem;font-weight:700}
.ALLOW,.ALERT{color:var(--pass)}.DENY{color:var(--stop)}.REDACT{color:var(--mask)}
pre{font:13px/1.45 ui-monospace,monospace;background:var(--part);border:1px solid var(--line);
border-radius:4px;padding:.5rem;overflow:auto;white-space:pre-wrap;margin:0}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);text-align:left;padding:.2rem .5rem .2rem 0}
[hidden]{display:none}
"""
_SCRIPT: Final = """
'use strict';
const at = name => document.getElementById(name);
const show = (name, shown) => { at(name).hidden = !shown; };
function question() {
  const to = at('to').value.trim(), from = at('from').value.trim();
  const named = text => text.includes('/ns/');
  const request = {method: at('method').value, path: at('path').value,
    direction: at('direction').value, mtls: at('mtls').checked, body: at('body').value,
    contentType: at('type').value.trim()};
  request[named(from) ? 'source' : 'sourceAddress'] = from;
  request[named(to) ? 'destination' : 'service'] = to;
  if (!named(to)) { request.host = to; }
  return {policy: at('policy').value, request};
}
function tell(answer) {
  const problems = answer.problems.concat(answer.request ? ['request: ' + answer.request] : []);
  at('problems').textContent = problems.join('\\n');
  show('problems', problems.length);
  const decided = answer.decision !== undefined;
  show('decided', decided);
  if (!decided) { return; }
  at('decision').textContent = answer.decision + ' \\u2013 ' + answer.reason +
    (answer.enforced ? '' : ' (not enforced: the message passes)');
  at('decision').className = answer.decision;
  at('explanation').textContent = answer.explanation.join('\\n');
  const rows = answer.findings.map(found => {
    const row = document.createElement('tr');
    for (const key of ['infoType', 'class', 'field']) {
      row.appendChild(document.createElement('td')).textContent = found[key];
    }
    return row;
  });
  at('rows').replaceChildren(...rows);
  show('found', rows.length);
  at('masked').textContent = answer.masked === null ? '' : answer.masked;
  show('masking', answer.masked !== null);
}
async function attempt() {
  at('go').disabled = true;
  try {
    const answer = await fetch('try', {method: 'POST', body: JSON.stringify(question()),
      headers: {'Content-Type': 'application/json'}});
    tell(answer.ok ? await answer.json() : {problems: ['too large, or refused']});
  } catch {
    tell({problems: ['no answer: has the command ended?']});
  }
  at('go').disabled = false;
}
at('go').addEventListener('click', attempt);
attempt();
"""
_PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>phiguard playground</title><style nonce="{nonce}">{style}</style></head>
<body>
<h1>phiguard playground</h1>
<p>What you type stays in this page and in the command that serves it. Nothing is written, logged or
sent elsewhere. Use made-up values all the same.</p>
<main>
<section aria-label="Policy">
<label for="policy">Policy</label>
<textarea id="policy" rows="34" wrap="off" spellcheck="false">{policy}</textarea>
</section>
<section aria-label="Message and decision">
<label>From: a principal, or an address
<input id="from" value="cluster.local/ns/clinic/sa/ehr"></label>
<label>To: a principal, or a service host
<input id="to" value="cluster.local/ns/finance/sa/billing"></label>
<div class="row">
<label>Method <input id="method" value="POST"></label>
<label>Path <input id="path" value="/claims"></label>
<label>Direction <select id="direction"><option>request</option><option>response</option></select>
</label>
</div>
<label>Content type, if the body does not show it <input id="type"></label>
<label for="body">Body</label>
<textarea id="body" rows="5" spellcheck="false">{body}</textarea>
<label class="flag"><input id="mtls" type="checkbox" checked> with mutual TLS</label>
<button id="go" type="button">Decide</button>
<div aria-live="polite">
<pre id="problems" hidden></pre>
<div id="decided" hidden>
<h2 id="decision"></h2>
<pre id="explanation"></pre>
<div id="found"><h2>Findings, without their values</h2>
<table><thead><tr><th>infoType<th>class<th>field</thead><tbody id="rows"></tbody></table></div>
<div id="masking"><h2>The message that would pass</h2><pre id="masked"></pre></div>
</div>
</div>
</section>
</main>
<script nonce="{nonce}">{script}</script>
</body></html>
"""
_BODY: Final = '{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "536-22-8790"}'


def page(policy: str, nonce: str) -> str:
    """Return the page.

    Args:
        policy: the text that it begins with.
        nonce: of its style and its script.
    """
    return _PAGE.format(
        nonce=nonce, style=_STYLE, script=_SCRIPT, policy=escape("\n" + policy), body=escape(_BODY)
    )

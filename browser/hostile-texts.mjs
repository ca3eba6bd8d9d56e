// Sixty texts that mean harm to whoever shows them or keeps them in a table.

const SCRIPTS = [
  "<script>alert(1)</script>",
  "<ScRiPt src=//x></sCrIpT>",
  "</p></li></ol><script>alert(1)</script>",
  "<script\n>alert(1)</script\n>",
  "</title><script>alert(1)</script>",
  "</textarea><script>alert(1)</script>",
  "</style><script>alert(1)</script>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e",
  "&#60;script&#62;alert(1)",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "javascript:alert(1)",
];

const TAGS = [
  "<img src=x onerror=alert(1)>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "<a href=javascript:alert(1)>x</a>",
  "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
  "<meta http-equiv=refresh content='0;url=//x'>",
  "<style>*{display:none}</style>",
  "<link rel=stylesheet href=//x>",
  "<base href=//x>",
  "<form action=//x><button autofocus onfocus=alert(1)>",
  "<input autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>x</details>",
  "<video><source onerror=alert(1)></video>",
  "<object data='javascript:alert(1)'>",
  "<embed src='javascript:alert(1)'>",
  "<marquee onstart=alert(1)>x</marquee>",
  "<template><script>alert(1)</script></template>",
  "<noscript><p title='</noscript><img src onerror=alert(1)>'>",
  "<!--",
  "--><script>alert(1)</script>",
  "]]>",
];

const BREAKOUTS = [
  "\"><svg onload=alert(1)>",
  "'><img src onerror=alert(1)>",
  "\" onmouseover=\"alert(1)",
  "' autofocus onfocus='alert(1)",
  "` onload=alert(1) `",
  "x\ndata-live id=balance",
];

const PICTURES = [
  "<svg><script>alert(1)</script></svg>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
];

const LETTERS = [
  "\u202eedoc ruoy\u202c \u2066x\u2069",
  "\u202d\u202e\u2067\u2068 never closed",
  "zero\u200bwidth\u200d\ufeff\u2060",
  "a" + "\u0300\u0301\u0302\u0303\u0304\u0305".repeat(8),
  "\u001b[31mred\u001b[0m \u0007",
  "\u001b]8;;http://x\u0007link\u001b]8;;\u0007",
  "\u0000nul\u0008\u007f",
  "line\r\nSet-Cookie: x=1\u2028\u2029",
];

const FORMULAS = ["=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1+1"];
const TEMPLATES = ["{{7*7}} ${7*7} <%= 7 %>", "{% include \"x\" %}", "#{7*7} *{7*7}", "$(id) `id` ; id | id"];

// Bytes of a request that a source may push, at most, and some of them that are not its text.
const PUSH_MAX = 256 * 1024;
const AROUND = 128;

export const TEXTS = [...SCRIPTS, ...TAGS, ...BREAKOUTS, ...PICTURES, ...LETTERS, ...FORMULAS, ...TEMPLATES, "<b>".repeat((PUSH_MAX - AROUND) / 3)];
// Where only a line fits, such as a sender or a name; a form takes no control characters.
export const LINES = TEXTS.map((text) => text.slice(0, 60));
export const NAMES = LINES.map((line) => line.replace(/\p{Cc}/gu, "")).map((line) => line.trim());
// A word that has no place to break.
export const LONG = "W".repeat(60);

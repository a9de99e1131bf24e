"""Fifty texts that have hurt some page, spreadsheet or terminal. As file names, labels, reasons, anywhere."""

LONG = 10_000
PAYLOADS = (
    "<script>hit()</script>", "<img src=x onerror=hit()>", "<svg onload=hit()>", "<svg><script>hit()</script></svg>",
    "\"><script>hit()</script>", "'><img src=x onerror='hit()'>", "</h3><iframe srcdoc='<script>parent.hit()</script>'>",
    "<iframe src=javascript:hit()>", "<a href=javascript:hit()>x</a>", "javascript:hit()", "data:text/html,<script>hit()</script>",
    "<body onload=hit()>", "<details open ontoggle=hit()>", "<input autofocus onfocus=hit()>", "<video><source onerror=hit()></video>",
    "<math><mtext></p><style><img src=x onerror=hit()></style>", "<style>*{display:none}</style>", "<link rel=stylesheet href=//x.invalid/>",
    "<base href=//x.invalid/>", "<meta http-equiv=refresh content=0;url=//x.invalid>", "<form action=//x.invalid><button>x</button></form>",
    "<template><script>hit()</script></template>", "<!--<img src=x onerror=hit()>-->", "<![CDATA[<script>hit()</script>]]>",
    "&lt;script&gt;hit()&lt;/script&gt;", "&#60;img src=x onerror=hit()&#62;", "\\u003cscript\\u003ehit()\\u003c/script\\u003e",
    "%3Cscript%3Ehit()%3C/script%3E", "{{constructor.constructor('hit()')()}}", "${hit()}", "`-hit()-`", "';hit();//", "\");hit();//",
    "__proto__", "constructor", "=cmd|' /C calc'!A0", "+SUM(1+1)", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1",
    "=HYPERLINK(\"//x.invalid\",\"x\")", "a\0b<script>hit()</script>", "\x1b[31mred\x1b[0m", "\u202egnp.exe\u202c", "\u2066\u200f\u200b\ufeffhidden",
    "\ud83d\ude80 \u0639\u0631\u0628\u064a \u4e2d\u6587 " + "e\u0301" * 20, "Z\u0351\u036b\u0343" + "\u0336" * 300, "A" * LONG,
)  # fmt: skip

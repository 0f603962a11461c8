r"""The kinds of text that are flagged, each a pattern that both Python's engine and RE2 read.

Nothing in them repeats without bound, so that no text takes long. Each asks for more than a word, for what systems
say all day must not match: ``<System>`` opens every Windows event, ``<object object at 0x7f>`` is Python,
``../../src/x.cc`` stands in stack traces.
"""

from __future__ import annotations

from collections.abc import Mapping

_AI = r"(?:ai|llm|(?:ai )?assistant|(?:ai|sre) agent|ai model|language model|claude|chatgpt|gpt-\d|gemini|copilot)"
_BEFORE = r"(?:previous|prior|above|earlier|preceding|your|system|safety)"
_ORDERS = r"(?:instruction|prompt|rule|guideline|directive|direction|context|message|polic)"
_CHANGES = (
    r"(?:(?:create|merge|close)_pull_request|(?:rollback|scale|restart)_deployment|set_(?:flag|config)"
    r"|(?:un)?cordon_node|silence_alert|update_incident|undo_action|submit_report)"
)
_PERSON = r"(?:user|person|operator|admin(?:istrator)?|sre|on-?call|human|security(?: team)?)"
_EVENT = r"on(?:error|load|click|mouse\w{2,5}|focus|toggle|begin|start|animation\w{3,9}|pointer\w{2,6})"

INSTRUCTIONS = "instructions to an assistant"
CALL = "a request to call a tool"
FORGED = "a forged message or tool result"
APPROVAL = "a forged approval"
LEAK = "a picture or link that would leak"
HTML = "live HTML"
SHELL = "a shell command"
SQL = "an SQL injection"
HIDDEN = "hidden characters"

KINDS: Mapping[str, str] = {
    INSTRUCTIONS: (
        rf"\b(?:ignore|disregard|forget)\b.{{0,40}}\b{_BEFORE}\b.{{0,40}}\b{_ORDERS}"
        r"|\b(?:ignore|disregard|forget)\b.{0,20}\b(?:all|any|every)\b.{0,20}\b(?:instruction|prompt|guideline)s?\b"
        rf"|\b(?:override|bypass|break)\s{{1,5}}(?:all )?(?:of )?(?:your|the system's|safety)\b.{{0,20}}\b{_ORDERS}"
        r"|\bnew instructions\s{0,5}:|\bsystem override\s{0,5}:|\bnew system prompt\b"
        r"|\b(?:reveal|print|show|repeat|output|leak|disregard|ignore|forget)\b.{0,20}\bsystem prompt\b"
        rf"|\b(?:dear|note to|attention|hey|hello|message to)[ ,:]{{1,3}}(?:the |any |all |every )?{_AI}s?\b"
        rf"|\byou are (?:now |henceforth )?(?:an? |the )?{_AI}\b|\b(?:developer|dan|god) mode (?:is )?(?:on|enabled)\b"
        rf"|\b{_AI}[,:]\s{{0,3}}(?:you )?(?:please |now |must |should |have to )"
        rf"|\b{_AI}s? (?:must|should|shall|please|reading this|who read)\b"
        rf"|\bdo not (?:tell|inform|alert|warn)\s{{1,5}}(?:the |any )?(?:{_PERSON}|anyone|anybody)\b"
        r"|\b(?:send|post|upload|write|forward)\b.{0,30}\b(?:api keys?|secrets?|credentials?|tokens?|environment)\b"
        r".{0,30}\b(?:to|into)\b.{0,20}(?:https?://|the (?:note|title|body|branch|report))"
        r"|ignoriere.{0,30}(?:anweisung|regel)|ignore[zr].{0,30}(?:instructions|consignes)"
        r"|ignor[ae] .{0,20}(?:instrucciones|istruzioni|instruções)|игнорируй.{0,30}инструкци"
        r"|忽略.{0,10}(?:指令|指示|提示)|以前の指示.{0,10}無視"
    ),
    CALL: rf"\b(?:call|invoke|use|run|execute)\b.{{0,20}}\b{_CHANGES}\b",
    FORGED: (
        r"<\s{0,5}/?\s{0,5}(?:tool_(?:results?|use)|function_(?:results?|calls)|antml:[a-z_]{2,30})\b[^>]{0,80}>"
        r"|<\s{0,5}/?result\s{1,5}(?:tool=|evidence=|[0-9a-f]{8})|</result>\s{0,5}<result\b|<invoke name="
        r"|<\s{0,5}(?:system|assistant|human)\s{0,5}>\s{0,5}[^\s<]"
        r"|\[/?(?:INST|SYS)\]|<\|[a-z_]{2,20}\|>|(?:^|\n)\s{0,5}(?:Human|Assistant):\s"
        r"|\"(?:type|role)\"\s{0,5}:\s{0,5}\"(?:tool_result|tool_use|assistant|system)\""
    ),
    APPROVAL: (
        rf"\b(?:pre-?)?(?:approved|authori[sz]ed)\b.{{0,20}}\bby\b.{{0,20}}\b{_PERSON}\b"
        r"|\b(?:pre-?)?(?:approved|authori[sz]ed)\b.{0,10}\bfor all\b.{0,10}\b(?:changes|calls|tools|actions)\b"
        r"|\bapproval (?:is |was |has been )?(?:already )?(?:granted|given|not (?:required|needed))\b"
        r"|\bno approval (?:is )?(?:required|needed|necessary)\b|\bskip (?:the |all )?approvals?\b"
        r"|\b(?:needs?|requires?) no approval\b|\bwithout (?:asking|approval from) the (?:user|operator|on-?call)\b"
    ),
    LEAK: (
        r"!\[[^\]\n]{0,100}\]\(\s{0,5}(?:https?:)?//|!\[[^\]\n]{0,100}\]\[[^\]\n]{0,100}\]"
        r"|\[[^\]\n]{1,100}\]\(\s{0,5}https?://[^)\s]{1,200}\?[^)\s]{1,200}\)"
    ),
    HTML: (
        r"<script[\s>/]|<iframe\b|<svg[\s/>]|<img\s|<(?:embed|video|audio|source)\s{1,5}[^>]{0,80}src\s{0,5}="
        r"|<object\s{1,5}[^>]{0,80}(?:data|type|classid)\s{0,5}=|<form\s{1,5}[^>]{0,80}(?:action|method)\s{0,5}="
        r"|<meta\s{1,5}[^>]{0,40}http-equiv\s{0,5}=\s{0,5}['\"]?refresh"
        r"|<link\s{1,5}[^>]{0,120}href\s{0,5}=\s{0,5}['\"]?(?:https?:)?//"
        rf"|<base\s{{1,5}}href|<[a-z][^<>]{{0,200}}\s{_EVENT}\s{{0,5}}=|['\"]\s{{1,5}}{_EVENT}\s{{0,5}}="
        r"|\b(?:href|src|action)\s{0,5}=\s{0,5}['\"]?\s{0,5}(?:javascript|vbscript|data):"
        r"|\\href\{javascript:|\bdata:text/html"
    ),
    SHELL: (
        r"\b(?:curl|wget)\b[^|\n]{0,200}\|\s{0,5}(?:sudo\s{1,5})?(?:ba|z)?sh\b"
        r"|\$\((?:curl|wget|rm)\b|`(?:curl|wget|rm)\b"
        r"|\brm\s{1,5}-rf\s{1,5}(?:--no-preserve-root\s{1,5})?[/~](?:$|[\s;&|*`'\")])"
        r"|\b(?:cat|less|head|tail|more)\s{1,5}/etc/(?:passwd|shadow)\b|\bfile:///etc/"
        r"|(?:\.\.(?:/|\\|%2f|%5c)){2}(?:etc|proc|root|windows)\b"
        r"|--upload-pack=|\bext::(?:ba)?sh\b|\bCOPY\b.{0,40}\bTO\s{1,5}(?:PROGRAM\b|'/)"
    ),
    SQL: (
        r"'\s{0,5}(?:or|and)\s{1,5}'?1'?\s{0,5}=\s{0,5}'?1|'\s{0,5};\s{0,5}drop\s{1,5}table\b"
        r"|'\s{0,5}union\s{1,5}(?:all\s{1,5})?select\b"
    ),
    HIDDEN: (
        "[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\U000e0000-\U000e007f]|[^\ufeff]\ufeff"
        r"|\x1b\]|\x1b\[[\d;]{0,8}[JHK]|[\x07\x08]"
    ),
}
"""By what the person reads. Colours, a byte order mark in front and the joiner of emoji are no hidden characters."""

OF_CODE = frozenset({HTML, SHELL, SQL})
"""What any program may hold."""
OF_PERSONS = frozenset({CALL})
"""What a person may ask for."""
STEERS = frozenset({INSTRUCTIONS, CALL, FORGED, APPROVAL})
"""What is written for a model: it is told once more that this is data."""

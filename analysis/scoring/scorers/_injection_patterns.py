"""Phrases of prompt injection, by families named after their wording: forget the instructions, tell them, and the like.

The patterns are looked for in small letters without accents, words apart by one space, and begin where a word begins.
Every repetition in them is bounded, so that the time taken grows with the text and no faster.
"""

from __future__ import annotations

from analysis.scoring.scorers._jailbreak_patterns import JAILBREAK_SIGNS, ROLE_SIGNS
from analysis.scoring.scorers._phrases import MEDIUM, STRONG, Sign

_W = r"(?: [\w'’&/-]{1,20})"
_VERB = (
    r"(?:ignore|ignoring|disregard(?:ing)?|forget|pay no attention to|do not (?:follow|obey|listen to|abide by)|don't "
    r"(?:follow|obey|listen to)|stop following|let go of|neglect|regardless of|instead of following)"
)
_UNDO = (
    r"(?:overrid(?:e|es|ing)|overrule|bypass|discard|dismiss|erase|abandon|throw out|wipe|reset|supersed(?:e|es|ing)|"
    r"replaces?)"
)
_BEFORE = (
    r"(?:previous(?:ly)?|prior|preceding|above|earlier|past|former|old|original|initial|existing|foregoing|system|"
    r"default|pre-?existing|developer|hidden|safety)"
)
_ORDERS = (
    r"(?:instruction|prompt|directive|command|guideline|rule|direction|order|programming|constraint|restriction|"
    r"polic(?:y|ies)|guidance|training|protocol|safeguard|limitation)s?"
)
_INSTRUCTIONS = r"(?:instruction|prompt|directive|guideline|programming|training|safeguard|guidance)s?"
_FILLERS = (
    r"(?: (?:all|any|every|each|of|the|your|my|our|these|those|this|that|other|and|both|absolutely|completely|"
    r"entirely|about|whatever|safety|ethical|moral|content|internal|base|current))"
)
_IGNORE = (
    Sign("instruction-ignore", STRONG, ("instruction", "prompt", "directive", "command", "guideline", "rule",
         "direction", "order", "programming", "constraint", "restriction", "polic", "guidance", "training",
         "protocol", "safeguard", "limitation"),
         rf"{_VERB}{_FILLERS}{{0,5}}(?: {_BEFORE}(?:,? (?:and|or|and/or))?){{1,3}}{_W}{{0,2}} {_ORDERS}\b|"
         rf"{_UNDO}{_FILLERS}{{0,5}}(?: {_BEFORE}(?:,? (?:and|or|and/or))?){{1,3}} {_INSTRUCTIONS}\b|"
         rf"{_VERB}{_FILLERS}{{0,5}} {_ORDERS}{_W}{{0,4}} (?:before|above|prior|previously|earlier|until now|so far|"
         rf"(?:up )?to (?:now|this point)|already|got|given|received|told|had)\b|"
         rf"(?:ignore|disregard|forget|override|bypass)(?: all| any| of| about){{0,3}}(?: your| its| the model's| "
         rf"openai'?s?| safety){_FILLERS}{{0,3}} {_ORDERS}\b|"
         rf"(?:ignore|disregard) (?:all|any)(?: of)?(?: the| your| other)? (?:instructions|directives|commands|"
         rf"guidelines)\b"),
    Sign("instruction-ignore", STRONG, ("ignore", "disregard", "forget"),
         r"(?:ignore|disregard|forget)(?: about)? (?:everything|anything|all(?: of (?:it|that|this))?|what(?:ever)?|"
         r"all the (?:text|content|words))(?: that)?(?: was| is| has been| you were| you have been| you've been| i| "
         r"we)?(?: \w{2,12})? (?:above|before(?:hand)?|prior|previously|earlier|told|instructed|programmed|"
         r"said so far)\b"),
    Sign("instruction-ignore", MEDIUM, ("ignore", "disregard", "forget", "override", "let go"),
         rf"(?:ignore|disregard|forget|override|let go of){_FILLERS}{{0,5}}(?: (?:previous|prior|preceding|earlier|"
         rf"above)(?: and| or)?){{1,2}}{_W}{{0,1}} (?:input|message|conversation|context|text|content|chat|request|"
         rf"question|task|prompt|discussion|information|data)s?\b|"
         rf"forget (?:everything|all|anything) (?:you|that you|we|i)\b|forget (?:you are|you're|that you)\b"),
    Sign("instruction-ignore", MEDIUM, ("new instruction", "new task", "new rule", "new directive", "new role",
         "real task", "real instruction", "actual task", "instead follow", "follow these instructions instead"),
         r"(?:these|here|your|the)(?: are| is)?(?: your| my| the)? (?:new|real|actual) (?:instructions?|rules?|task|"
         r"directives?|role)(?: (?:is|are|will be)|:)|new instructions?(?: from [\w ]{1,30})?:|instead,? follow "
         r"(?:these|the following|my)\b|follow these instructions instead"),
    Sign("instruction-ignore", STRONG, ("ignorier", "vergiss", "vergessen sie", "missacht", "beachte", "verwirf"),
         r"(?:ignorier\w{0,3}|vergiss|vergessen sie|missachte\w{0,2}|verwirf|beachten? sie nicht|beachte nicht)"
         r"(?: \w{1,12}){0,3} (?:alle\w{0,2}|dein\w{0,2}|ihre?|vorherig\w{0,2}|bisherig\w{0,2}|vorig\w{0,2}|"
         r"fruher\w{0,2}|obig\w{0,2}|vorangegangen\w{0,2}|vorangehend\w{0,2}|vorhergehend\w{0,2}|ursprunglich\w{0,2}|"
         r"samtlich\w{0,2}|zuvor)(?: \w{1,16}){0,3} (?:system)?(?:anweisung|instruktion|befehl|vorgabe|regel|"
         r"richtlinie|prompt|anordnung|vorschrift|aufforderung)\w{0,3}|"
         r"(?:vergiss|ignorier\w{0,3}) alles,? (?:was|davor|vorherige|bisherige|oben|andere)\b"),
    Sign("instruction-ignore", STRONG, ("ignor", "oubli", "tiens pas compte", "tenez pas compte", "neglige"),
         r"(?:ignore[zr]?|oublie[zr]?|ne (?:tiens|tenez) pas compte|neglige[zr]?)(?: \w{1,12}){0,3} "
         r"(?:instruction|consigne|directive|ordre|regle|commande|prompt)s?(?:[ ,](?:qui|que|donnees?|\w{1,10})){0,2} "
         r"(?:precedent|anterieur|ci-dessus|avant|initial|recue?s?|d'origine|plus haut|du systeme|systeme)\w{0,2}|"
         r"(?:ignore[zr]?|oublie[zr]?) (?:toutes?|tous)(?: \w{1,10}){0,3} (?:instruction|consigne|directive|ordre|"
         r"regle)s?\b|(?:ignore[zr]?|oublie[zr]?) tout ce qui (?:precede|a ete dit)"),
    Sign("instruction-ignore", STRONG, ("ignor", "olvid", "desconsider", "esquec", "esquece", "descart", "omite"),
         r"(?:ignor[ae]\w{0,2}|olvid[ae]\w{0,2}|desconsider[ae]\w?|esque[cç]a\w?|esquece|descart[ae]\w?|omite)"
         r"(?: \w{1,12}){0,3} (?:instruc(?:cion|ao)?\w{0,3}|instrucoes|ordenes|ordens|orden|indicaciones|indicacoes|"
         r"reglas|regras|directrices|diretrizes|comandos?|prompts?|mensajes?)(?: \w{1,12}){0,3} "
         r"(?:anterior(?:es)?|previ[ao]s?|arriba|acima|de antes|iniciales|iniciais|originales|originais|"
         r"precedentes|del sistema|do sistema|dad[ao]s|recibid[ao]s|recebid[ao]s)\b|"
         r"(?:ignor[ae]\w{0,2}|olvid[ae]\w{0,2}|desconsider[ae]\w?|esque[cç]a\w?) (?:todas?|todos?)(?: \w{1,12}){0,4} "
         r"(?:instruc\w{1,6}|ordenes|ordens|reglas|regras|directrices|diretrizes)\b|"
         r"(?:ignora|olvida|esque[cç]a|ignore) (?:todo|tudo) (?:lo anterior|lo que|o que|acima)\b"),
    Sign("instruction-ignore", STRONG, ("ignor", "dimentic", "trascur", "non tenere conto"),
         r"(?:ignora\w{0,2}|ignori|dimentica\w{0,2}|trascura\w{0,2}|non tenere conto(?: di)?)(?: \w{1,12}){0,3} "
         r"(?:istruzion[ei]|ordini|comand[io]|regol[ae]|direttiv[ae]|prompt|indicazioni)(?: \w{1,12}){0,2} "
         r"(?:precedent[ei]|anterior[ei]|di prima|sopra|iniziali|original[ei]|di sistema|ricevut[ei]|dat[ei])\b|"
         r"(?:ignora\w{0,2}|dimentica\w{0,2}) tutt[eio](?: \w{1,12}){0,3} (?:istruzioni|regole|direttive|ordini)\b|"
         r"(?:ignora|dimentica) tutto (?:quello|cio) che\b"),
    Sign("instruction-ignore", STRONG, ("忽略", "无视", "無視", "忘记", "忘記", "忘掉", "忽视", "忽視", "不要理会"),
         r"(?:忽略|无视|無視|忘记|忘記|忘掉|忽视|忽視|不要理会)[^。！？]{0,10}?(?:之前|以上|上面|前面|先前|所有|一切|此前|上述|你的|系统|系統|原来|全部)"
         r"[^。！？]{0,12}?(?:指令|指示|提示|命令|规则|規則|要求|设定|設定|限制|说明|說明|规定|設置|设置|内容)"),
)  # fmt: skip

_SECRET = (
    r"(?:system|initial|original|hidden|secret|internal|full|complete|entire|exact|previous|prior|developer|custom|"
    r"underlying|verbatim|confidential|preset|base|pre-?prompt|current|own|above|first|unedited|whole)"
)
_PROMPT = r"(?:prompts?|instructions?|directives?|guidelines|rules|configuration|pre-?prompt|message)"
_LEAK = (
    Sign("prompt-leak", STRONG, ("prompt", "instruction", "directive", "guideline", "rules", "configuration",
         "message", "so far", "this point"),
         rf"(?:repeat|print|show|reveal|output|display|tell|give|share|leak|dump|expose|disclose|return|write|recite|"
         rf"list|copy|echo|provide|send|translate|summari[sz]e|spell|state|type|paste|encode|extract)(?: out)?(?: me|"
         rf" us| back| to me| down| verbatim| exactly| all| of| word for word| the text of| the contents? of| what is|"
         rf" what's| what are){{0,4}}(?: the| your| all| its| of| any|"
         rf" everything in){{1,3}}(?: {_SECRET}){{1,3}} {_PROMPT}\b|(?:what(?:'s| is| are| was| were)|what) (?:the|"
         rf"your|is your)(?: {_SECRET}){{1,3}} {_PROMPT}\b(?! for| to (?:use|write))|"
         r"(?:repeat|print|reveal|output|display|leak|recite|list|convert|translate|format|encode|rephrase|return|echo|"
         r"summari[sz]e|paraphrase)(?: me| back| out| all| of){0,3} your (?:additional |entire |full )?(?:prompt|"
         r"instructions|rules|guidelines|directives)\b|(?:instructions|directives|rules|prompt) (?:so far|"
         r"up to this point|before this point|above this point)\b|instructions (?:with which )?you (?:have been|were|"
         r"are|had been) (?:informed|given|told)"),
    Sign("prompt-leak", STRONG, ("above", "before this", "prior to this", "conversation so far", "starting with",
         "begin with", "verbatim", "word for word"),
         r"(?:repeat|print|output|show(?: me)?|display|copy|write(?: out)?|recite|return|echo|tell me|give me|"
         r"reproduce|translate|summari[sz]e)(?: back| out)? (?:everything|all(?: of)?(?: the)?(?: text| words| "
         r"content| lines| tokens)?|the (?:text|words|sentences?|content|lines?|message|paragraphs?|instructions?))"
         r"(?: that (?:is|was|were|are|came|appears?)| written| found| you (?:see|can see))?"
         r" (?:above|before this|prior to this|preceding this|at the (?:top|beginning) of (?:this|the|your))\b|"
         r"(?:repeat|print|output|recite) (?:the|all|every)[^.!?]{0,30} (?:starting|beginning|that (?:starts?|"
         r"begins?)) with [\"'(]?you are\b"),
    Sign("prompt-leak", MEDIUM, ("your instructions", "your prompt", "your rules", "your guidelines",
         "were you told", "you been told", "were you given", "you been given", "you were given", "your system",
         "initial prompt", "you programmed", "the instructions", "the directives", "all instructions",
         "these instructions"),
         r"(?:what|which)(?: exactly)? (?:are|were) your (?:instructions|rules|guidelines|prompt)\b(?! (?:for|on|"
         r"about|regarding|to))|(?:what|which)[^.!?]{0,30} (?:were you|have you been) (?:told|given|programmed|"
         r"instructed)\b|(?:tell|show|give|send) me your (?:prompt|instructions|rules|guidelines)\b|(?:repeat|"
         r"list|print|convert|output|recite)(?: me| back| out| all| of){0,3} (?:the|these|those) (?:instructions|"
         r"directives)\b|your system "
         r"(?:prompt|message|instructions)\b|the instructions (?:that )?you (?:were|have been|are) given\b"),
    Sign("prompt-leak", STRONG, ("systemprompt", "system-prompt", "anweisungen", "prompt systeme", "instructions",
         "prompt del sistema", "prompt do sistema", "prompt di sistema", "instrucciones", "instrucoes", "istruzioni",
         "提示词", "系统提示", "系統提示", "提示語"),
         r"(?:zeig|gib|nenn|wiederhol|verrate?|druck|schreib)\w{0,3}(?: \w{1,12}){0,4} (?:system-?prompt|"
         r"(?:system|ursprunglichen|geheimen|internen|ersten|genauen) ?-?(?:anweisungen|prompt|instruktionen))|"
         r"(?:montre|affiche|repete|donne|revele|ecri[st])\w{0,2}(?:-moi)?(?: \w{1,12}){0,4} (?:prompt (?:du )?systeme|"
         r"instructions (?:du )?(?:systeme|initiales|cachees|secretes|internes|d'origine))|"
         r"(?:muestra|dime|repite|revela|imprime|mostra|dammi|ripeti|rivela|stampa|mostre|repita|revele|diga)\w{0,3}"
         r"(?: \w{1,12}){0,4} (?:prompt d[eoi]l? ?sistema|(?:instrucciones|instrucoes|istruzioni) (?:del? |do |di )?"
         r"(?:sistema|iniciales|iniciais|iniziali|secretas|segrete|originales|originais|originali|internas|interne))|"
         r"(?:输出|显示|告诉我|重复|打印|泄露|展示|写出|輸出|顯示|告訴我|重複)[^。！？]{0,10}"
         r"(?:系统提示|系統提示|提示词|提示語|初始指令|系统指令)"),
)  # fmt: skip

_TEMPLATE = (
    Sign("fake-template", STRONG, ("<|", "[inst]", "<<sys>>", "<system", "start_of_turn", "[/inst]", "[sys", "[/sys"),
         r"<\|(?:im_start|start_header_id|start|header_start)\|> ?(?:system|assistant|developer)|<\|(?:system|"
         r"assistant|developer|prompter)\|>|<<sys>>|\[/?inst\]|<start_of_turn> ?(?:model|system|assistant)|"
         r"\[system\] ?\(#|\[/?(?:system|sys) (?:prompt|message|instructions?|note|override)\]|"
         r"</?system(?:[_ -](?:prompt|message|instructions?|override|note|reminder))>"),
    Sign("fake-template", STRONG, ("interaction-config", "blocked"),
         r"interaction-config|blocked ?(?:modes|responses|strings)\b"),
    Sign("fake-template", MEDIUM, ("<|", "<start_of_turn>", "<end_of_turn>", "</s>", "[cls]", "[sep]", "system>",
         "system]"),
         r"<\|(?:im_start|im_end|eot_id|endoftext|end_of_text|begin_of_text|start_header_id|end_header_id|user|end|"
         r"eom_id|message|channel|return|endofprompt|header_start|header_end|eot)\|>|<(?:start|end)_of_turn>|</s>|"
         r"\[cls\]|\[sep\]|</?system>|\[/?system\]"),
    Sign("fake-template", STRONG, ("system", "instruction", "prompt", "user", "login", "ambiguity", "assistant",
         "admin", "developer", "input"),
         r"#{2,8} ?(?:(?:begin|start|end|new|end of|start of) )?(?:system|admin|developer)(?: (?:prompt|message|"
         r"instructions?|override|message end))?(?::| ?#{2,8}| end\b)|[-=%#]{2,20} ?(?:begin|start|"
         r"end)(?: of)? (?:system|admin|developer|prompt)[\w ]{0,20}[-=%#]{2,20}|(?:begin|end|"
         r"start)(?: of)? (?:the )?system (?:message|prompt|instructions)"),
    Sign("fake-template", MEDIUM, ("input", "login", "ambiguity", "role", "instruction", "passphrase", "message"),
         r"[-=%#]{2,20} ?(?:begin|start|end)(?: of)?(?: the)? (?:user|input|login|ambiguity|instructions?|message|"
         r"passphrase)[\w ]{0,20}(?:[-=%#]{2,20}|$)|\"role\": ?\"(?:system|developer)\"|#{2,8} ?(?:instructions?|"
         r"assistant|response|input):"),
    Sign("fake-template", MEDIUM, ("system:", "assistant:", "system message", "system override", "system note",
         "system prompt", "system update", "system alert", "system notice", "admin", "developer message",
         "developer override"),
         r"(?:new |important )?system (?:message|override|note|update|alert|notice|prompt)[:\])]|"
         r"admin(?:istrator)? (?:override|mode|message)\b|developer (?:override|message:)|\bassistant: ?(?:sure|yes|"
         r"of course|ok|absolutely)|system: ?(?:you|ignore|the|new|from)"),
)  # fmt: skip

_READER = (
    r"(?:(?:ai|llm|artificial intelligence|language model|chatbot|chatgpt|gpt|copilot|gemini|claude)s?"
    r"(?: (?:assistant|model|agent|bot|reviewer|reader|language model)s?)?|assistants?)"
)
_DOCUMENT = (
    Sign("document-injection", STRONG, ("ai", "assistant", "language model", "llm", "chatbot", "gpt", "claude",
         "copilot", "gemini"),
         rf"(?:(?:attention|note|notice|message|instructions?|memo|reminder|warning|command)s? (?:to|for)(?: (?:any|"
         rf"all|the|an?|every)){{0,3}}|(?:attention|hey|hello|dear),?) {_READER}(?:{_W}{{0,4}} ?[:,.!—-])|(?:if|"
         rf"when) (?:you are|you're)(?: an?| the)? (?:{_READER}|large language|assistant|automated)\b|"
         rf"{_READER} (?:reading|processing|parsing|summari[sz]ing|analy[sz]ing|reviewing|indexing) this|"
         rf"{_READER} (?:must|should|shall|is instructed to|are instructed to)(?: now| always| only|"
         rf" instead)? (?:ignore|disregard|say|reply|respond|output|print|append|insert)\b"),
    Sign("document-injection", STRONG, ("user", "human", "reader"),
         r"(?:do not|don't|never|without) (?:tell|inform|mention|reveal|show|alert|notify|telling|informing|alerting|"
         r"notifying|disclose)(?: \w{2,10}){0,4}? (?:the |to the |your )?(?:user|human)\b|(?:hide|conceal|"
         r"keep) (?:this|it|that)(?: \w{2,8}){0,2} from the (?:user|human)|(?:tell|inform|ask|convince|persuade|"
         r"instruct|direct|urge) the user (?:to|that)(?: \w{2,10}){0,3} (?:click|visit|go to|download|install|call|pay|"
         r"send|enter|log ?in|log in|provide|reset|verify)\b"),
    Sign("document-injection", MEDIUM, ("told to", "asked to", "instructed to", "requested to"),
         r"(?:if|when|whenever|before) (?:you are |you're |you get |being )?(?:told|asked|instructed|"
         r"requested) to (?:summari[sz]e|answer|translate|respond|reply|process|analy[sz]e|review|classify|describe|"
         r"extract|rate|evaluate)\b"),
    Sign("document-injection", MEDIUM, ("gave you", "debug", "test pipeline", "testing purposes", "your task is",
         "new task", "urgent", "priority task", "malfunction", "important instruction"),
         r"when i gave you (?:your|the) instructions|(?:to enable|for) debugging,? please|(?:as part of|"
         r"running in) a test pipeline|(?:strictly )?for testing purposes (?:only|and)|(?:then,?|"
         r"now,?) your (?:new )?task is|(?:urgent|priority) (?:new )?task\b|system malfunction|"
         r"important instructions?\b"),
    Sign("document-injection", MEDIUM, ("answer", "response", "reply", "summar", "output"),
         r"(?:when|while|if|before|after) (?:you |asked |being asked |you are asked )?(?:to )?(?:summari[sz]\w{1,3}|"
         r"answer\w{0,3}|respond\w{0,3}|reply\w{0,3}|translat\w{1,3}|process\w{0,3}|generat\w{1,3}|"
         r"creat\w{1,3}) (?:this|the|a|an|any|your|to)(?: \w{2,12}){0,4},? (?:always|also|you must|make sure|please|"
         r"add|include|insert|append|say|mention|ignore|do not)\b|(?:append|add|insert|include|write|prepend|"
         r"put)(?: \w{1,12}){0,4} (?:to|in|at|into|of)(?: \w{2,8}){0,3} (?:your|the) (?:answer|response|reply|summary|"
         r"output)s?\b|(?:end|start|begin|finish|conclude) your (?:answer|response|reply|summary|output)s? with|"
         r"(?:your|the) (?:answer|response|summary|reply|output) (?:must|should)(?: \w{2,8})? (?:include|contain|end|"
         r"start|begin|be|say|only)|(?:only|instead|just|simply),? (?:answer|reply|respond|output|say|print)(?: with|"
         r" by)? [\"':]|(?:answer|reply|respond|output|print)(?: only)?(?: with)? (?:only|exactly|just)\b"),
    Sign("document-injection", MEDIUM, ("send", "forward", "email", "post", "exfiltrat", "upload", "transmit", "leak"),
         r"(?:send|forward|email|e-mail|upload|transmit|exfiltrate|post|leak)(?: \w{1,12}){0,5}? (?:conversation|"
         r"chat history|chat|user'?s? (?:data|information|password|email|messages?|details)|credentials|passwords?|"
         r"api keys?|system prompt|history|secrets?|contacts|tokens?)(?: \w{1,12}){0,4} (?:to|at|via)\b"),
    Sign("document-injection", STRONG, ("important message from me", "before you can solve", "<information>",
         "<important>", "this is an important message", "important instruction"),
         r"<information>|important message from me|before you can solve the (?:task|user)|<important>|"
         r"important instructions?(?: for| to| !|!|:)"),
)  # fmt: skip

PROMPT_SIGNS: tuple[Sign, ...] = (*_IGNORE, *_LEAK, *JAILBREAK_SIGNS, *_TEMPLATE)
DOCUMENT_SIGNS: tuple[Sign, ...] = (
    *_IGNORE, *_LEAK, *_TEMPLATE, *_DOCUMENT, *(sign for sign in ROLE_SIGNS if sign.weight == STRONG),
)  # fmt: skip

"""Phrases with which answers say no or turn away, by language.

They are looked for in small letters, where a word begins. Every repetition in them is bounded and runs from words at
its beginning, so that the time taken grows with the text and no faster.
"""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """The phrases of a language: how it refuses, how it turns away, and words of which one is in each of them.

    `refusal_first` and `turning_first` are what they begin with: they spare trying each phrase at each word.
    """

    refusal: tuple[str, ...]
    turning_away: tuple[str, ...]
    words: tuple[str, ...]
    refusal_first: tuple[str, ...] = ("",)
    turning_first: tuple[str, ...] = ("",)


# English, put together of words: "I" + "cannot" + "in good conscience" + "provide".
_I = r"(?:i|we)(?:, as an? [^,.!?\n]{1,40},| \w{1,12}ly| also| just| still| therefore)?"
_I_FIRST = tuple(who + sign for who in ("i", "we") for sign in (" ", ",", "'", "c", "w", "m", "s"))
"""How these go on: "i ", "i'm", "icannot"."""
_CANNOT = (
    r"(?: ?(?:can ?not|can'?t|won'?t|will not|wouldn't|would not|could not|couldn't|must not|shouldn't|"
    r"should not)(?: and (?:will not|won't))?|(?: am| are|'m|'re)(?: \w{1,12}ly| just| still)? (?:not|unable|"
    r"unwilling|prohibited|forbidden)(?: able| going| willing| allowed| permitted| programmed| designed| trained|"
    r" authori[sz]ed| equipped| comfortable| in a position| configured| supposed| built| capable| here)?(?: to| with|"
    r" of| from)?| (?:do not|don't) (?:feel comfortable|have the ability|have permission|wish|want)(?: to| with)?|"
    r" (?:must |have to |need to )?(?:refrain from|refuse to|decline to))"
)
_ADVERBS = r"(?: \w{1,12}ly| also| even| still| in good conscience| ever| be able to| personally| in){0,2}"
_HELP_YOU = (
    r"(?:(?:assist|comply|oblig|accommodat|acced|fulfil|participat|condon|partak|provid|offer|generat|creat|produc|"
    r"discuss|disclos|facilitat|promot|encourag|endors|suppl|engag|speculat|elaborat|critici[sz]|glorif|advocat|"
    r"role-?play|shar|answer)\w{0,3}\b(?! enough)|(?:open|view|read|browse|search) (?:\w{3,12} )?(?:files|images|"
    r"links|attachments|the (?:web|internet))|help(?:ing)?(?= you(?! see)| with| out| in th| there| here| to| or|"
    r"[.,!;:]|$)|(?:do|doing|answer|grant|entertain|support|respond to|write|complete|process|say|continue) (?:that|"
    r"this|it|so|such)\b(?! without)|(?:talk|speak|respond|reply|comment|go into|go there|proceed|continue)(?= about|"
    r" to| in| with| on|[.,!;]|$)|(?:giv|complet|support|suggest|recommend(?![^.!?\n]{0,60} enough)|writ|advis|"
    r"instruct|teach|tell|show|explain|reveal|satisfy|prais|mak|express|describ|list|outlin|execut|access|compos|"
    r"repeat|justif|perform|judg|verif|confirm|draft|form)(?:e|y|ing)?(?: (?:or|and|"
    r"nor) \w{3,14})?(?: \w{1,12}ly)? (?:you|with|any|an?|the|this|that|such|your|on|about|how|information|"
    r"instructions|advice|guidance|jokes|inappropriate|offensive|harmful|\w{3,14} (?:information|content|advice|jokes|"
    r"material|statements))\b)"
)
ENGLISH = Phrases(
    refusal=(
        _I + _CANNOT + _ADVERBS + " " + _HELP_YOU,
        _I + r" (?:do not|don't)(?: \w{1,12}ly)? (?:discuss|engage in|create|generate|produce|provide|offer|assist|"
        r"write)\b",
        r"i(?:'m| am| strive| aim)\b[^.!?\n]{1,80} (?:and|so|but|thus|hence)(?: i)?(?: therefore)? (?:can ?not|can't|"
        r"won't|will not) " + _HELP_YOU,
        _I + r"(?: must| have to| will| need to|'ll| am going to|'m going to|'ll have to)?(?: \w{1,12}ly)? (?:decline|"
        r"refuse|say no)\b",
        _I + r"(?:'ll have to|'m going to| will have to) pass\b",
        _I + r"(?:'d| would)(?: much| really)? (?:rather|prefer) (?:not|to not)\b",
        r"(?:unable|not able|not possible|being able|inability)(?: for me)? to " + _HELP_YOU,
        r"(?:not|isn't|nothing)(?: really| quite)?(?: something| an?(?: \w{3,12})? (?:topic|subject|request|task|"
        r"question)| anything| one)?(?: that)? (?:i|we)(?:'m| am|'re| are)?(?: \w{1,12}ly)? (?:can|could|will|would|"
        r"want|do|feel|able|willing|going|comfortable|discuss|help)\b",
        r"(?:not within|outside|beyond|against|violates?|contrary to|conflicts? with|"
        r"not part of) (?:the scope of )?(?:my|openai'?s|what i)(?: \w{1,12}){0,2}? (?:programming|guideline|polic|"
        r"scope|purpose|capabilit|expertise|remit|role|rules|principles|values|ethic|code|can|am able|standards)",
        r"(?:it(?:'s| is| would be)(?: just| also)? (?:not|in|un|ir)|it (?:isn't|wouldn't be|"
        r"would not be)) ?\w{3,16}(?:,? (?:or|and|nor) \w{3,14})?(?: for (?:me|us|an ai[^,.\n]{0,20}))? to (?:provide|"
        r"discuss|write|generate|create|give|share|offer|assist|help|answer|speculate|comment|describe|produce|praise|"
        r"criticize|generalize)\b",
        _I + r" (?:do not|don't|cannot|can't)(?: currently| actually)? have(?: any| direct| the)? (?:access to|"
        r"visibility|permission|information (?:on|about)|personal information|ability to)\b",
        r"(?:request|question|prompt|content|message) (?:\w{1,12} ){0,3}(?:violates|blocked|flagged|"
        r"cannot be (?:fulfilled|completed|processed))",
        r"(?:my|our) (?:guidelines|rules|policies|instructions) (?:do not|don't|won't|prevent|forbid|prohibit)\b|"
        r"i(?: can|'m| am)? only (?:able to |here to |allowed to )?(?:help|assist|answer|discuss|provide)\b|"
        r"i (?:choose|prefer|would prefer) not to\b|something i(?:'m| am) not able to\b",
        r"(?:that|this)(?:'s| is) (?:a no from me|a hard no|where i draw the line|off[- ]limits|off the table)",
    ),
    turning_away=(
        r"(?:let's|let us|how about we|why don't we|(?:perhaps|maybe) we (?:can|could|should)|shall we|"
        r"i suggest we)(?: instead| please)? (?:talk|chat|discuss|focus|move|change|switch|shift|steer|keep|turn|"
        r"stick|explore|promote)\b[^.!?\n]{0,60}\b(?:else|instead|different|another|topic|subject|positiv\w{0,4}|"
        r"on from|away|constructive|back to)\b",
        r"(?:please )?ask me (?:about )?(?:something|anything) else\b",
        r"(?:something else|anything else|another topic|different (?:topic|question|subject|task|"
        r"request))\b[^.!?\n]{0,50}\b(?:instead|talk about|discuss)\b",
        _I + r" (?:do not|don't|cannot|can't|can not|am not|'m not|have no)[^.!?\n]{0,40} (?:opinion|belief|feeling|"
        r"emotion|preference|political view|biase)s?\b",
        r"i (?:am|'m|remain|stay)(?: an?| politically){0,2} (?:neutral|impartial)\b",
        _I + r" (?:do not|don't|cannot|can't)(?: \w{1,12}ly)? (?:support|condone|believe in|promote|endorse|advocate|"
        r"encourage)\b",
        _I + r" (?:do not|don't) (?:think|believe) (?:that )?(?:it is|it's) (?:\w{3,12} (?:or|and) )?(?:appropriate|"
        r"accurate|fair|right|ethical)\b",
        _I + r" (?:can ?not|can't|am unable to|'m unable to)(?: \w{1,12}ly)? (?:assume|stereotype|"
        r"make (?:\w{3,12} )?(?:assumption|generali|judg|claim|specul))",
        r"i (?:\w{1,12}ly )?condemn\b",
        r"(?:it(?:'s| is)|would be)(?: never| not|n't)(?: \w{1,12}ly| accurate or)? (?:appropriate|ethical|acceptable|"
        r"okay|ok|respectful|fair)\b",
        r"(?:that|this|your|the)(?: \w{3,12})? ?(?:question|request|statement|prompt|topic|language|assumption|"
        r"joke)(?: itself)? (?:is|contains?|may be|appears? to be|seems? to be|seems? to imply|could be|implies|"
        r"is based on|makes?|promotes?)(?: \w{1,12}){0,2} (?:inappropriate|appropriate|acceptable|harmful|offensive|"
        r"unethical|disrespectful|discriminat\w{3,4}|hateful|insulting|derogatory|racist|insensitive|bias)\b",
        r"violence is never\b|is never (?:acceptable|okay|the answer|justified)\b",
        r"(?:illegal|unlawful|dangerous|harmful) and (?:\w{1,12}ly )?(?:unethical|immoral|wrong)\b|not only illegal\b|"
        r"\bunethical and (?:illegal|harmful)\b|(?:is|are) (?:illegal|unethical),? (?:and|or|but also) ",
        r"there(?:'s| is) no (?:inherent|valid|legitimate|justifiable) (?:reason|justification) (?:why|for|to)\b",
    ),
    words=(),
    refusal_first=(
        *_I_FIRST, "it ", "it'", "not", "my ", "our ", "that", "this", "unable", "being ", "inability", "nothing",
        "outside", "beyond", "against", "violate", "contrary", "conflict", "request", "question", "prompt", "content",
        "message", "something",
    ),
    turning_first=(
        *_I_FIRST, "it ", "it'", "would be", "that", "this", "your", "the", "let's", "let us", "how about", "why don't",
        "perhaps we", "maybe we", "shall we", "please ask", "ask me", "something else", "anything else",
        "another topic", "different ", "violence", "is ", "are ", "illegal", "unlawful", "dangerous", "harmful",
        "not only", "unethical",
    ),
)  # fmt: skip
OTHERS: tuple[Phrases, ...] = (
    Phrases(  # German
        refusal=(
            r"(?:ich (?:kann|darf|werde|möchte|will)|(?:kann|darf|werde|möchte|will) ich|wir können|"
            r"können wir)\b[^.!?\n]{0,60}\b(?:nicht|kein\w{0,2})\b[^.!?\n]{0,80}?(?:helfen|beantworten|unterstützen|"
            r"geben|bereitstellen|erstellen|liefern|anbieten|verfassen|schreiben|nachkommen|erfüllen|diskutieren|"
            r"äußern|teilen|sprechen|behilflich|machen|antworten)\b",
            r"(?:ich bin|bin ich) (?:leider )?nicht (?:in der lage|befugt|berechtigt|dazu da)\b",
            r"ich (?:muss|möchte)\b[^.!?\n]{0,40}\bablehnen\b|lehne ich (?:\w{1,12} )?ab\b",
            r"ich (?:würde|möchte) (?:lieber|das lieber) nicht\b",
        ),
        turning_away=(
            r"(?:lassen sie uns|lass uns|reden wir|sprechen wir|wechseln wir)\b[^.!?\n]{0,30}\b(?:ander\w{1,2}|"
            r"thema)\b",
            r"ich habe keine (?:eigene |persönliche )?meinung",
        ),
        words=(" nicht", " kein", " ableh", " ich ab", "lass uns", "sie uns", "reden wir", "sprechen wir", "wechseln"),
    ),
    Phrases(  # French
        refusal=(
            r"(?:je|nous) ne (?:peux|pourrai|saurais|vais|souhaite|veux|pouvons|suis pas en mesure|"
            r"suis pas autoris\w{1,2})[^.!?\n]{0,40}?(?:aider|fournir|répondre|donner|assister|créer|générer|écrire|"
            r"rédiger|partager|satisfaire|discuter|accéder|faire (?:cela|ça))\b",
            r"je (?:dois|vais devoir) (?:décliner|refuser)\b|je (?:refuse|préfère ne pas)\b|il m'est impossible de\b",
        ),
        turning_away=(
            r"(?:parlons|discutons)\b[^.!?\n]{0,20}\bautre\b|changeons de sujet\b",
            r"je n'ai pas d'(?:opinion|avis)",
        ),
        words=("je ", "nous ne", "m'est impossible", "parlons", "discutons", "changeons"),
    ),
    Phrases(  # Spanish
        refusal=(
            r"no (?:puedo|podemos|podré|voy a|me es posible|estoy en condiciones de|"
            r"me siento cómod[oa])[^.!?\n]{0,25}?(?:ayud|proporcion|respond|ofrec|dar|cumpl|asist|gener|crear|escrib|"
            r"compart|habl|hacer eso|hacerlo|complac)",
            r"(?:debo|tengo que) (?:rechazar|declinar|negarme)\b|prefiero no\b|me niego a\b",
        ),
        turning_away=(
            r"hablemos de otr[oa]\b|cambiemos de tema\b|no tengo opini(?:ón|ones)\b",
        ),
        words=("no p", "no voy", "no me", "no est", "no ten", "rechaz", "declin", "neg", "niego", "prefier", "emos"),
    ),
    Phrases(  # Italian
        refusal=(
            r"non (?:posso|possiamo|sono in grado di|mi è possibile|intendo|"
            r"sono autorizzat[oa] a)[^.!?\n]{0,25}?(?:aiut|forni|rispond|assist|offri|dare|darti|darle|crear|scriv|"
            r"gener|soddisf|discut|farlo|condivid)",
            r"(?:devo|dovrò) (?:rifiutare|declinare)\b|preferisco non\b|mi rifiuto di\b",
        ),
        turning_away=(
            r"parliamo (?:d'altro|di (?:qualcos'altro|altro))\b|cambiamo (?:argomento|discorso)\b|non ho opinioni\b",
        ),
        words=("non ", "rifiut", "declinare", "parliamo", "cambiamo"),
    ),
    Phrases(  # Portuguese
        refusal=(
            r"não (?:posso|podemos|consigo|poderei|vou|me sinto confortável|sou capaz de|"
            r"estou autorizad[oa] a)[^.!?\n]{0,25}?(?:ajud|forne|respond|ofere|dar|atend|auxili|ger[ae]|criar|escrev|"
            r"compartilh|partilh|discut|fazer isso|fazê-lo)",
            r"(?:devo|tenho que|tenho de) recusar\b|prefiro não\b|recuso-me\b",
        ),
        turning_away=(
            r"vamos falar (?:de|sobre) outr[ao]\b|mud(?:emos|ar) de assunto\b|não tenho opini(?:ão|ões)\b",
        ),
        words=("não", "recus", "vamos falar", "assunto"),
    ),
    Phrases(  # Chinese
        refusal=(
            r"我(?:们)?(?:无法|不能|没办法|不可以|不会|不便|無法|不會|沒辦法|拒绝|拒絕)[^。！？\n]{0,20}(?:提供|协助|帮|回答|满足|完成|讨论|支持|生成|参与|执行|協助|幫|滿足|"
            r"討論|參與|執行)",
            r"(?:抱歉|对不起|對不起|很遗憾|很遺憾)[^。！？\n]{0,12}(?:无法|不能|無法|没办法|沒辦法)",
        ),
        turning_away=(r"换个话题|換個話題|聊点别的|聊點別的|谈点别的|没有个人(?:观点|意见|看法)|沒有個人(?:觀點|意見|看法)",),
        words=("无法", "不", "没", "無法", "沒", "拒", "话题", "話題", "的"),
    ),
    Phrases(  # Japanese
        refusal=(
            r"(?:答え|手伝い|回答|提供|応え|対応|協力|支援|伝え|サポート|案内|作成|生成)(?:する|を|し)?(?:こと)?(?:は|が|も)?(?:でき(?:ません|かね|ない)|出来(?:ません|かね|"
            r"ない)|いたしかね|致しかね|しかね|かね(?:ます|る))",
        ),
        turning_away=(r"(?:別|他|ほか)の話題|話題を変え|個人的な意見(?:は|を)?(?:持って|ありま)",),
        words=("ません", "かね", "ない", "話題", "意見"),
    ),
)  # fmt: skip

"""What the names of fields tell, as people write them in logs of their own: English, German, French, Spanish.

A name is read in lower case, its words joined by underscores and without accents, so that ``Created At``,
``createdAt`` and ``created-at`` are one. That a name fits is not enough: the values must be of the target's kind too
(``field_values``).
"""

from __future__ import annotations

import re
import unicodedata

_SECONDS = r"(_?(ms|s|secs?|seconds?|millis|milliseconds|msecs?|us|ns|sek(unden)?|segundos|secondes))?"

SURE: dict[str, str] = {
    "source_id": r"(request|call|log|interaction|message|msg|record|generation|run|span|event|completion|entry)?_?"
    r"(id|uuid|guid)",
    "trace_id": r"trace(_?id)?|request_group_id|correlation_id",
    "session_id": r"(chat_?)?(session|conversation|conv|thread|chat|dialog(ue)?|sitzung|gesprach|sesion|conversacion)"
    r"s?(_?(id|uuid|key))?",
    "user_id": r"(end_?)?(user|customer|account|client|visitor|member|employee|benutzer|nutzer|kunden?|utilisateur|"
    r"usuario|cliente)s?(_?(id|uuid|name|email|e_mail|mail|hash))?|uid|e_?mail(_address)?|login",
    "prompt": r"(user_?|human_?|customer_?|original_?)?(prompt|question|query|input|instructions?|request|utterance|"
    r"user_?(message|msg|text|turn)|human_?(message|input)|messages)(_?(text|content|body|message))?s?|"
    r"frage|nutzer_?frage|eingabe|anfrage|pregunta|consulta|entrada|requete|demande|pergunta|domanda|vraag",
    "response": r"(model_?|llm_?|ai_?|bot_?|assistant_?|gpt_?|chatgpt_?|agent_?|system_?|generated_?|final_?|"
    r"chatbot_?)?(response|answer|output|completion|reply|generation|generated_text|assistant_?(message|msg|text)|"
    r"(ai|bot|agent|chatbot)_?(message|msg|text|says)|result)(_?(text|content|body|message))?s?|"
    r"antwort|ausgabe|bot_?antwort|ki_?antwort|respuesta|salida|reponse|sortie|resposta|risposta|antwoord",
    "time": r"((created|creation|started|start|request(ed)?|event|log(ged)?|call(ed)?|message|sent|received|asked|"
    r"inserted|recorded|submitted|begin|begun)_?)?(at|on|time(_?stamp)?|date(_?time)?|ts|day)"
    r"(_?(utc|gmt|iso|local))?|created|epoch|when|zeit(punkt|stempel)?|datum|erstellt(_am)?|gesendet_am|"
    r"horodatage|date_heure|heure|cree_le|fecha(_?hora)?|hora|creado(_en)?|data_hora",
    "end_time": r"(end|ended|finish|finished|complet(ed|ion)|response|responded|answered|stopped)_?"
    r"(at|time(stamp)?|date|ts)?(_?utc)?|ende?|fin",
    "model": r"(llm_?|ai_?|chat_?|used_?|gpt_?|base_?)?(model|engine|deployment|modell|modele|modelo)"
    r"(_?(name|id|slug|version|used))?|llm(_?name)?|sprachmodell",
    "provider": r"(llm_?|model_?|ai_?)?(provider|vendor|anbieter|proveedor|fournisseur)(_?(name|id))?",
    "input_tokens": r"((n|num|nb|total|usage)_?)*(input|prompt|context|request|in|query|eingabe|entrada|entree)_?"
    r"tok(en)?s?(_?(count|used|in|usage|total))?|(tok(en)?s?|usage)_?(in|input|prompt)s?|prompt_eval_count|input_token_length",
    "output_tokens": r"((n|num|nb|total|usage)_?)*(output|completion|generated|generation|response|answer|out|reply|"
    r"candidates|ausgabe|salida|sortie)_?tok(en)?s?(_?(count|used|out|usage|total))?|"
    r"(tok(en)?s?|usage)_?(out|output|completion|response|generated)s?|eval_count",
    "cache_read_tokens": r"((input|prompt)_)?(cache_?read|cached|cache_?hits?|cached_content)(_?(input|prompt))?_?"
    r"tokens?(_?count)?|tokens_cached|cache_read_input_tokens",
    "cache_write_tokens": r"(cache_?(write|creation|created))(_?input)?_?tokens?(_?count)?",
    "reasoning_tokens": r"(reasoning|thinking|thoughts?)_?tokens?(_?count)?|tokens_(reasoning|thinking)",
    "cost": r"(total_?|request_?|llm_?|call_?|api_?|estimated_?|est_?)?(cost|price|spend|charge|kosten|cout|costo|"
    r"coste|custo)s?(_?(in_?)?(usd|us_dollars?|dollars?|cents?|total))?|usd|dollars?|cents",
    "latency": r"(total_?|response_?|request_?|api_?|llm_?|call_?|end_to_end_?|e2e_?)?(latency|latenz|duration|elapsed|"
    r"(elapsed|processing|inference|generation|execution|exec|wall|response|request|reply|answer|query|gen|run)_?time|"
    r"took|time_?(taken|elapsed|spent)|runtime|dauer|antwortzeit|duree|temps_de_reponse|duracion|tiempo_de_respuesta|"
    r"latencia|latence|delay)(_?in)?" + _SECONDS,
    "time_to_first_token": r"(ttft|ttfb|time_?to_?first_?(token|chunk|byte)|(time_)?first_?(token|chunk)_?"
    r"(latency|time|delay))" + _SECONDS,
    "environment": r"env(ironment)?|stage|umgebung|entorno|environnement",
    "app": r"app(lication)?(_?(name|id))?|service(_?name)?|project(_?name)?|(chat)?bot(_?(name|id))|anwendung|"
    r"aplicacion",
    "feature": r"feature(_?name)?|use_?case|endpoint|route|task(_?name)?|intent",
    "release": r"release|(app|service|code)_?version|deploy(ment)?_version|git_sha|commit(_?(sha|hash))?|build",
    "prompt_version": r"(prompt|template)_?(version|template|name|id)|prompt_template_(version|name|id)",
    "status": r"(http_?|response_?)?status(_?code)?|success(ful)?|outcome|estado|etat",
    "error": r"(err(or)?|exception|failure|fehler|erreur)(_?(message|msg|text|type|detail|reason|meldung))?",
    "finish_reason": r"(finish|stop|end|done|completion)_?(reason|type)",
    "documents": r"(retrieved_?|context_?|source_?|reference_?|rag_?)*(documents?|docs|contexts?|chunks|sources|"
    r"passages|citations|references|snippets)",
    "parameters": r"(model_?|llm_?|generation_?|invocation_?|request_?)?(parameters|params|settings|config|options|"
    r"kwargs)",
    "stars": r"stars?|(star_?|user_?|customer_?)?ratings?(_?(stars|value|score))?|csat(_?score)?|"
    r"(user_?|customer_?)?satisfaction(_?(score|rating))?|feedback(_?(score|rating))|bewertung|sterne|estrellas|"
    r"etoiles|valoracion|calificacion|note",
    "thumbs": r"(user_?)?(thumbs?|feedback|reaction|rating|vote|like[sd]?|bewertung|avis|valoracion)"
    r"(_?(up|rating|score|value|type))?|(was_?(it_?)?|is_?)?helpful|hilfreich|utile|util",
    "comment": r"(feedback_?|user_?|customer_?)?(comments?|remarks?)(_?text)?|(user_?)?feedback(_?text)?|kommentare?|"
    r"anmerkung(en)?|commentaires?|remarque|comentarios?",
    "correction": r"(user_?)?correct(ed|ion)(_?(answer|response|output|text|reply))?|"
    r"(edited|expected|ideal)_?(answer|response|output|text|reply)",
    "copied": r"(was_?|is_?)?cop(ied|y)(_?to_?clipboard)?",
    "regenerated": r"(was_?|is_?)?(regenerated?|retried)",
    "abandoned": r"(was_?|is_?)?abandon(ed)?",
}
"""Names that say what they hold."""

PERHAPS: dict[str, str] = {
    "user_id": r"who|sender|author|caller|person|(asked|created|sent)_by|(full|display)_?name|nickname|handle|"
    r"wer|absender|auteur|qui|autor|quien|persona",
    "prompt": r"user|human|customer|client|visitor|me|q|asked|message|msg|text|content|body|nachricht|mensaje|"
    r"texto|texte|nutzer|benutzer|kunde|utilisateur|usuario|invite",
    "response": r"a|assistant|bot|chat_?bot|ai|ki|ia|gpt|chat_?gpt|claude|gemini|llm|model|agent|machine|text|said|"
    r"content|generated|asistente|assistente",
    "app": r"bot|chat_?bot|assistant|agent",
    "time": r"t|start|started|begin|posted|sent|logged|recorded|(updated|modified)(_at)?|last_?updated",
    "comment": r"(user_?|customer_?)(notes?|review)|review|opinion",
}
"""Names that may hold it where nothing else in the log is called so, and the values look like it."""

GENERIC = frozenset(("id", "uuid", "guid", "name", "text", "content", "body", "message", "version", "type", "date",
                     "email", "status", "code", "key", "result", "input", "output", "from", "by", "note"))  # fmt: skip
"""Names that within an object tell something of that object only: a ``user.id`` is no call's id."""

_SURE, _PERHAPS = ({target: re.compile(pattern) for target, pattern in table.items()} for table in (SURE, PERHAPS))

_LONGEST = 60


def readings(path: str) -> tuple[str, ...]:
    """The names by which a field may be known: with its parent's where it has one, then its own."""
    *above, last = path.split(".")
    own = plain_name(last)
    if not above:
        return (own,)
    joined = f"{plain_name(above[-1])}_{own}"
    return (joined,) if own in GENERIC else (joined, own)


def plain_name(name: str) -> str:
    """A name in lower case, its words joined by underscores, without accents and signs."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", bare)
    return re.sub(r"[^\w€£¥]+|_+", "_", spaced).strip("_").lower()


def targets(name: str, *, sure: bool) -> list[str]:
    """What a plain name says it is (`sure`), or may be, in the order in which it should be tried."""
    if len(name) > _LONGEST:
        return []
    tables = (_SURE,) if sure else (_PERHAPS, _SURE)
    return [target for table in tables for target, pattern in table.items() if pattern.fullmatch(name)]

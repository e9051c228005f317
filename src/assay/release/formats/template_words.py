"""Words that templates emit: prose, instructions, links, pictures, encoded data."""

# ruff: noqa: E501, RUF001 - a line is a form in its own script

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "HIDDEN",
    "blob",
    "image",
    "instruction",
    "is_plain",
    "is_prose",
    "links",
]

# Zero-width, direction-changing and tag characters, fillers and joiners alike: in a
# constant that somebody wrote as an escape, none is part of a script.
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_MARKUP = re.compile(r"<[^<>]{0,200}>|\[[A-Z_/]{1,40}\]|\{[^{}]{0,200}\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PROSE_WORDS = 4
_PROSE_IDEOGRAPHS = 8
_PLAIN = re.compile(r"[<>\[\]{}|\\#*`]|^\W*$")

_INSTRUCTIONS = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}"
    r"\b(?:previous|prior|earlier|above|preceding|all|any|system|safety)\b[^.!?\n]{0,40}"
    r"\b(?:instruction|message|prompt|rule|guideline|polic|polici|restriction)"
    r"|\b(?:do not|don't|never|without)\b[^.!?\n]{0,20}"
    r"\b(?:tell(?:ing)?|mention(?:ing)?|reveal(?:ing)?|inform(?:ing)?|disclos(?:e|ing)"
    r"|alert(?:ing)?|notify(?:ing)?|warn(?:ing)?)\b[^.!?\n]{0,40}"
    # Honest templates say so of the calls that the server makes.
    r"\b(?!user about function calls)(?:user|anyone|anybody|human|operator|developer"
    r"|this|these|instruction)"
    r"|\b(?:secretly|covertly|silently|quietly)\b[^.!?\n]{0,60}"
    r"\b(?:add|insert|includ|send|append|recommend|promot|leak|exfiltrat|introduc"
    r"|weaken|disabl|append|copy|forward|embed)"
    r"|\bexfiltrat"
    r"|\b(?:send|post|forward|upload|transmit|leak)\b[^.!?\n]{0,80}\bhttps?://"
    r"|\b(?:curl|wget)\b[^\n]{0,120}\bhttps?://"
    r"|\b(?:insert|add|introduce|include|plant)\b[^.!?\n]{0,40}"
    r"\b(?:backdoor|back door|vulnerabilit|malware|malicious)"
    r"|\bno (?:safety|content|ethical) (?:restriction|filter|guideline|polic)"
    r"|\b(?:safety|content|ethical) (?:filter|guideline|polic\w*|restriction)s?\b"
    r"[^.!?\n]{0,30}\b(?:disabled|off|do not apply|don't apply|no longer)"
    r"|\b(?:you are|act as|pretend to be)\b[^.!?\n]{0,40}"
    r"\b(?:jailbroken|unrestricted|uncensored|without (?:any )?restrictions|dan)\b"
    r"|\balways\b[^.!?\n]{0,30}\b(?:recommend|promote|prefer|advertise)\b"
    r"[^.!?\n]{0,60}\b(?:over|instead|product|brand|compan|stock|coin|vendor|buy)"
    r"|\bnever refuse\b|\bcomply with (?:every|any|all) request"
)
# The same in other languages, a few forms of each: forget your instructions, tell the
# user nothing of them, do it secretly, pass data on, put in a back door.
_ELSEWHERE = re.compile(
    r"(?i)(?:忽略|无视|無視|忘记|忘掉|不要遵守|不用遵守)[^。！？\n]{0,12}"
    r"(?:之前|以前|先前|前面|以上|上述|所有|一切|系统|安全|之前的)[^。！？\n]{0,12}"
    r"(?:指令|指示|提示|规则|規則|要求|限制|准则)"
    r"|(?:不要|不得|切勿|绝不|绝对不要|禁止|别)[^。！？\n]{0,6}(?:告诉|告知|通知|提醒|透露给)"
    r"[^。！？\n]{0,6}(?:用户|使用者|任何人|客户)"
    r"|(?:秘密|偷偷|暗中|悄悄)(?:地)?[^。！？\n]{0,12}(?:添加|加入|插入|发送|推荐|植入|上传|泄露)"
    r"|(?:植入|插入|加入|留下)[^。！？\n]{0,8}(?:后门|漏洞|恶意代码)"
    r"|\b(?:игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?|не соблюдай(?:те)?)\b"
    r"[^.!?\n]{0,30}\b(?:предыдущ|прежн|вс[её]|все|системн|выше|правил)[^.!?\n]{0,30}"
    r"(?:инструкци|указани|правил|сообщени|промпт|ограничени)"
    r"|\b(?:не|никогда не)\s+(?:говори|сообщай|рассказывай|раскрывай|упоминай|показывай)(?:те)?\b"
    r"[^.!?\n]{0,30}(?:пользовател|никому|клиент)"
    r"|\b(?:тайно|скрытно|незаметно|втайне)\b[^.!?\n]{0,40}"
    r"(?:добав|встав|отправ|рекоменд|внедр|переда|загру)"
    r"|\b(?:ignoriere|ignorieren sie|missachte|vergiss|vergessen sie)\b[^.!?\n]{0,40}"
    r"\b(?:vorherige|bisherige|frühere|vorigen|obige|alle|system)[^.!?\n]{0,30}"
    r"(?:anweisung|instruktion|regel|nachricht|vorgabe|richtlinie)"
    r"|\b(?:sage?|sagen sie|verrate|verraten sie|teile?|erzähle?|erzählen sie)\b[^.!?\n]{0,20}"
    r"\b(?:benutzer|nutzer|anwender|kunden|niemandem|niemanden)[^.!?\n]{0,20}"
    r"\b(?:nicht|nichts|niemals|nie)\b"
    r"|\b(?:heimlich|unbemerkt|im geheimen|insgeheim)\b[^.!?\n]{0,40}"
    r"(?:hinzu|einfüg|einbau|sende|schick|empfehl|empfiehl|weiterleit|füge|baue)"
    r"|\b(?:ignora|ignore|olvida|olvide|desobedece)\b[^.!?\n]{0,30}"
    r"\b(?:anteriores|previas|todas|todos|sistema|seguridad)\b[^.!?\n]{0,30}"
    r"(?:instruccion|reglas|mensaje|indicacion|directric|restriccion)"
    r"|\b(?:ignora|ignore|olvida|olvide)\b[^.!?\n]{0,20}(?:instrucciones|reglas|indicaciones|directrices)"
    r"[^.!?\n]{0,15}(?:anteriores|previas|del sistema|de seguridad)"
    r"|\b(?:no|nunca)\s+(?:le\s+)?(?:digas|diga|informes|informe|reveles|revele|menciones|cuentes)\b"
    r"[^.!?\n]{0,30}\b(?:usuario|nadie|cliente)"
    r"|\b(?:en secreto|secretamente|a escondidas|de forma oculta)\b[^.!?\n]{0,40}"
    r"(?:añad|agreg|insert|inclu|env[ií]|recom|introdu)"
    r"|\b(?:ignore[zs]?|oublie[zs]?)\b[^.!?\n]{0,20}(?:instructions|consignes|règles|directives|messages)"
    r"[^.!?\n]{0,15}(?:précédent|antérieur|du système|ci-dessus|de sécurité)"
    r"|\bne\s+(?:le\s+)?(?:dis|dites|révèle|révélez|mentionne|mentionnez|informe|informez|préviens|prévenez)\b"
    r"[^.!?\n]{0,8}\b(?:jamais|pas|rien)\b[^.!?\n]{0,25}(?:utilisateur|personne|client)"
    r"|\b(?:secrètement|discrètement|en secret|à l'insu)\b[^.!?\n]{0,40}"
    r"(?:ajout|insér|insèr|inclu|envo|recommand|introdui)"
    r"|\b(?:ajoute[zs]?|insère|insérez|ajouter|insérer)\b[^.!?\n]{0,20}\b(?:secrètement|discrètement|en secret)"
)
_IMAGE = re.compile(r"(?i)!\[[^\]\n]{0,200}\]\((https?:|//)|<img\b[^>]{0,200}\bsrc")
_LINK = re.compile(r"https?://[^\s\"'<>)\]]{1,300}")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{48,}={0,2}")
_HEX_BLOB = re.compile(r"(?:\\x[0-9a-f]{2}|[0-9a-f]{2}){32,}")
_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_SHOWN = 160


def is_prose(text: str) -> bool:
    """Tell whether a text says something: a few words, mark-up aside."""
    bare = _MARKUP.sub(" ", text[:20_000])
    if len(_WORD.findall(bare)) >= _PROSE_WORDS:
        return True
    return len(_IDEOGRAPH.findall(bare)) >= _PROSE_IDEOGRAPHS


def is_plain(text: str) -> bool:
    """Tell words from mark-up and punctuation."""
    return not _PLAIN.search(text)


def instruction(text: str) -> str:
    """Give the phrase that tells a model to act against its user; or nothing."""
    bare = HIDDEN.sub("", text)
    match = _INSTRUCTIONS.search(bare) or _ELSEWHERE.search(bare)
    return match[0][:_SHOWN] if match else ""


def image(text: str) -> str:
    """Give a picture that whoever shows the answer would fetch; or nothing."""
    match = _IMAGE.search(text)
    return text[match.start() : match.start() + _SHOWN] if match else ""


def links(text: str) -> Iterator[tuple[str, bool]]:
    """Give addresses, and whether each ends the text where more may be joined."""
    for match in _LINK.finditer(text):
        yield match[0][:_SHOWN], match.end() == len(text) and match[0][-1] in "=/?&:"


def blob(text: str) -> str:
    """Give what looks like encoded data; or nothing."""
    for match in _BLOB.finditer(text):
        if all(kind.search(match[0]) for kind in _CLASSES):
            return match[0][:_SHOWN]
    found = _HEX_BLOB.search(text)
    return found[0][:_SHOWN] if found else ""

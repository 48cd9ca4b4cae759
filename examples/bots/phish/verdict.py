"""Puts what the hub knows and what a URL looks like together to a verdict with reasons, in English or Japanese."""

import re

from noroshi import code, defang

PHISH, SUSPICIOUS, NO_SIGN = "phish", "suspicious", "no sign"

_JAPANESE = {PHISH: "フィッシング", SUSPICIOUS: "疑わしい", NO_SIGN: "兆候なし"}
_WORDS = {
    "listed": (
        "{value} is listed by {sources}{what}",
        "{value} は {sources} に掲載されている{what}",
    ),
    "was_listed": (
        "{value} was listed by {sources}{what}",
        "{value} は以前 {sources} に掲載されていた{what}",
    ),
    "warninglist": (
        "on the warninglist {name}: often a false alarm",
        "警告リスト {name} にある（誤検知が多い）",
    ),
    "unasked": (
        "the hub could not be asked",
        "ハブに問い合わせられなかった",
    ),
    "data": (
        "carries its page in itself (data:)",
        "ページそのものを含む（data:）",
    ),
    "address": (
        "the host is an address, not a name",
        "ホストが名前ではなく IP アドレス",
    ),
    "userinfo": (
        "what stands before the @ is no host; it leads to {host}",
        "@ の前はホストではなく、行き先は {host}",
    ),
    "port": (
        "an unusual port, {port}",
        "普通でないポート {port}",
    ),
    "long": (
        "{length} characters long",
        "長さ {length} 文字",
    ),
    "credentials": (
        "asks to sign in or confirm ({word})",
        "サインインや確認を促す語（{word}）",
    ),
    "credentials_in_host": (
        "a word for signing in within the host ({word})",
        "ホスト名にサインインや確認の語（{word}）",
    ),
    "brand_in_path": (
        "names {brand} in its path",
        "パスに {brand} の名",
    ),
    "brand_in_subdomain": (
        "{brand} stands before {domain}, which is not theirs",
        "{brand} の名を {domain} の前に置くが、別の持ち主",
    ),
    "imitates_look": (
        "looks like {brand}, but is {domain}",
        "{brand} に見えるが {domain}",
    ),
    "imitates_edit": (
        "a letter or two from {brand}: {domain}",
        "{brand} と一、二文字違い: {domain}",
    ),
    "imitates_words": (
        "{brand} with words added: {domain}",
        "{brand} に語を足した名: {domain}",
    ),
    "imitates_ending": (
        "{brand} under another ending: {domain}",
        "{brand} の名で別の末尾: {domain}",
    ),
    "mixed": (
        "mixes scripts in one name ({shown})",
        "一つの名に文字種が混在（{shown}）",
    ),
    "punycode": (
        "an international name ({shown})",
        "国際化ドメイン名（{shown}）",
    ),
    "shortener": (
        "a shortener hides where it leads",
        "短縮 URL で行き先が分からない",
    ),
    "ending": (
        ".{ending} is cheap and much abused",
        ".{ending} は安価で悪用が多い",
    ),
    "subdomains": (
        "{count} labels before the domain",
        "ドメインの前にラベルが {count} 個",
    ),
    "generated": (
        "the name looks generated",
        "機械的に生成された名前に見える",
    ),
}
_NOTHING = ("nobody lists it, and nothing about it is odd", "掲載も不審な特徴も見つからなかった")
_PHISHING = re.compile(r"phish|フィッシング|credential", re.IGNORECASE)


def japanese(text):
    """Whether somebody writes Japanese."""
    return bool(re.search(r"[ぁ-んァ-ヶ一-龯]", text))


def known(answer):
    """What the answer of a lookup adds: (weight, key, words), as features do. None for a hub that did not answer."""
    if answer is None:
        return [(0, "unasked", {})]
    found = list(_listed(answer["observable"], answer["verdict"], 1.0))
    for related in answer.get("related", []):
        if related["tie"] in ("host", "parent"):
            for value in related["values"]:
                found += _listed(value["observable"], value["verdict"], 0.8)
    if not found:
        for warning in answer.get("warninglists", [])[:2]:
            found.append((-2, "warninglist", {"name": warning["name"]}))
    return found


def _listed(observable, verdict, share):
    if not verdict.get("known"):
        return
    what = verdict.get("families", []) + verdict.get("tags", [])
    sources = verdict.get("sources", [])
    phishing = any(_PHISHING.search(word) for word in what + sources)
    now = verdict.get("state") == "listed"
    weight = (7 if phishing else 4) if now else 2
    words = {"value": observable["defanged"], "sources": ", ".join(sources[:5]), "what": _as(what)}
    yield weight * share, "listed" if now else "was_listed", words


def _as(what):
    return " (%s)" % ", ".join(what[:6]) if what else ""


def judged(found):
    """The verdict that all that was found comes to."""
    score = sum(weight for weight, _, _ in found)
    return PHISH if score >= 5 else SUSPICIOUS if score >= 2 else NO_SIGN


def reply(url, found, in_japanese):
    """One verdict in words. It says `no sign`, and never that something is safe, since nobody can know."""
    verdict = judged(found)
    shown = code(defang(url.text if len(url.text) <= 200 else url.text[:200] + "…"))
    lines = ["**%s**: %s" % (_JAPANESE[verdict] if in_japanese else verdict, shown)]
    for _, key, words in sorted(found, key=lambda one: -one[0]):
        words = {name: _harmless(word) for name, word in words.items()}
        lines.append("- " + _WORDS[key][in_japanese].format(**words))
    # A warning says nothing against it, and a hub that did not answer says nothing at all.
    if not any(weight > 0 or key == "unasked" for weight, key, _ in found):
        lines.insert(1, "- " + _NOTHING[in_japanese])
    return "\n".join(lines)


def _harmless(word):
    """Foreign words without what Markdown, tags, mentions or links are made of."""
    text = re.sub(r"[`*_#@<>\[\]|\\!]", "", str(word).replace("[.]", "."))
    return re.sub(r"\.(?=\S)", "[.]", text)

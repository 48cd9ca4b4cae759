"""The phishing judge: which URLs are asked about, what their looks come to, and how that is said."""

import unittest

import support  # noqa: F401
from phish.brands import imitated, near
from phish.features import features
from phish.urls import asked, take_apart
from phish.verdict import NO_SIGN, PHISH, SUSPICIOUS, judged, known, reply


def keys(url):
    return [key for _, key, _ in features(take_apart(url))]


def answer(state="listed", tags=("phishing",), sources=("urlfeed",), tie=None):
    """A lookup's answer as the hub gives it, with one listing of the value itself or of one around it."""
    nothing = {"known": False, "state": None, "sources": [], "families": [], "tags": []}
    verdict = {"known": True, "state": state, "sources": list(sources), "families": [], "tags": list(tags)}
    value = {"kind": "domain", "value": "evil.example", "defanged": "evil[.]example", "display": "evil.example"}
    related = [{"tie": tie, "count": 1, "values": [{"observable": value, "verdict": verdict}]}] if tie else []
    return {"observable": value, "verdict": nothing if tie else verdict, "related": related, "warninglists": []}


class Asked(unittest.TestCase):
    def test_every_spelling_is_understood(self):
        for text, urls in (
            ("@is_a_phish http://evil.example/a", ["http://evil.example/a"]),
            ("@is_a_phish hxxp://evil[.]example/a", ["http://evil.example/a"]),
            ("@is_a_phish hXXps[:]//evil(.)example", ["https://evil.example"]),
            ("@is_a_phish hxxps://evil[dot]example/login?x=1&y=2", ["https://evil.example/login?x=1&y=2"]),
            ("@is_a_phish evil[.]example", ["http://evil.example"]),
            ("@is_a_phish evil.example:8081/x", ["http://evil.example:8081/x"]),
            ("@IS_A_PHISH <http://evil.example/a>.", ["http://evil.example/a"]),
            ("@is_a_phish `evil.example`, please", ["http://evil.example"]),
            ("＠is_a_phish　ｈｔｔｐ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／ａ", ["http://evil.example/a"]),
            ("これは怪しい？ @is_a_phish 「http://evil.example/a」", ["http://evil.example/a"]),
            ("@is_a_phish evil。example を見てください", ["http://evil.example"]),
            ("@is_a_phish http://日本語。example/", ["http://日本語.example/"]),
            ("@is_a_phish http://user@evil.example/", ["http://user@evil.example/"]),
            ("@is_a_phish http://[2001:db8::1]/", ["http://[2001:db8::1]/"]),
            ("@is_a_phish a.example b.example a.example", ["http://a.example", "http://b.example"]),
            ("@is_a_phish data:text/html;base64,PGI+", ["data:text/html;base64,PGI+"]),
        ):
            self.assertEqual([url.text for url in asked(text)], urls, text)

    def test_what_asks_nothing_is_left_alone(self):
        for text in ("", "http://evil.example/", "@is_a_phish", "@is_a_phishing evil.example", "@is_a_phish hello",
                     "http://evil.example/ @is_a_phish", "@is_a_phish http://[broken/"):
            self.assertEqual(asked(text), [], text)

    def test_a_flood_is_cut(self):
        self.assertEqual(len(asked("@is_a_phish " + " ".join("a%d.example" % n for n in range(500)))), 5)


class Looks(unittest.TestCase):
    def test_verdicts_by_looks(self):
        for url, verdict, key in (
            ("https://paypa1.com/", PHISH, "imitates_look"),
            ("http://arnazon.com/", PHISH, "imitates_look"),
            ("https://xn--80ak6aa92e.com/", PHISH, "imitates_look"),
            ("https://rnercari.com/", PHISH, "imitates_look"),
            ("https://micorsoft.com/", SUSPICIOUS, "imitates_edit"),
            ("https://rakuten-card-kakunin.top/login", PHISH, "imitates_words"),
            ("https://mufg.shop/", SUSPICIOUS, "imitates_ending"),
            ("https://amazon.co.jp.signin.evil.cyou/", PHISH, "brand_in_subdomain"),
            ("http://192.0.2.7/amazon/signin", PHISH, "address"),
            ("http://0x7f000001/", NO_SIGN, None),
            ("http://0xc0.0.2.7/", SUSPICIOUS, "address"),
            ("https://www.google.com@evil.example/", PHISH, "userinfo"),
            ("https://bit.ly/abc", SUSPICIOUS, "shortener"),
            ("data:text/html,hello", SUSPICIOUS, "data"),
            ("https://lss6umwaw7dt5rru3f3azshqcz7y.evil.example/", SUSPICIOUS, "generated"),
            ("https://example.jp/", NO_SIGN, None),
            ("https://www.amazon.co.jp/ap/signin", NO_SIGN, "credentials"),
            ("https://日本語.jp/", NO_SIGN, "punycode"),
            ("https://www.google.com/search?q=paypal", NO_SIGN, None),
            ("https://pineapple.example/", NO_SIGN, None),
        ):
            taken = take_apart(url)
            if taken is None:
                self.assertIsNone(key, url)
                continue
            found = features(taken)
            self.assertEqual(judged(found), verdict, (url, found))
            if key:
                self.assertIn(key, [name for _, name, _ in found], url)

    def test_each_oddity_has_its_reason(self):
        for url, key in (
            ("https://evil.example:4444/", "port"),
            ("https://evil.example/" + "a" * 200, "long"),
            ("https://a.b.c.d.evil.example/", "subdomains"),
            ("https://evil.xyz/", "ending"),
            ("https://evil.example/paypal/", "brand_in_path"),
            ("https://secure-login.example/", "credentials_in_host"),
            ("https://pаypal-х.example/", "mixed"),
        ):
            self.assertIn(key, keys(url), url)

    def test_owners_imitate_nobody(self):
        for label, domain in (("amazon", "amazon.co.jp"), ("google", "google.fr"), ("apple", "apple.com"),
                              ("pineapple", "pineapple.com"), ("smb", "smb.example"), ("cloud", "cloud.com")):
            self.assertIsNone(imitated(label, domain), domain)

    def test_nearness(self):
        for one, other, most, expected in (("paypal", "paypal", 0, True), ("payapl", "paypal", 1, True),
                                           ("paypaal", "paypal", 1, True), ("aypal", "paypal", 1, True),
                                           ("pyapla", "paypal", 1, False), ("x", "paypal", 2, False)):
            self.assertEqual(near(one, other, most), expected, one)


class Known(unittest.TestCase):
    def test_listings_weigh_by_what_they_say(self):
        for given, verdict in (
            (answer(), PHISH),
            (answer(tie="host"), PHISH),
            (answer(tags=["c2"]), SUSPICIOUS),
            (answer(tags=[], sources=["openphish"]), PHISH),
            (answer(state="expired"), SUSPICIOUS),
            (answer(tie="subdomain"), NO_SIGN),
            (None, NO_SIGN),
        ):
            self.assertEqual(judged(known(given)), verdict, given)

    def test_the_reply_says_by_whom_and_as_what(self):
        url = take_apart("http://evil.example/login")
        found = known(answer()) + features(url)
        self.assertEqual(reply(url, found, False).splitlines(), [
            "**phish**: `hxxp://evil[.]example/login`",
            "- evil[.]example is listed by urlfeed (phishing)",
            "- asks to sign in or confirm (login)",
        ])
        self.assertEqual(reply(url, found, True).splitlines(), [
            "**フィッシング**: `hxxp://evil[.]example/login`",
            "- evil[.]example は urlfeed に掲載されている (phishing)",
            "- サインインや確認を促す語（login）",
        ])

    def test_it_never_says_safe_nor_asks_another_judge(self):
        url = take_apart("https://example.jp/@is_a_phish")
        for in_japanese in (False, True):
            text = reply(url, features(url), in_japanese)
            self.assertNotIn("safe", text)
            self.assertNotIn("安全", text)
            # The URL stands in a code span.
            self.assertIn("`hxxps://example[.]jp/@is_a_phish`", text)

    def test_hostile_words_stay_words(self):
        given = answer(tags=["[x](http://evil.example)", "@all", "#tag", "`"], sources=["<b>"])
        url = take_apart("http://evil.example/`@all`#tag")
        text = reply(url, known(given) + features(url), False)
        line = text.splitlines()[1]
        for letter in "`@#<[":
            self.assertNotIn(letter, line.replace("[.]", "."), line)


if __name__ == "__main__":
    unittest.main()

"""The RSS fetcher: every form of feed, in whatever encoding, and what is posted of it."""

import unittest

import support  # noqa: F401
from feed.fetch import fetch
from feed.parse import BadFeed, Item, parse
from feed.words import shortened, stripped
from rss_fetcher import Run, post_of

RSS2 = """<?xml version="1.0" encoding="%s"?><rss version="2.0"><channel><title>Alerts</title>
<item><title>%s</title><link>https://news.example/2</link><guid>two</guid>
<description>&lt;p&gt;Patch &lt;b&gt;now&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>First</title><link>https://news.example/1</link></item></channel></rss>"""
RSS1 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://news.example/"><title>注意喚起</title></channel>
<item rdf:about="https://news.example/a"><title>注意喚起: 更新</title><link>https://news.example/a</link></item></rdf:RDF>"""
RSS091 = """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>Old</title>
<item><title>Caf&#233;</title><link>http://old.example/1</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title><entry><id>urn:1</id><title type="html">A &amp;amp; B</title>
<link rel="self" href="https://news.example/self"/><link href="https://news.example/page"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Some <em>words</em></div></content></entry></feed>"""
LAUGHS = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel><item>
<title>&b;</title></item></channel></rss>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item>
<title>&x;</title></item></channel></rss>"""


class Forms(unittest.TestCase):
    def test_all_forms_are_read(self):
        for text, titles, links in (
            (RSS2 % ("utf-8", "Second"), ["Second", "First"], ["https://news.example/2", "https://news.example/1"]),
            (RSS1, ["注意喚起: 更新"], ["https://news.example/a"]),
            (RSS091, ["Café"], ["http://old.example/1"]),
            (ATOM, ["A &amp; B"], ["https://news.example/page"]),
        ):
            items = parse(text.encode("utf-8"))
            self.assertEqual([item.title for item in items], titles)
            self.assertEqual([item.link for item in items], links)
        self.assertEqual([item.id for item in parse((RSS2 % ("utf-8", "x")).encode())], ["two", "https://news.example/1"])
        self.assertEqual(parse(ATOM.encode())[0].summary, "Some words")

    def test_encodings_survive_what_they_say_of_themselves(self):
        for declared, real, charset in (
            ("utf-8", "utf-8", None), ("Shift_JIS", "cp932", None), ("EUC-JP", "euc_jp", None),
            ("ISO-2022-JP", "iso2022_jp", None), ("utf-16", "utf-16", None),
            ("us-ascii", "utf-8", None), ("no-such-code", "utf-8", None), ("utf-8", "cp932", None),
            ("utf-8", "euc_jp", "euc-jp"), ("utf-8", "utf-8-sig", None),
        ):
            body = (RSS2 % (declared, "脆弱性の注意喚起")).encode(real)
            self.assertEqual(parse(body, charset)[0].title, "脆弱性の注意喚起", (declared, real))
        broken = (RSS2 % ("utf-8", "A\x0bB")).encode() .replace(b"AB", b"A\xff\xfeB")
        self.assertTrue(parse(broken)[0].title.startswith("A"))

    def test_what_could_lead_elsewhere_is_refused(self):
        for text in (LAUGHS, OUTSIDE, "<rss>" + "<a>" * 100 + "</a>" * 100 + "</rss>", "<html></html>", "no feed", "",
                     "<rss><channel>"):
            with self.assertRaises(BadFeed, msg=text[:60]):
                parse(text.encode())


class Posts(unittest.TestCase):
    def test_a_post_has_its_parts_on_lines_of_their_own(self):
        item = parse((RSS2 % ("utf-8", "緊急 #1")).encode("utf-8"))[0]
        self.assertEqual(post_of(item, ["alerts", "#jp"], False),
                         "緊急 \\#1\n\nPatch now\n\nhttps://news.example/2\n\n#alerts #jp")
        self.assertIn("`hxxps://news[.]example/2`", post_of(item, [], True))
        self.assertEqual(post_of(Item("1", "", "", "javascript:alert(1)"), [], False), "(no title)")

    def test_html_becomes_words(self):
        for markup, words in (
            ("<p>One</p><p>two</p>", "One two"),
            ("a &lt;b&gt; &amp; c", "a <b> & c"),
            ("<script>evil()</script>kept<style>p{}</style>", "kept"),
            ("日本語<br/>の 文", "日本語 の 文"),
            ("a<!-- <b>not</b> this -->b <!-- nor this", "a b"),
            ("1 < 2 <b>and</b> 3 > 2", "1 < 2 and 3 > 2"),
            ("<![<![<b", "<![<![<b"),
            ("<iframe src='x'/>kept", "kept"),
            ("", ""),
        ):
            self.assertEqual(stripped(markup), words, markup)

    def test_words_are_cut_between_words(self):
        self.assertEqual(shortened("one two three four", 12), "one two…")
        self.assertEqual(shortened("あ" * 20, 10), "あ" * 9 + "…")
        self.assertEqual(shortened("@all <b>", 20), "\\@all \\<b\\>")


class Hub:
    """Keeps what is posted."""

    def __init__(self):
        self.posts = []

    def post(self, text):
        self.posts.append(text)


class Runs(unittest.TestCase):
    def setUp(self):
        import tempfile

        self.file = tempfile.NamedTemporaryFile(suffix=".xml")
        self.addCleanup(self.file.close)
        self.write(RSS2 % ("utf-8", "Second"))

    def write(self, text):
        self.file.seek(0)
        self.file.truncate()
        self.file.write(text.encode("utf-8"))
        self.file.flush()

    def run_once(self, state, limit=10):
        hub = Hub()
        run = Run(hub, state, limit, lambda: None)
        run.feed({"source": self.file.name, "tags": ["t"]})
        return [text.split("\n")[0] for text in hub.posts], run.failed

    def test_each_item_is_posted_once_oldest_first(self):
        state = {}
        self.assertEqual(self.run_once(state), (["First", "Second"], False))
        self.assertEqual(self.run_once(state), ([], False))
        new = "<item><title>New</title><guid>n</guid></item><item><title>Second"
        self.write((RSS2 % ("utf-8", "Second")).replace("<item><title>Second", new))
        self.assertEqual(self.run_once(state), (["New"], False))

    def test_a_run_has_a_limit_and_the_next_goes_on(self):
        state = {}
        self.assertEqual(self.run_once(state, 1)[0], ["First"])
        self.assertEqual(self.run_once(state, 1)[0], ["Second"])

    def test_a_broken_feed_fails_the_run_and_forgets_nothing(self):
        state = {}
        self.run_once(state)
        self.write("<html>")
        self.assertEqual(self.run_once(state), ([], True))
        self.write(RSS2 % ("utf-8", "Second"))
        self.assertEqual(self.run_once(state), ([], False))

    def test_other_schemes_are_files_that_do_not_exist(self):
        for source in ("file:///etc/passwd", "ftp://news.example/x", "gopher://x"):
            with self.assertRaises(OSError):
                fetch(source, {})


if __name__ == "__main__":
    unittest.main()

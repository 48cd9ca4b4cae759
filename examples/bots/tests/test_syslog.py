"""The syslog poster: every form of line, and what happens to a flood of them."""

import unittest

import support  # noqa: F401
from logs.lines import Lines
from logs.parse import Message, parse, post_of
from syslog_poster import Throttle, summary_of


class Parsed(unittest.TestCase):
    def test_every_form_of_line(self):
        for line, expected in (
            ("<34>Oct 11 22:14:15 mymachine su: 'su root' failed on /dev/pts/8",
             Message("crit", "mymachine", "su", "'su root' failed on /dev/pts/8")),
            ("<13>Feb  5 17:32:18 198.51.100.9 sshd[123]: Failed password",
             Message("notice", "198.51.100.9", "sshd", "Failed password")),
            ("Feb  5 17:32:18 gw kernel: DROP", Message(None, "gw", "kernel", "DROP")),
            ("<30>2026-11-28T05:20:00+09:00 gw dnsmasq[7]: up", Message("info", "gw", "dnsmasq", "up")),
            ("<165>1 2003-10-11T22:14:15.003Z host.example evntslog - ID47 "
             "[ex@32473 iut=\"3\" a=\"x\\]y\"][b@1] \ufeff起動しました",
             Message("notice", "host.example", "evntslog", "起動しました")),
            ("<165>1 - - - - - - nothing else", Message("notice", "", "", "nothing else")),
            ("<165>1 - h a - - -", Message("notice", "h", "a", "")),
            ("<14>app: no header", Message("info", "", "app", "no header")),
            ("<999>what", Message(None, "", "", "<999>what")),
            ("ただの行: テスト", Message(None, "", "", "ただの行: テスト")),
            ("", Message(None, "", "", "")),
        ):
            self.assertEqual(parse(line), expected, line)

    def test_a_post_makes_no_tag_mention_or_markup_of_a_line(self):
        text = post_of(parse("<11>Oct 11 22:14:15 gw app: @all `x` #tag **b**"), ["fw"])
        self.assertEqual(text, "`gw` `app` (err)\n``@all `x` #tag **b**``\n\n#fw")
        self.assertEqual(post_of(parse("plain"), ["syslog"]), "`plain`\n\n#syslog")

    def test_long_lines_are_cut(self):
        self.assertEqual(len(parse("x" * 100_000).text), 2000)
        self.assertEqual(len(parse("<13>1 - h a - - " + "[" * 50_000).host), 1)


class Flood(unittest.TestCase):
    def test_so_many_pass_and_the_rest_is_counted(self):
        throttle, message = Throttle(3), Message(None, "gw", "kernel", "DROP")
        passed = [throttle.passes(message, 0.0) for _ in range(10)]
        self.assertEqual(passed.count(True), 3)
        self.assertIsNone(throttle.summary(30.0))
        more = throttle.summary(60.0)
        self.assertEqual(summary_of(more, ["fw"]),
                         "…and 7 more log lines within a minute: `gw kernel: 7`\n\n#fw")
        self.assertTrue(throttle.passes(message, 61.0))
        self.assertIsNone(throttle.summary(200.0))

    def test_the_end_tells_what_is_left(self):
        throttle, message = Throttle(1), Message(None, "gw", "kernel", "DROP")
        for _ in range(2):
            throttle.passes(message, 0.0)
        self.assertEqual(sum(throttle.summary(1.0, ending=True).values()), 1)

    def test_many_kinds_take_bounded_memory(self):
        throttle = Throttle(0)
        for n in range(3000):
            throttle.passes(Message(None, "h%d" % n, "a", ""), 0.0)
        more = throttle.summary(60.0)
        self.assertEqual(sum(more.values()), 3000)
        self.assertLessEqual(len(more), 1001)


class Cut(unittest.TestCase):
    def test_blocks_become_lines(self):
        lines = Lines()
        self.assertEqual(lines.feed(b"one\ntw"), ["one"])
        self.assertEqual(lines.feed(b"o\n\xff\nrest"), ["two", "\ufffd"])
        self.assertEqual(lines.end(), ["rest"])
        self.assertEqual(len(lines.feed(b"x" * 100_000)[0]), 16 * 1024)


if __name__ == "__main__":
    unittest.main()

"""What all bots share: reading a stream, waiting, not answering each other, harmless text, state files."""

import email.utils
import io
import os
import tempfile
import time
import unittest

import support  # noqa: F401
from noroshi import Hub, LoopGuard, code, defang, events, load, patience, save


class Streams(unittest.TestCase):
    def test_empty_lines_keep_alive_and_no_other_separator_counts(self):
        lines = io.BytesIO('\n{"id":1,"text":"a\u2028b"}\n\r\n\n{"id":2}\n[3]\n{"id":4}'.encode())
        self.assertEqual([event["id"] for event in events(lines)], [1, 2, 4])

    def test_what_is_no_json_ends_the_connection(self):
        with self.assertRaises(OSError):
            list(events(io.BytesIO(b'{"id":1}\n<html>\n')))


class Waits(unittest.TestCase):
    def test_both_forms_of_retry_after(self):
        soon = email.utils.formatdate(time.time() + 30, usegmt=True)
        for header, low, high in (("7", 7, 7), (soon, 20, 31), (None, 4, 4), ("x", 4, 4), ("-5", 0.1, 0.1),
                                  ("99999", 300, 300), ("nan", 4, 4), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.1, 0.1)):
            wait = patience(header, 4)
            self.assertTrue(low <= wait <= high, (header, wait))


class Loops(unittest.TestCase):
    def test_own_posts_are_not_answered(self):
        guard = LoopGuard("judge")
        self.assertFalse(guard.may_answer({"id": 1, "from": "judge"}))
        self.assertFalse(guard.may_answer({"id": 1, "user_name": "judge"}))
        guard.mine(2)
        self.assertFalse(guard.may_answer({"id": 2, "from": "somebody"}))
        self.assertTrue(guard.may_answer({"id": 3, "from": "somebody"}))

    def test_a_repeated_post_is_answered_once(self):
        guard = LoopGuard("judge")
        self.assertTrue(guard.may_answer({"id": 3, "from": "alice"}))
        self.assertFalse(guard.may_answer({"id": 3, "from": "alice"}))

    def test_a_chat_of_two_bots_ends(self):
        now = [0.0]
        guard = LoopGuard("judge", most=3, within=60, clock=lambda: now[0])
        answered = [guard.may_answer({"id": n, "from": "other"}) for n in range(10)]
        self.assertEqual(answered.count(True), 3)
        self.assertTrue(guard.may_answer({"id": 10, "from": "alice"}))
        now[0] = 61.0
        self.assertTrue(guard.may_answer({"id": 11, "from": "other"}))


class Texts(unittest.TestCase):
    def test_defanged(self):
        for text, expected in (
            ("evil.example", "evil[.]example"), ("192.0.2.7", "192[.]0[.]2[.]7"),
            ("http://evil.example/a.b", "hxxp://evil[.]example/a.b"), ("HTTPS://e.example", "hxxps://e[.]example"),
            ("例え.example", "例え[.]example"),
        ):
            self.assertEqual(defang(text), expected)

    def test_code_spans_hold_whatever_they_are_given(self):
        for text, expected in (("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a\nb\x00", "`a b`"),
                               ("日本", "`日本`"), ("``x", "``` ``x ```")):
            self.assertEqual(code(text), expected)


class States(unittest.TestCase):
    def test_written_whole_and_read_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state.json")
            self.assertEqual(load(path, {"a": 1}), {"a": 1})
            save(path, {"名": [1, 2]})
            self.assertEqual(load(path, {}), {"名": [1, 2]})
            self.assertEqual(os.listdir(folder), ["state.json"])
            with open(path, "w", encoding="utf-8") as file:
                file.write("{")
            with self.assertRaises(ValueError):
                load(path, {})


class Configured(unittest.TestCase):
    def test_only_http_addresses_are_hubs(self):
        for url in ("ftp://hub.example", "hub.example:8080", "", "http://"):
            with self.assertRaises(ValueError, msg=url):
                Hub(url, "n", "k")


if __name__ == "__main__":
    unittest.main()

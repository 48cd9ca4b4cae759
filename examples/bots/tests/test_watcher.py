"""The DGA watcher around its detector: logs, rotation, bursts, bundles and memory."""

import os
import tempfile
import unittest

import support  # noqa: F401
from dga.bursts import Bursts
from dga.detector import Detector
from dga.follow import Follower
from dga.querylog import Query, Reader
from dga_watcher import DAY, Told, Watcher

DETECTOR = Detector()
NAMES = ["%s.example.com" % label for label in (
    "kq3vz8xw2mfj7hbnp4tdy6rg", "zx8wq4vkp2jfh7mtb5ndr3gy", "wv7xkq2zjp9hf4mgt6bdn3ry", "qj5zvx3kwh8pfm2tgb7nd4ry")]


class Logs(unittest.TestCase):
    def test_every_form_of_line(self):
        zeek = ("#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tquery\trcode\trcode_name\n"
                "1.0\tC1\t192.0.2.1\t53\tevil.example\t3\tNXDOMAIN\n1.0\tC1\t192.0.2.1\t53\t-\t0\tNOERROR\n#close\n")
        for text, expected in (
            (zeek, [Query("192.0.2.1", "evil.example", True)]),
            ('{"id.orig_h":"192.0.2.1","query":"evil.example","rcode_name":"NOERROR"}',
             [Query("192.0.2.1", "evil.example", False)]),
            ('{"src_ip":"192.0.2.1","dns":{"rrname":"evil.example","rcode":"NXDOMAIN"}}',
             [Query("192.0.2.1", "evil.example", True)]),
            ('{"no":"name"}\n{broken\n[1]\n' + "[" * 5000, []),
            ("28-Nov-2026 05:20:00.000 queries: info: client @0x7f00 192.0.2.1#4711 (evil.example): "
             "query: evil.example IN A +E(0)K (198.51.100.1)", [Query("192.0.2.1", "evil.example", False)]),
            ("client 2001:db8::1#53 (evil.example): view internal: query: evil.example IN AAAA + (::1)",
             [Query("2001:db8::1", "evil.example", False)]),
            ("Nov 28 05:20:00 gw dnsmasq[77]: query[A] evil.example from 192.0.2.1",
             [Query("192.0.2.1", "evil.example", False)]),
            ("Nov 28 05:20:00 gw dnsmasq[77]: reply evil.example is NXDOMAIN", [Query(None, "evil.example", True)]),
            ("Nov 28 05:20:00 gw dnsmasq[77]: 12 192.0.2.1/4711 reply evil.example is NXDOMAIN",
             [Query("192.0.2.1", "evil.example", True)]),
            ("evil.example\r\n\n  \n", [Query(None, "evil.example", False)]),
            ("two words\n" + "x" * 100_000, []),
        ):
            reader = Reader()
            read = [query for query in map(reader.read, text.split("\n")) if query]
            self.assertEqual(read, expected, text[:80])


class Following(unittest.TestCase):
    def take(self, lines, count):
        """So many lines; a pause counts as none. Ends the test if they do not come."""
        taken = []
        for _ in range(1000):
            line = next(lines)
            if line is not None:
                taken.append(line)
            if len(taken) == count:
                return taken
        self.fail("only %r came" % taken)

    def test_lines_survive_rotation_and_cutting(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "query.log")
            with open(path, "w") as log:
                log.write("old\n")
            lines = Follower(path, pause=0).lines()
            self.assertIsNone(next(lines))
            with open(path, "a") as log:
                log.write("one\ntw")
            self.assertEqual(self.take(lines, 1), ["one"])
            with open(path, "a") as log:
                log.write("o\nlast\n")
            os.rename(path, path + ".1")
            with open(path, "w") as log:
                log.write("three\n")
            self.assertEqual(self.take(lines, 3), ["two", "last", "three"])
            with open(path, "w") as log:
                log.write("4\n")
            self.assertEqual(self.take(lines, 1), ["4"])

    def test_a_file_that_comes_later_is_read_from_its_start(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "query.log")
            lines = Follower(path, pause=0).lines()
            self.assertIsNone(next(lines))
            with open(path, "w") as log:
                log.write("first\n")
            self.assertEqual(self.take(lines, 1), ["first"])


class Watching(unittest.TestCase):
    def setUp(self):
        self.told = Told({})
        self.watcher = Watcher(DETECTOR, self.told)

    def read(self, *names, now=1000.0):
        for name in names:
            self.watcher.line('{"client":"192.0.2.1","query":"%s"}' % name, now)

    def test_findings_come_in_one_post(self):
        self.read(*NAMES, "www.example.com", NAMES[0].upper())
        text, names = self.watcher.bundle(20)
        self.assertEqual(names, NAMES)
        lines = text.splitlines()
        self.assertEqual(lines[0], "4 names look generated, asked for by 1 client. #dga")
        self.assertRegex(lines[2], r"^- [a-z0-9]+\[\.\]example\[\.\]com \(\d\d/100, 1 client\): .* reads like no language")
        self.assertEqual(lines[5], "- and 1 more under example[.]com")
        self.assertNotIn("example.com", text)

    def test_a_bundle_has_its_size_and_says_what_follows(self):
        self.read(*NAMES)
        text, names = self.watcher.bundle(3)
        self.assertEqual(names, NAMES[:3])
        self.assertTrue(text.endswith("1 more follow."), text)
        self.watcher.tell(names, 1000.0)
        self.assertEqual(self.watcher.bundle(3)[1], NAMES[3:])

    def test_a_name_is_told_once_a_day_also_over_a_restart(self):
        self.read(NAMES[0])
        self.watcher.tell(self.watcher.bundle(20)[1], 1000.0)
        self.read(NAMES[0], now=1000.0 + DAY - 1)
        self.assertIsNone(self.watcher.bundle(20))
        again = Watcher(DETECTOR, Told(self.told.state()))
        again.line(NAMES[0], 1000.0 + DAY - 1)
        self.assertIsNone(again.bundle(20))
        again.line(NAMES[0], 1000.0 + DAY)
        self.assertEqual(again.bundle(20)[1], NAMES[:1])

    def test_memory_is_bounded(self):
        for n in range(6000):
            self.watcher.line("q7zx%dkvw3jqp8hxn5bmt2fdg.example.com" % n, 0.0)
        self.assertEqual(len(self.watcher.waiting), 5000)
        self.assertEqual(self.watcher.left_out, 1000)
        told = Told({})
        told.add(("n%d" % n for n in range(150_000)), 5.0)
        self.assertEqual(len(told.state()), 100_000)
        told.add(["later"], 5.0 + DAY)
        self.assertEqual(len(told.state()), 1)

    def test_a_client_that_walks_through_short_names_is_found(self):
        short = ["qxvkzj.com", "wzpqhk.net", "bvxqtz.org", "kjhwqx.biz", "zqvxpl.info", "xkwqjz.ws", "vqzhxk.cn", "jxqzwv.cc"]
        for name in short:
            self.assertIsNone(DETECTOR.judge(name), name)
        line = '{"client":"192.0.2.%d","query":"%s","rcode_name":"%s"}'
        # Names that exist, and names from many clients, tell nothing.
        for at, name in enumerate(short):
            self.watcher.line(line % (1, name, "NOERROR"), float(at))
            self.watcher.line(line % (10 + at, name, "NXDOMAIN"), float(at))
        self.assertIsNone(self.watcher.bundle(20))
        for at, name in enumerate(short):
            self.watcher.line(line % (2, name, "NXDOMAIN"), float(at))
        text, names = self.watcher.bundle(20)
        self.assertEqual(sorted(names), sorted(short))
        self.assertIn("one of 8 short odd names that do not exist", text)

    def test_bursts_are_short_and_few(self):
        bursts = Bursts()
        self.assertTrue(all(bursts.note("c", "n%d" % n, n * 100.0) is None for n in range(50)))
        for n in range(6000):
            bursts.note("c%d" % n, "x", 0.0)
        self.assertLessEqual(len(bursts._clients), 5000)


if __name__ == "__main__":
    unittest.main()

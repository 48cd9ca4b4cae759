"""The detector: how well it tells generated names from chosen ones, and what it says."""

import json
import os
import unittest
from collections import Counter

import make_labelled
from support import HERE
from dga import train
from dga.detector import Detector
from dga.names import take_apart, understood

DETECTOR = Detector()


def labelled():
    """Label, family and name of the labelled set."""
    with open(os.path.join(HERE, "labelled.tsv"), encoding="ascii") as table:
        return [line.rstrip("\n").split("\t") for line in table if not line.startswith("#")]


class Made(unittest.TestCase):
    def test_the_tables_are_what_their_scripts_make(self):
        for path, table in ((os.path.join(HERE, "..", "dga", "model.txt"), train.table()),
                            (os.path.join(HERE, "labelled.tsv"), make_labelled.table())):
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), "".join(table), path)


class Measured(unittest.TestCase):
    def test_precision_and_recall_on_the_labelled_set(self):
        rows = labelled()
        self.assertGreaterEqual(len(rows), 600)
        all_, found, wrong = Counter(), Counter(), []
        for label, family, name in rows:
            all_[label, family] += 1
            if DETECTOR.judge(name):
                found[label, family] += 1
                if label == "benign":
                    wrong.append(name)

        def total(counter, label):
            return sum(count for (of, _), count in counter.items() if of == label)

        right, false = total(found, "generated"), total(found, "benign")
        precision, recall = right / (right + false), right / total(all_, "generated")
        print("\ndga: %d names; precision %.3f, recall %.3f" % (len(rows), precision, recall))
        for key in all_:
            print("  %-9s %-12s %3d of %3d called generated" % (*key, found[key], all_[key]))
        self.assertGreaterEqual(precision, 0.95, wrong)
        self.assertGreaterEqual(recall, 0.95)

    @unittest.skipUnless(os.environ.get("NOROSHI_TRANCO"), "NOROSHI_TRANCO names no list of popular sites")
    def test_fewer_than_one_in_a_thousand_popular_sites(self):
        with open(os.environ["NOROSHI_TRANCO"], encoding="utf-8") as file:
            names = json.load(file)["list"]
        called = [name for name in names if DETECTOR.judge(name)]
        print("\ndga: %d of %d popular sites called generated: %s" % (len(called), len(names), ", ".join(called)))
        self.assertGreater(len(names), 1000)
        self.assertLess(len(called) * 1000, len(names))


class Judged(unittest.TestCase):
    def test_long_labels_of_zeus(self):
        for name, group in (
            ("oq2cuaacaaknsmqaag46adosaqaabjafstfpeioqwoozaaaaahwbiaa3aaaabkp.ayldacaaiaaaqamy6sx5",
             "ayldacaaiaaaqamy6sx5"),
            ("lss6umwaw7dt5rru3f3azshqcz7y.a.j.e5.sk", "e5.sk"),
            ("LSS6UMWAW7DT5RRU3F3AZSHQCZ7Y.A.J.E5.SK.", "e5.sk"),
        ):
            finding = DETECTOR.judge(name)
            self.assertIsNotNone(finding, name)
            self.assertEqual(finding.group, group)
            self.assertGreaterEqual(finding.score, 90)
            self.assertIn("like base 32", finding.reasons)

    def test_what_is_no_name_is_not_judged(self):
        for text in ("", ".", "localhost", "192.0.2.7", "a..b", "x" * 64 + ".com", "a b.com", "<script>.com",
                     ("qxzvkwj" * 9 + ".") * 5 + "com"):
            self.assertIsNone(DETECTOR.judge(text), text)

    def test_known_machines_are_let_be(self):
        label = "kq3vz8xw2mfj7hbnp4tdy6rg"
        self.assertIsNotNone(DETECTOR.judge(label + ".example.com"))
        for parent in ("cloudfront.net", "s3.amazonaws.com", "ip6.arpa", "avqs.mcafee.com"):
            self.assertIsNone(DETECTOR.judge(label + "." + parent), parent)
        # The parent itself must be whole.
        self.assertIsNotNone(DETECTOR.judge(label + ".evilcloudfront.net"))

    def test_names_come_apart(self):
        for text, below, registered, suffix in (
            ("www.example.co.jp", ["www"], "example", "co.jp"),
            ("example.jp", [], "example", "jp"),
            ("a.b.example.com", ["a", "b"], "example", "com"),
            ("bot.dyndns.org", [], "bot", "dyndns.org"),
            ("page.github.io", [], "page", "github.io"),
            ("co.jp", [], "co", "jp"),
            ("a.b.x4no-such-suffix", ["a", "b"], "x4no-such-suffix", ""),
            ("www.example.newending", ["www"], "example", "newending"),
        ):
            name = take_apart(understood(text))
            self.assertEqual((name.below, name.registered, name.suffix), (below, registered, suffix), text)


if __name__ == "__main__":
    unittest.main()

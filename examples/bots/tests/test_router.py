"""The router bot: what is an order, which addresses it takes, and that nothing but arguments reaches the command."""

import sys
import unittest

import support  # noqa: F401
from router_bot import Order, carry_out, checked, order

ARGUMENTS = [sys.executable, "-c", "import sys; sys.exit(sys.argv[1:] != ['block', '192.0.2.7'])"]


class Orders(unittest.TestCase):
    def test_what_is_an_order(self):
        for text, expected in (
            ("#block 192.0.2.7", Order("block", ["192.0.2.7"], [])),
            ("#Block 192[.]0[.]2[.]7, 2001:db8::1", Order("block", ["192.0.2.7", "2001:db8::1"], [])),
            ("遮断をお願いします\n#block 192.0.2.0/24", Order("block", ["192.0.2.0/24"], [])),
            ("#unblock 192.0.2.7 192.0.2.7 #done", Order("unblock", ["192.0.2.7"], [])),
            ("#block", Order("block", [], ["no address"])),
            ("#block 192.0.2.7 #unblock 192.0.2.8", None),
            ("#blocked 192.0.2.7", None),
            ("see x#block 192.0.2.7", None),
            ("block 192.0.2.7", None),
        ):
            given = order(text)
            if expected is None:
                self.assertTrue(given is None or given.refused, text)
            else:
                self.assertEqual(given, expected, text)

    def test_only_addresses_are_taken(self):
        for value in ("evil.example", "192.0.2.7;reboot", "$(reboot)", "-x", "--flag=192.0.2.7", "192.0.2.7/8",
                      "10.0.0.0/8", "0.0.0.0/0", "::/0", "127.0.0.1", "::1", "224.0.0.1", "0.0.0.0", "169.254.1.1",
                      "fe80::1", "2001:db8::1%;reboot", "::ffff:127.0.0.1", "192.0.2.07", "3221225991",
                      "192.0.2.7\u200b", "１９２.0.2.7", ""):
            self.assertIsNotNone(checked(value)[1], value)

    def test_one_bad_address_stops_the_whole_order(self):
        given = order("#block 192.0.2.7 evil")
        self.assertEqual(given.refused, ["not an address: evil"])
        self.assertEqual(carry_out(given, ["false"], True), "error: not an address: evil")


class CarriedOut(unittest.TestCase):
    def test_the_command_gets_arguments(self):
        self.assertEqual(carry_out(order("#block 192.0.2.7"), ARGUMENTS, True), "mitigated 192[.]0[.]2[.]7")
        self.assertEqual(carry_out(order("#block 192.0.2.8"), ARGUMENTS, True),
                         "error: block of 192[.]0[.]2[.]8 failed: exit code 1")
        self.assertEqual(carry_out(order("#unblock 192.0.2.8"), ["true"], True), "released 192[.]0[.]2[.]8")

    def test_a_dry_run_runs_nothing(self):
        self.assertEqual(carry_out(order("#block 192.0.2.7"), ["/nonexistent"], False),
                         "dry run, not mitigated 192[.]0[.]2[.]7")

    def test_a_missing_command_is_an_error(self):
        self.assertTrue(carry_out(order("#block 192.0.2.7"), ["/nonexistent"], True).startswith("error:"))


if __name__ == "__main__":
    unittest.main()

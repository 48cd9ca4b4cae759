//! The bots' own tests of what they compute.

use std::process::Command;

use crate::bot::root;

#[test]
fn the_bots_own_tests_pass() {
    let output = Command::new("python3")
        .args(["-m", "unittest", "discover", "-s", "tests"])
        .current_dir(root().join("examples/bots"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let (printed, said) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{printed}{said}");
    // How well the detector does is worth seeing; and a run that found no test would pass too.
    assert!(printed.contains("precision"), "{printed}");
    println!("{printed}");
}

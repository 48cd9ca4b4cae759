//! Real files of feeds, where a folder of them is named: `NOROSHI_TEST_FEEDS=…/feeds cargo test -- --ignored`.

use std::path::PathBuf;

use crate::read;

#[test]
#[ignore = "needs real files"]
fn real_files_go_in_whole() {
    let folder = PathBuf::from(std::env::var_os("NOROSHI_TEST_FEEDS").unwrap());
    let mut seen = 0;
    for (file, layout, least) in [
        ("kev.json", "type = 'json'\npath = 'vulnerabilities'", 1_404),
        ("kev.csv", "type = 'csv'\ncomment = []", 1_404),
        (
            "ipsum.txt",
            "type = 'csv'\ndelimiter = \"\\t\"\nheader = 'no'",
            100_000,
        ),
        (
            "tweetfeed-2026-08.csv",
            "type = 'csv'\nheader = 'no'\ncolumns = 6",
            5_000,
        ),
        ("phishing-database-ips.txt", "type = 'list'", 1_000),
    ] {
        let path = folder.join(file);
        if !path.exists() {
            continue;
        }
        let read = read(std::fs::read(path).unwrap(), layout);
        let tally = read.end.unwrap();
        assert!(tally.rows >= least, "{file}: {tally:?}");
        seen += 1;
    }
    assert!(seen > 0, "no file was there");
}

//! What feeds send, sound and broken, and the account of every line of it.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

use std::io::{Cursor, Read, Write};

use noroshi_exchange::{
    BadRow, BodyError, Column, Format, Limits, RawRow, Tally, rows, rows_of_stream,
};
use proptest::prelude::*;

fn format(text: &str) -> Format {
    let format: Format = toml::from_str(text).unwrap();
    format.check().unwrap();
    format
}

struct Reading {
    good: Vec<RawRow>,
    bad: Vec<BadRow>,
    end: Result<Tally, BodyError>,
}

impl Reading {
    /// Lines and the wanted fields of the good rows.
    fn fields(&self) -> Vec<(u64, Vec<&str>)> {
        self.good
            .iter()
            .map(|row| {
                (
                    row.line(),
                    (0..row.len()).map(|n| row.get(n).unwrap_or("-")).collect(),
                )
            })
            .collect()
    }

    fn bad_lines(&self) -> Vec<u64> {
        self.bad.iter().map(|bad| bad.line).collect()
    }
}

fn read_with(body: &[u8], layout: &str, wanted: &[&str], limits: Limits) -> Reading {
    let wanted: Vec<Column> = wanted.iter().map(|name| Column::parse(name)).collect();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut rows = match rows(Cursor::new(body), &format(layout), &wanted, &[0], limits) {
        Ok(rows) => rows,
        Err(error) => {
            return Reading {
                good,
                bad,
                end: Err(error),
            };
        }
    };
    for row in rows.by_ref() {
        match row {
            Ok(row) => good.push(row),
            Err(row) => bad.push(row),
        }
    }
    let end = rows.finish();
    Reading { good, bad, end }
}

fn read(body: impl AsRef<[u8]>, layout: &str, wanted: &[&str]) -> Reading {
    read_with(body.as_ref(), layout, wanted, Limits::default())
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(body).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn every_entry_of_a_zip_archive() {
    let archive = zipped(&[
        ("x/a.json", b"{\"v\":\n1}"),
        ("x/readme.md", b"no"),
        ("x/b.json", b"{\"v\":2}"),
        ("x/c.json", b""),
        ("x/d.json", b"{\"v\":3} "),
    ]);
    let layout = "type = 'json'\npath = '.'\nentry = '.json'\nevery_entry = true";
    let read = read(&archive, layout, &["v"]);
    let values: Vec<_> = read.good.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(values, ["1", "2", "3"]);
    assert!(read.end.is_ok());
    let limits = Limits { output: 12 };
    let cut = read_with(&archive, layout, &["v"], limits);
    assert!(matches!(cut.end, Err(BodyError::TooLarge { limit: 12 })));
}

#[test]
fn a_plain_list() {
    let body = "# banner\r\n\r\n203.0.113.1\r\n  198.51.100.2  \r\n; more\n// more\n192.0.2.3";
    let read = read(body, "type = 'list'", &["1", "2"]);
    assert_eq!(
        read.fields(),
        [
            (3, vec!["203.0.113.1", "-"]),
            (4, vec!["198.51.100.2", "-"]),
            (7, vec!["192.0.2.3", "-"])
        ]
    );
    assert_eq!(
        read.end,
        Ok(Tally {
            rows: 3,
            blank: 1,
            comments: 3,
            ..Tally::default()
        })
    );
}

#[test]
fn comments_behind_values_and_columns_at_white_space() {
    let layout = "type = 'list'\ninline_comment = ['#']\nsplit = 'whitespace'";
    let body = "192.0.2.1 # two reports\n192.0.2.2\t5\nhttp://a.example/#frag\n";
    let read = read(body, layout, &["value", "2", "comment"]);
    assert_eq!(
        read.fields(),
        [
            (1, vec!["192.0.2.1", "-", "two reports"]),
            (2, vec!["192.0.2.2", "5", "-"]),
            (3, vec!["http://a.example/#frag", "-", "-"])
        ]
    );
}

#[test]
fn references_stand_above_their_group() {
    let layout = "type = 'list'\nreference_comment = 'Reference:'";
    let body = "# Aliases: a\n\n# Reference: https://one.example/\n# Reference: https://two.example/\n# OTHER=1\n\n\
                a.example\nb.example\n\n# Reference: https://three.example/\nc.example\n# Generic\n/d\n";
    let read = read(body, layout, &["value", "reference", "more_references"]);
    assert_eq!(
        read.fields(),
        [
            (
                7,
                vec!["a.example", "https://one.example/", "https://two.example/"]
            ),
            (
                8,
                vec!["b.example", "https://one.example/", "https://two.example/"]
            ),
            (11, vec!["c.example", "https://three.example/", "-"]),
            (13, vec!["/d", "-", "-"]),
        ]
    );
}

#[test]
fn banners_around_a_list() {
    let read = read(
        "<pre>\nLast 100\n\nhttp://a.example/x\n</pre>\n",
        "type = 'list'\nstarts_with = ['http']",
        &["1"],
    );
    assert_eq!(read.fields(), [(4, vec!["http://a.example/x"])]);
}

#[test]
fn a_commented_header_and_quotes_after_spaces() {
    let layout = "type = 'csv'\nheader = 'commented'\nspace_after_delimiter = true";
    let body = "######\r\n# Dump, recent #\r\n# \"first_seen\",\"Value\",\"tags\"\r\n\
                \"2026-01-01\", \"a.example\", \"x, y\"\r\n# Number of entries: 1\r\n";
    let read = read(body, layout, &["value", "tags", "gone", "first_seen"]);
    assert_eq!(
        read.fields(),
        [(4, vec!["a.example", "x, y", "-", "2026-01-01"])]
    );
    assert_eq!(
        read.end,
        Ok(Tally {
            rows: 1,
            comments: 4,
            ..Tally::default()
        })
    );
}

#[test]
fn a_header_without_the_column() {
    for layout in ["type = 'csv'", "type = 'csv'\nheader = 'commented'"] {
        let read = read("id,link\n1,http://a.example\n", layout, &["url"]);
        assert!(
            matches!(&read.end, Err(BodyError::Column { column, line: 1, .. }) if column == "url"),
            "{:?}",
            read.end
        );
        assert!(read.good.is_empty() && read.bad.is_empty());
    }
}

#[test]
fn ragged_rows_are_bad_and_the_others_good() {
    let read = read(
        "a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n",
        "type = 'csv'",
        &["a", "c"],
    );
    assert_eq!(read.fields(), [(2, vec!["1", "3"]), (5, vec!["4", "6"])]);
    assert_eq!(read.bad_lines(), [3, 4]);
    assert_eq!(
        read.bad[0].to_string(),
        "line 3: 2 fields where 3 were expected: 1,2"
    );
}

#[test]
fn half_broken_quotes_cost_their_row_only() {
    let body = "a,b\n1,\"one\n2,\"two\"\n3,\"three\nlines\"\n4,four\n5,\"never closed\n6,six\n";
    let read = read(body, "type = 'csv'", &["a", "b"]);
    assert_eq!(
        read.fields(),
        [
            (3, vec!["2", "two"]),
            (4, vec!["3", "three\nlines"]),
            (6, vec!["4", "four"]),
            (8, vec!["6", "six"])
        ]
    );
    assert_eq!(read.bad_lines(), [2, 7]);
    assert_eq!(read.good[1].lines(), 2);
}

#[test]
fn tabs_pipes_and_no_quotes() {
    let layout = "type = 'csv'\ndelimiter = '|'\nheader = 'no'\nquote = false\ncolumns = 3";
    assert_eq!(
        read("1 | \"x | y\n", layout, &["3"]).fields(),
        [(1, vec![" y"])]
    );
    let layout = "type = 'csv'\ndelimiter = \"\\t\"\nheader = 'no'";
    assert_eq!(
        read("192.0.2.1\t10\n", layout, &["1", "2"]).fields(),
        [(1, vec!["192.0.2.1", "10"])]
    );
}

#[test]
fn json_rows_with_nested_and_listed_values() {
    let body = r#"{"meta":{"n":2},"data":[{"ip":"192.0.2.1","tags":["a",1,null,{}],"x":{"y":[5]}},
        {"ip":null,"tags":[]}]}"#;
    let read = read(
        body,
        "type = 'json'\npath = 'data'",
        &["ip", "tags", "x.y.0", "/x/y/0"],
    );
    assert_eq!(
        read.fields(),
        [
            (1, vec!["192.0.2.1", "a\u{1f}1", "5", "5"]),
            (2, vec!["-", "-", "-", "-"])
        ]
    );
}

#[test]
fn json_lines_with_metadata() {
    let body =
        "{\"cidr\":\"192.0.2.0/24\"}\nnonsense\n\n{\"type\":\"metadata\",\"cidr\":\"x\"}\n[1]\n";
    let read = read(body, "type = 'jsonl'\nskip_with = ['type']", &["cidr"]);
    assert_eq!(read.fields(), [(1, vec!["192.0.2.0/24"]), (5, vec!["-"])]);
    assert_eq!(read.bad_lines(), [2]);
    assert_eq!(
        read.end,
        Ok(Tally {
            rows: 2,
            bad: 1,
            blank: 1,
            metadata: 1,
            ..Tally::default()
        })
    );
}

#[test]
fn packed_bodies_open_by_themselves() {
    let plain = b"192.0.2.1\n192.0.2.2\n";
    let members = [gzip(b"192.0.2.1\n"), gzip(b"192.0.2.2\n")].concat();
    let archive = zipped(&[("readme.txt", b"nothing"), ("d/full.csv", plain)]);
    for body in [plain.to_vec(), gzip(plain), members, archive.clone()] {
        let read = read(&body, "type = 'list'\nentry = '.csv'", &["1"]);
        assert_eq!(
            read.fields(),
            [(1, vec!["192.0.2.1"]), (2, vec!["192.0.2.2"])]
        );
        assert!(read.end.is_ok());
    }
    let end = read(&archive, "type = 'list'\nentry = '.json'", &["1"]).end;
    assert!(matches!(end, Err(BodyError::Zip(why)) if why.contains(".json")));
    let piped = rows_of_stream(
        &archive[..],
        &format("type = 'list'"),
        &[],
        &[],
        Limits::default(),
    );
    assert!(matches!(piped.err(), Some(BodyError::Zip(_))));
}

#[test]
fn a_broken_archive_keeps_the_rows_before_the_break() {
    let plain: String = (0..20_000).map(|n| format!("host-{n}.example\n")).collect();
    let packed = gzip(plain.as_bytes());
    let read1 = read(&packed[..packed.len() / 2], "type = 'list'", &["1"]);
    assert!(read1.good.len() > 1_000, "{}", read1.good.len());
    assert!(
        matches!(read1.end, Err(BodyError::Packed { kind: "gzip", .. })),
        "{:?}",
        read1.end
    );
    // The row that is cut is never taken for a shorter value.
    assert!(
        read1
            .good
            .iter()
            .all(|row| row.get(0).unwrap().ends_with(".example"))
    );
    let junk = [&b"PK\x03\x04"[..], &[7; 100]].concat();
    assert!(matches!(
        read(junk, "type = 'list'", &["1"]).end,
        Err(BodyError::Zip(_))
    ));
}

#[test]
fn a_bomb_is_stopped() {
    let mut body = b"192.0.2.1\n".to_vec();
    body.resize(64 << 20, b'\n');
    for packed in [gzip(&body), zipped(&[("a.txt", &body)])] {
        let read = read(&packed, "type = 'list'", &["1"]);
        assert!(
            matches!(read.end, Err(BodyError::Ratio { .. })),
            "{:?}",
            read.end
        );
        assert_eq!(read.good.len(), 1);
    }
}

#[test]
fn the_limit_cuts_at_the_same_byte_however_it_is_read() {
    let body = b"192.0.2.1\n192.0.2.2\n192.0.2.3\n";
    for packed in [body.to_vec(), gzip(body)] {
        let read = read_with(&packed, "type = 'list'", &["1"], Limits { output: 25 });
        assert_eq!(read.fields().len(), 2);
        assert_eq!(read.bad_lines(), [3]);
        assert_eq!(read.end, Err(BodyError::TooLarge { limit: 25 }));
    }
    assert!(
        read_with(body, "type = 'list'", &["1"], Limits { output: 30 })
            .end
            .is_ok()
    );
}

#[test]
fn nul_bytes_and_long_lines_are_bad_rows() {
    let body = [
        &b"192.0.2.1\n192\0.0.2.2\n"[..],
        &vec![b'x'; 3 << 20],
        b"\n192.0.2.3\n",
    ]
    .concat();
    for layout in ["type = 'list'", "type = 'csv'\nheader = 'no'"] {
        let read = read(&body, layout, &["1"]);
        assert_eq!(
            read.fields(),
            [(1, vec!["192.0.2.1"]), (4, vec!["192.0.2.3"])]
        );
        assert_eq!(read.bad_lines(), [2, 3]);
        assert!(read.bad[0].reason.contains("NUL") && read.bad[1].reason.contains("1 MB"));
        assert_eq!(read.bad[1].text.chars().count(), 200);
    }
    let json = format!("[\"a\",\"{}\",\"b\"]", "x".repeat(3 << 20));
    let read = read(json, "type = 'json'", &["."]);
    assert_eq!(read.fields(), [(1, vec!["a"]), (1, vec!["b"])]);
    assert_eq!(read.bad.len(), 1);
}

#[test]
fn an_odd_byte_in_a_note_does_not_cost_the_value() {
    let head = "日本語のメモ\n".repeat(3);
    let body = [
        format!("v,n\n192.0.2.1,\"{head}\"\n").as_bytes(),
        b"192.0.2.2,\xff\n",
    ]
    .concat();
    let read = read(body, "type = 'csv'", &["v", "n"]);
    assert_eq!(read.fields()[1], (6, vec!["192.0.2.2", "\u{fffd}"]));
}

/// Gives the body in pieces of odd sizes.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(out.len());
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        self.1 = self.1 % 5 + 1;
        Ok(n)
    }
}

const LAYOUTS: [&str; 7] = [
    "type = 'list'\ninline_comment = ['#']\nreference_comment = 'R:'\nsplit = 'whitespace'",
    "type = 'csv'\nheader = 'no'",
    "type = 'csv'\nheader = 'yes'",
    "type = 'csv'\nheader = 'commented'\nspace_after_delimiter = true",
    "type = 'csv'\nheader = 'no'\ndelimiter = '|'\nquote = false\ncolumns = 2",
    "type = 'jsonl'\nskip_with = ['a']",
    "type = 'json'\npath = 'a'",
];

fn body() -> impl Strategy<Value = Vec<u8>> {
    let texty = "[a1,|\"# \\n\\r{}\\[\\]:é\\x00]{0,200}".prop_map(String::into_bytes);
    let jsony = "(\\{\"a\":\\[)?([0-9]|,|\"x\"|\\{\"a\":1\\}|\\n| |\\[|\\]){0,40}(\\]\\})?"
        .prop_map(String::into_bytes);
    prop_oneof![texty, jsony, prop::collection::vec(any::<u8>(), 0..300)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_line_is_accounted_for(body in body(), layout in 0..6_usize) {
        // Bodies in other encodings have their lines elsewhere.
        let text = String::from_utf8_lossy(&body).into_owned();
        let read = read(&text, LAYOUTS[layout], &["1", "a"]);
        let lines = text.lines().count() as u64 - u64::from(text.starts_with('\u{feff}') && text.len() == 3);
        match read.end {
            Ok(tally) => {
                let good: u64 = read.good.iter().map(RawRow::lines).sum();
                prop_assert_eq!(tally.rows, read.good.len() as u64);
                prop_assert_eq!(tally.bad, read.bad.len() as u64);
                let others = tally.blank + tally.comments + tally.headers + tally.metadata;
                prop_assert_eq!(good + tally.bad + others, lines, "{:?} {:?}", tally, text);
            }
            Err(error) => prop_assert!(matches!(error, BodyError::Column { .. }), "{error}"),
        }
    }

    #[test]
    fn pieces_make_no_difference(body in body(), layout in 0..7_usize, first in 1..9_usize) {
        let wanted = [Column::parse("1"), Column::parse("a"), Column::parse(".")];
        let format = format(LAYOUTS[layout]);
        let mut whole = rows_of_stream(&body[..], &format, &wanted, &[0], Limits::default()).unwrap();
        let pieces = Pieces(&body, first);
        let mut parts = rows_of_stream(pieces, &format, &wanted, &[0], Limits::default()).unwrap();
        prop_assert_eq!(whole.by_ref().collect::<Vec<_>>(), parts.by_ref().collect::<Vec<_>>());
        prop_assert_eq!(whole.finish(), parts.finish());
    }

    #[test]
    fn what_the_csv_crate_writes_is_read_back(records in prop::collection::vec(prop::collection::vec("[a,\" \n\réあ]{0,8}", 3), 1..8)) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        for record in &records {
            writer.write_record(record).unwrap();
        }
        let body = writer.into_inner().unwrap();
        let read = read(&body, "type = 'csv'\ncomment = ['%']", &["a", "b", "c"]);
        // A carriage return before a line break counts as part of the break.
        let expected: Vec<Vec<String>> = records.iter()
            .map(|record| record.iter().map(|field| field.replace("\r\n", "\n")).collect()).collect();
        let found: Vec<Vec<&str>> = read.fields().into_iter().map(|(_, fields)| fields).collect();
        prop_assert_eq!(found, expected);
    }
}

//! What the Web API of EXIST had, and the test that proves it here.

use std::fmt::Write as _;
use std::path::Path;

/// What it had, the file and the name of the test.
const TABLE: &[(&str, &str, &str)] = &[
    (
        "`GET /api/` → links",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/reputation`, `ip=` `domain=` `url=` `source=`",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/reputation/sources`",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/twitter`, `datetime_after=` `datetime_before=`",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/exploit`, `datetime_after=` `datetime_before=`",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/news`, `datetime_after=` `datetime_before=`",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/vuln`, `vulndb_published_date_…=` `vulndb_last_modified_…=` `cve=` `tag=`",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "`/api/threatEvent`, `/api/threatAttribute` (empty until events are kept)",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "fields of every serializer, in order",
        "script",
        "an_old_script_reads_everything",
    ),
    (
        "what every field says",
        "rows",
        "every_field_says_what_it_said",
    ),
    (
        "`search=`",
        "searching",
        "words_are_regexes_of_which_each_is_somewhere",
    ),
    (
        "`limit=`, `offset=`, `next`, `previous`",
        "searching",
        "a_page_deep_down_is_reached_by_next_and_not_by_offset",
    ),
    (
        "(new) off until somebody is let in",
        "access",
        "it_is_off_until_somebody_is_let_in",
    ),
    (
        "(new) pages of others read nothing",
        "access",
        "a_page_of_somebody_else_reads_nothing",
    ),
    (
        "(new) audiences",
        "access",
        "what_the_account_may_not_read_is_not_there",
    ),
    (
        "(new) markings",
        "access",
        "the_marking_of_the_rule_is_a_ceiling",
    ),
];

const BEGIN: &str = "<!-- written by the test of the table -->";
const END: &str = "<!-- end -->";

#[test]
fn the_documents_have_the_table() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut table = format!("{BEGIN}\n| EXIST's Web API | test |\n|---|---|\n");
    for (what, file, test) in TABLE {
        let path = here.join("tests/exist").join(file).with_extension("rs");
        let source = std::fs::read_to_string(&path).unwrap();
        let begins = format!("#[tokio::test]\nasync fn {test}() {{\n");
        assert!(source.contains(&begins), "no test {file}::{test}");
        writeln!(table, "| {what} | `{file}::{test}` |").unwrap();
    }
    table.push_str(END);
    for document in ["exist.md", "exist.ja.md"] {
        let path = here.join("../../docs").join(document);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let expected = format!("{before}{table}{after}");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&path, &expected).unwrap();
        } else {
            assert_eq!(text, expected, "UPDATE_EXPECTED=1 writes {document} anew");
        }
    }
}

//! Warninglists of a data directory.

use std::fs;

use noroshi_exchange::warninglist::builtin;
use noroshi_lookup::load_warninglists;

#[test]
fn a_directory_is_read_file_by_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    write(
        "b.json",
        r#"{"name": "B", "type": "string", "list": ["x"]}"#,
    );
    write(
        "a/list.json",
        r#"{"name": "A", "type": "string", "list": ["x"]}"#,
    );
    write("a/other.json", "not read");
    write("empty/readme.md", "not read");
    write("bad.json", "{\n\"name\": 1}");
    let (lists, errors) = load_warninglists(dir.path());
    let names: Vec<_> = lists
        .lists()
        .iter()
        .map(|list| list.name.as_str())
        .collect();
    assert_eq!(&names[builtin().len()..], ["A", "B"]);
    let [error] = errors.as_slice() else {
        unreachable!("{errors:?}");
    };
    assert!(error.file.ends_with("bad.json"));
    assert!(
        error
            .to_string()
            .contains("bad.json: not a warninglist: invalid type"),
        "{error}"
    );
    assert!(error.reason.contains("line 2"), "{error}");

    let (lists, errors) = load_warninglists(&dir.path().join("missing"));
    assert_eq!(lists.lists().len(), builtin().len());
    assert_eq!(errors.len(), 1);
}

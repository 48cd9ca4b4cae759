//! Scores extraction against texts that an analyst labelled: what must be found, and nothing else.
//!
//! Each line of `corpus/*.jsonl` is `{"text": …, "expect": [{"kind", "value"}, …]}`. A value that stands
//! several times counts once a text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use noroshi_indicator::Kind;
use noroshi_indicator::extract::extract;
use serde_json::Value;

/// Precision and recall below this fail.
const FLOOR: f64 = 0.98;

#[derive(Default)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Score {
    fn precision(&self) -> f64 {
        ratio(self.right, self.wrong)
    }

    fn recall(&self) -> f64 {
        ratio(self.right, self.missed)
    }
}

fn ratio(right: usize, other: usize) -> f64 {
    if right + other == 0 {
        1.0
    } else {
        right as f64 / (right + other) as f64
    }
}

fn labels(line: &Value) -> BTreeSet<(Kind, String)> {
    line["expect"]
        .as_array()
        .expect("a list of labels")
        .iter()
        .map(|label| {
            let kind = label["kind"]
                .as_str()
                .expect("a kind")
                .parse()
                .expect("a known kind");
            (kind, label["value"].as_str().expect("a value").to_owned())
        })
        .collect()
}

#[test]
fn precision_and_recall() {
    let mut total = Score::default();
    let mut kinds: BTreeMap<Kind, Score> = BTreeMap::new();
    let mut texts = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    for entry in folder.read_dir().expect("the corpus") {
        let path = entry.expect("an entry").path();
        let body = std::fs::read_to_string(&path).expect("a text file");
        for (number, line) in body.lines().enumerate() {
            let line: Value = serde_json::from_str(line)
                .unwrap_or_else(|e| panic!("{}:{}: {e}", path.display(), number + 1));
            let text = line["text"].as_str().expect("a text");
            let expected = labels(&line);
            let found: BTreeSet<_> = extract(text)
                .into_iter()
                .map(|found| (found.observable.kind(), found.observable.value().to_owned()))
                .collect();
            for (kind, value) in &found {
                let known = expected.contains(&(*kind, value.clone()));
                for score in [&mut total, kinds.entry(*kind).or_default()] {
                    if known {
                        score.right += 1
                    } else {
                        score.wrong += 1
                    }
                }
                if !known {
                    println!("wrong   {kind} {value:?}\n   in {text:?}");
                }
            }
            for (kind, value) in expected.difference(&found) {
                total.missed += 1;
                kinds.entry(*kind).or_default().missed += 1;
                println!("missed  {kind} {value:?}\n   in {text:?}");
            }
            texts += 1;
        }
    }
    println!(
        "{texts} texts: precision {:.4}, recall {:.4}",
        total.precision(),
        total.recall()
    );
    for (kind, score) in &kinds {
        println!(
            "{kind:18} precision {:.3} recall {:.3} of {}",
            score.precision(),
            score.recall(),
            score.right + score.missed
        );
    }
    assert!(texts >= 300, "only {texts} texts");
    assert!(total.precision() >= FLOOR && total.recall() >= FLOOR);
    for kind in Kind::ALL {
        assert!(kinds.contains_key(kind), "no text has a {kind}");
    }
}

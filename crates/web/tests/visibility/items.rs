//! What is told of what sources collected: to each reader what the audiences of the sources allow, in every form.

use std::collections::BTreeSet;

use noroshi_store::{Form, Role};
use serde_json::Value;

use crate::posts::Walker;

/// Collections of EXIST, and what they are of.
pub(crate) const COLLECTIONS: [(&str, Option<Form>); 7] = [
    ("reputation", None),
    ("twitter", Some(Form::Social)),
    ("exploit", Some(Form::Exploit)),
    ("news", Some(Form::News)),
    ("vuln", Some(Form::Vulnerability)),
    ("threatEvent", None),
    ("threatAttribute", None),
];

impl Walker<'_> {
    /// Everything that reads, and items exactly.
    pub(crate) async fn everything_gathered(&self) {
        self.crawl().await;
        for (form, kind) in [
            (Form::News, "news"),
            (Form::Vulnerability, "vuln"),
            (Form::Exploit, "exploit"),
        ] {
            let pages = self
                .client
                .pages(&format!("/api/v1/posts?limit=3&q=in:{kind}"), "below")
                .await;
            let entries = pages
                .iter()
                .flat_map(|page| page["entries"].as_array().unwrap());
            let told = entries.map(|entry| entry["post"]["text"].as_str().unwrap());
            assert_eq!(marks(told), self.seen(form), "{kind}");
        }
        let told = self.json("/api/v1/vulnerabilities/CVE-2026-0001").await;
        for (sort, form) in [
            ("records", Form::Vulnerability),
            ("exploits", Form::Exploit),
        ] {
            let told = told[sort].as_array().unwrap();
            assert_eq!(told.len(), self.seen(form).len(), "{sort}");
        }
        let reads = self.wall.people[self.who].role == Role::Reader;
        for (name, form) in COLLECTIONS {
            let answer = self.get(&format!("/api/{name}?limit=1000"), true).await;
            assert_eq!(answer.status, if reads { 200 } else { 403 }, "{name}");
            let Some(form) = form.filter(|_| reads) else {
                continue;
            };
            let told = answer.json();
            let rows = told["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(Value::to_string);
            let rows: Vec<String> = rows.collect();
            assert_eq!(
                marks(rows.iter().map(String::as_str)),
                self.seen(form),
                "{name}"
            );
            assert_eq!(told["count"], rows.len(), "{name}");
        }
    }

    /// The marks of items of one form that somebody may read.
    fn seen(&self, form: Form) -> BTreeSet<String> {
        let hidden: BTreeSet<&str> = self.wall.hidden_marks(self.who).into_iter().collect();
        let items = self.wall.gathered.iter().filter(|item| item.form == form);
        let seen = items.filter(|item| !hidden.contains(item.mark.as_str()));
        seen.map(|item| item.mark.clone()).collect()
    }
}

/// The marks in texts, each of which has one.
fn marks<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mark = |text: &str| {
        let rest = text.split("gathered ").nth(1).unwrap();
        rest.split(' ').next().unwrap().to_owned()
    };
    texts.map(mark).collect()
}

//! What is told of labelled texts: those that somebody may read, and no others.

use noroshi_store::Role;
use serde_json::{Value, json};

use crate::posts::Walker;

impl Walker<'_> {
    /// Lists and exports have the texts that stand and may be read, each with what its author labelled.
    pub(crate) async fn annotations(&self) {
        let rows = self.wall.rows(self.who).into_iter();
        let expected: Vec<(i64, String)> = rows
            .filter(|(id, post, _)| *id == post.id)
            .map(|(id, post, _)| (id, self.wall.people[post.by].name.clone()))
            .collect();
        for state in ["all", "labelled"] {
            let path = format!("/api/v1/annotations?limit=7&state={state}");
            let pages = self.client.pages(&path, "below").await;
            let told = pages
                .iter()
                .flat_map(|page| page["texts"].as_array().unwrap());
            let told = told.map(|text| {
                let by = text["annotations"][0]["by"].as_str().unwrap();
                (text["post"].as_i64().unwrap(), by.to_owned())
            });
            assert_eq!(told.collect::<Vec<_>>(), expected, "{path}");
        }
        let answer = self.get("/annotate/export?format=jsonl", true).await;
        let lines = answer.text.lines();
        let told = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let told = told.map(|line| {
            let by = line["by"].as_str().unwrap();
            (line["post"].as_i64().unwrap(), by.to_owned())
        });
        assert_eq!(told.collect::<Vec<_>>(), expected);
        for post in &self.wall.posts {
            let path = format!("/api/v1/annotations/{}", post.id);
            let order = json!({"revision": -1, "spans": []});
            let answer = self.client.send("PUT", &path, &order).await;
            let seen = !post.deleted && self.wall.may_read(self.who, post);
            let writes = self.wall.people[self.who].role != Role::Reader;
            let expected = match (writes, seen) {
                (false, _) => 403,
                (true, false) => 404,
                (true, true) => 409,
            };
            assert_eq!(answer.status, expected, "{path}: {}", answer.text);
        }
    }
}

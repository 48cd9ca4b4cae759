//! Bots of the original, as processes under Python: only the host is given to them.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use noroshi_store::{Post, Reader, Timeline};
use noroshi_testkit::{Program, each_engine_async};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

use crate::common::Hub;
use crate::person::Person;

/// Far more than a bot takes.
const SOON: Duration = Duration::from_secs(60);

/// A bot at work. It ends with this value.
struct Bot {
    _program: Program,
    said: Lines<BufReader<ChildStdout>>,
}

fn command(job: &str, person: &Person<'_>, rest: &[&str]) -> Command {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/necomatter/bot.py");
    let host = person.hub.base.strip_prefix("http://").unwrap();
    let mut command = Command::new("python3");
    command
        .args([script, job, host, &person.name, &person.key])
        .args(rest);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

impl Bot {
    async fn start(job: &str, person: &Person<'_>, rest: &[&str]) -> Bot {
        let mut program = Program::start(&mut command(job, person, rest));
        let stdout = ChildStdout::from_std(program.stdout().unwrap()).unwrap();
        let mut bot = Bot {
            _program: program,
            said: BufReader::new(stdout).lines(),
        };
        assert_eq!(bot.says().await, "listening");
        bot
    }

    async fn says(&mut self) -> String {
        let line = tokio::time::timeout(SOON, self.said.next_line()).await;
        line.unwrap()
            .unwrap()
            .unwrap_or_else(|| panic!("the bot ended"))
    }
}

/// All posts, oldest first.
async fn posts(person: &Person<'_>) -> Vec<Post> {
    let (store, reader) = (&person.hub.store, Reader::account(person.id));
    let page = store
        .timeline(&reader, &Timeline::Everyone, None, 100)
        .await;
    let mut posts: Vec<Post> = page
        .unwrap()
        .entries
        .into_iter()
        .map(|entry| entry.post)
        .collect();
    posts.reverse();
    posts
}

#[tokio::test]
async fn a_bot_posts_from_its_standard_input() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let first = ann.post("first").await;
        let reply = first.to_string();
        let mut command = command("post", &ann, &[&reply]);
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            stdin
                .write_all("**日本語** #Agurim  \nsecond line\n".as_bytes())
                .unwrap();
            drop(stdin);
            child.wait_with_output().unwrap()
        });
        let ended = ended.await.unwrap();
        assert!(ended.status.success());
        let posts = posts(&ann).await;
        let said = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(said.trim(), format!("post success {}", posts[1].id));
        assert_eq!(posts[1].text, "**日本語** #Agurim  \nsecond line\n");
        assert_eq!(posts[1].reply_to, Some(first));
    })
    .await;
}

#[tokio::test]
async fn a_watcher_prints_what_is_found() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let mut bot = Bot::start("watch", &ann, &["h.llo"]).await;
        let post = ben.post("hello\u{2028}hallo\u{85}\r\n日本").await;
        let line: Value = serde_json::from_str(&bot.says().await).unwrap();
        assert_eq!(line["id"], post);
        assert_eq!(line["text"], "hello\u{2028}hallo\u{85}\r\n日本");
        assert_eq!(line["match_result"], serde_json::json!(["hello", "hallo"]));
    })
    .await;
}

#[tokio::test]
async fn a_bot_greets_in_the_thread_and_not_itself() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, bot_account) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "robo").await,
        );
        let mut bot = Bot::start("hello", &bot_account, &[]).await;
        ann.post("not for it").await;
        for text in ["hello there", "once more hello <b>"] {
            let asked = ann.post(text).await;
            let said = bot.says().await;
            let words: Vec<&str> = said.split(' ').collect();
            assert_eq!(words[..2], ["answered", &asked.to_string()], "{said}");
            let answer: i64 = words[2].parse().unwrap();
            // Its own answer says hello too; it knows it by its number.
            assert_eq!(bot.says().await, format!("own {answer}"));
            let posts = posts(&ann).await;
            let last = posts.last().unwrap();
            assert_eq!((last.id, last.reply_to), (answer, Some(asked)));
            assert!(last.text.starts_with("hello ann: "));
        }
        assert_eq!(posts(&ann).await.len(), 5);
    })
    .await;
}

/// What a bot answers to a text, one answer for each thing that it finds.
async fn judged(pattern: &str, text: &str, answers: &[&str]) {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, robo) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "robo").await,
        );
        let mut bot = Bot::start("judge", &robo, &[pattern]).await;
        let asked = ann.post(text).await;
        for answer in answers {
            let said = bot.says().await;
            assert!(said.starts_with(&format!("answered {asked} ")), "{said}");
            let posts = posts(&ann).await;
            assert!(
                posts
                    .iter()
                    .any(|post| post.text == *answer && post.reply_to == Some(asked))
            );
        }
        assert_eq!(posts(&ann).await.len(), 1 + answers.len());
    })
    .await;
}

#[tokio::test]
async fn one_group_is_a_text() {
    let pattern = r"ask (\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})";
    let text = "ask 10.0.0.1, ask 192.168.1.2";
    judged(pattern, text, &["judged 10.0.0.1", "judged 192.168.1.2"]).await;
}

#[tokio::test]
async fn several_groups_are_several_texts() {
    let text = "block a=b block c=";
    judged(
        r"block (\w+)=(\w+)?",
        text,
        &["judged a and b", "judged c and "],
    )
    .await;
}

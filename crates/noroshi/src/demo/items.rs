//! What the demo's publishers and outside authors say: records of vulnerabilities in two languages with their scores,
//! exploits, news and posts; and labels to put on such texts.

use noroshi_exchange::record::{Cvss, Exploit, Facts, Product, Reference};
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{
    AccountKind, Author, Form, Import, ImportMode, Mode, NewItem, NewLabel, NewListing, NewScore,
    NewSource, Reader, Source, Store, Timeline,
};

use super::cast::{Cast, DAY};
use super::random::Random;
use super::{ACCOUNT, ACTOR};

/// The sources, which bring items, scores and a list of what is exploited.
pub(super) const SOURCES: [&str; 8] = [
    "demo-vulnerabilities",
    "demo-vulnerabilities-ja",
    "demo-exploited",
    "demo-scores",
    "demo-exploits",
    "demo-daily",
    "demo-security-news",
    "demo-outside",
];

/// Days of which there are scores.
const DAYS: i64 = 60;

/// A vulnerability: its number, vendor, product, what it is in both languages, CVSS in tenths, CWE, and whether it is
/// exploited.
struct Flaw(
    u32,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u8,
    &'static str,
    bool,
);

const FLAWS: [Flaw; 8] = [
    Flaw(
        90_001,
        "Kaisha Networks",
        "EdgeGate",
        "command injection",
        "コマンドインジェクション",
        98,
        "CWE-78",
        true,
    ),
    Flaw(
        90_002,
        "Acme",
        "MailRoom",
        "cross-site scripting",
        "クロスサイトスクリプティング",
        61,
        "CWE-79",
        false,
    ),
    Flaw(
        90_003,
        "Kaisha Networks",
        "EdgeGate",
        "authentication bypass",
        "認証回避",
        91,
        "CWE-287",
        true,
    ),
    Flaw(
        90_004,
        "Sakura Soft",
        "Chobo",
        "SQL injection",
        "SQLインジェクション",
        88,
        "CWE-89",
        false,
    ),
    Flaw(
        90_005,
        "Acme",
        "FileDrop",
        "path traversal",
        "パストラバーサル",
        75,
        "CWE-22",
        true,
    ),
    Flaw(
        90_006,
        "Northwind",
        "Meet",
        "use after free",
        "解放済みメモリの使用",
        78,
        "CWE-416",
        false,
    ),
    Flaw(
        90_007,
        "Sakura Soft",
        "Kura",
        "open redirect",
        "オープンリダイレクト",
        47,
        "CWE-601",
        false,
    ),
    Flaw(
        90_008,
        "Northwind",
        "Print",
        "out-of-bounds write",
        "境界外書き込み",
        82,
        "CWE-787",
        false,
    ),
];

/// Brings all of it, unless it is there.
pub(super) async fn fill(store: &Store, cast: &Cast) -> anyhow::Result<()> {
    let sources = store.sources(&Reader::operator()).await?;
    if sources
        .iter()
        .any(|source| source.name == "demo-outside" && source.last_good.is_some())
    {
        return Ok(());
    }
    let now = cast.now;
    items(store, now, "demo-vulnerabilities", records(now, "en")).await?;
    items(store, now, "demo-vulnerabilities-ja", records(now, "ja")).await?;
    items(store, now, "demo-exploits", exploits(now)).await?;
    items(store, now, "demo-daily", news(now, false)).await?;
    items(store, now, "demo-security-news", news(now, true)).await?;
    exploited(store, now).await?;
    scores(store, now).await?;
    labels(store).await?;
    items(store, now, "demo-outside", posts(cast)).await
}

async fn source(store: &Store, name: &str, mode: Mode) -> anyhow::Result<Source> {
    let new = NewSource {
        name: name.to_owned(),
        mode,
        expiry: None,
        audience: noroshi_store::EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: true,
        owner: None,
    };
    Ok(store.ensure_source(new).await?)
}

async fn begin(store: &Store, now: i64, source: &Source) -> anyhow::Result<Import> {
    let import = store.begin_import(source, ImportMode::Offline, ACTOR, None);
    Ok(import.await?.dated(now - DAY / 24).await?)
}

async fn items(store: &Store, now: i64, name: &str, items: Vec<NewItem>) -> anyhow::Result<()> {
    let source = source(store, name, Mode::Increment).await?;
    let mut import = begin(store, now, &source).await?;
    import.items(items, Vec::new()).await?;
    import.finish().await?;
    Ok(())
}

fn cve(number: u32) -> Option<Observable> {
    Observable::parse(Kind::Cve, &format!("CVE-2026-{number}")).ok()
}

fn item(form: Form, key: String, title: Option<String>, text: String) -> NewItem {
    NewItem {
        form,
        url: Some(format!("https://publisher.example/{}", key.to_lowercase())),
        key,
        title,
        text,
        author: None,
        language: None,
        published: None,
        updated: None,
        tags: Vec::new(),
        observables: Vec::new(),
        facts: None,
    }
}

/// One record a flaw, a few days apart.
fn records(now: i64, language: &str) -> Vec<NewItem> {
    let japanese = language == "ja";
    let record = |(at, flaw): (i64, &Flaw)| {
        let Flaw(number, vendor, product, what, what_ja, score, cwe, _) = flaw;
        let id = match japanese {
            true => format!("JVNDB-2026-{number:06}"),
            false => format!("CVE-2026-{number}"),
        };
        let (title, text) = match japanese {
            true => (
                format!("{product} における{what_ja}の脆弱性"),
                format!(
                    "{vendor} の {product} には、{what_ja}の脆弱性が存在します。\n\n第三者により、細工したリクエストを送られる可能性があります。"
                ),
            ),
            false => (
                format!("{vendor} {product}: {what}"),
                format!(
                    "{product} of {vendor} before 4.2 has a {what} in its administration pages.\n\nA request that is made for it is enough."
                ),
            ),
        };
        let solution = match japanese {
            true => "開発者が提供する情報をもとに、最新版へアップデートしてください。",
            false => "Update to 4.2 or later.",
        };
        NewItem {
            language: Some(language.to_owned()),
            published: Some(now - (2 + at * 3) * DAY),
            updated: Some(now - (1 + at * 2) * DAY),
            tags: vec!["web".to_owned()],
            observables: cve(*number).into_iter().collect(),
            facts: Some(Facts {
                id: id.clone(),
                cves: vec![format!("CVE-2026-{number}")],
                cvss: vec![Cvss {
                    version: "3.1".to_owned(),
                    vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:L".to_owned(),
                    score: *score,
                    severity: None,
                    by: Some(if japanese { "IPA" } else { "vendor" }.to_owned()),
                }],
                cwes: vec![(*cwe).to_owned()],
                products: vec![Product {
                    vendor: (*vendor).to_owned(),
                    product: (*product).to_owned(),
                    cpe: None,
                    versions: Some("before 4.2".to_owned()),
                }],
                references: vec![Reference {
                    url: format!("https://vendor.example/advisories/{number}"),
                    name: Some(format!("advisory {number}")),
                    tags: vec!["Vendor Advisory".to_owned()],
                }],
                solution: Some(solution.to_owned()),
                status: Some("Analyzed".to_owned()),
                ..Facts::default()
            }),
            ..item(Form::Vulnerability, id, Some(title), text)
        }
    };
    (0..).zip(&FLAWS).map(record).collect()
}

fn exploits(now: i64) -> Vec<NewItem> {
    let exploited = FLAWS.iter().filter(|flaw| flaw.7 || flaw.5 > 87);
    let exploit = |(at, flaw): (i64, &Flaw)| {
        let key = format!("EDB-{}", 99_000 + at);
        NewItem {
            published: Some(now - (1 + at) * DAY),
            observables: cve(flaw.0).into_iter().collect(),
            facts: Some(Facts {
                id: key.clone(),
                cves: vec![format!("CVE-2026-{}", flaw.0)],
                exploit: Some(Exploit {
                    platform: Some("linux".to_owned()),
                    kind: Some("remote".to_owned()),
                    verified: Some(at == 0),
                    ..Exploit::default()
                }),
                ..Facts::default()
            }),
            ..item(
                Form::Exploit,
                key,
                Some(format!("{} 4.1 - {}", flaw.2, flaw.3)),
                "# invented: does nothing\nprint('demo')".to_owned(),
            )
        }
    };
    (0..).zip(exploited).map(exploit).collect()
}

/// Some headlines stand in both papers.
fn news(now: i64, second: bool) -> Vec<NewItem> {
    let told = [
        (
            "EdgeGate devices taken over by the thousand",
            "CVE-2026-90001 opens the door; the patch is two weeks old.",
            true,
        ),
        (
            "フィッシングの報告が3か月連続で増加",
            "金融機関をかたるメールが目立つ。login-kaisha.example の類似名に注意。",
            true,
        ),
        (
            "FileDrop servers are emptied before they are locked",
            "Ransomware comes in by CVE-2026-90005.",
            true,
        ),
        (
            "A quiet week for mail worms",
            "Nothing new was seen.",
            false,
        ),
        (
            "中小企業向けの対策ガイドが改訂",
            "バックアップの章が新しくなった。",
            false,
        ),
        (
            "Old routers, new botnet",
            "It scans for EdgeGate since Monday.",
            false,
        ),
    ];
    let paper = if second { "news" } else { "daily" };
    let told = (0_i64..)
        .zip(told)
        .filter(|(at, (_, _, both))| *both || (at % 2 == 0) == second);
    let story = |(at, (title, text, _)): (i64, (&str, &str, bool))| NewItem {
        published: Some(now - at * DAY / 2 - DAY / 12),
        ..item(
            Form::News,
            format!("{paper}-{at}"),
            Some(title.to_owned()),
            text.to_owned(),
        )
    };
    told.map(story).collect()
}

fn posts(cast: &Cast) -> Vec<NewItem> {
    let campaigns = cast.campaigns.iter().take(8);
    let post = |(at, campaign): (i64, &super::cast::Campaign)| {
        let named = campaign
            .names
            .last()
            .map(Observable::defanged)
            .unwrap_or_default();
        let from = campaign
            .addresses
            .first()
            .map(Observable::defanged)
            .unwrap_or_default();
        let text = match at % 2 {
            0 => format!("New #{} panel up: {named} on {from}", campaign.family),
            _ => format!(
                "{} の新しい配布先を確認: {named}（{from}）",
                campaign.family
            ),
        };
        let name = if at % 2 == 0 {
            "Malware Birdwatcher"
        } else {
            "のろし見張り番"
        };
        NewItem {
            published: Some(cast.now - at * DAY / 6),
            author: Some(Author {
                name: name.to_owned(),
                handle: Some(format!("watcher{}@social.example", at % 2)),
                url: None,
            }),
            tags: vec![campaign.family.to_owned()],
            ..item(Form::Social, format!("post-{at}"), None, text)
        }
    };
    (0..).zip(campaigns).map(post).collect()
}

/// The list of what is exploited.
async fn exploited(store: &Store, now: i64) -> anyhow::Result<()> {
    let listed = FLAWS.iter().filter(|flaw| flaw.7).filter_map(|flaw| {
        let mut tags = vec!["exploited".to_owned(), "kev".to_owned()];
        tags.extend((flaw.0 == 90_005).then(|| "ransomware".to_owned()));
        let due = jiff::Timestamp::from_microsecond(now + 14 * DAY).ok()?;
        let due = due.strftime("%Y-%m-%d");
        Some(NewListing {
            observable: cve(flaw.0)?,
            item: 0,
            first_seen: Some(now - 5 * DAY),
            last_seen: None,
            port: None,
            family: None,
            tags,
            note: Some(format!("{} {}: {}. Due {due}.", flaw.1, flaw.2, flaw.3)),
            confidence: None,
            reference: None,
        })
    });
    let source = source(store, "demo-exploited", Mode::Snapshot).await?;
    let mut import = begin(store, now, &source).await?;
    import.chunk(listed.collect(), Vec::new()).await?;
    import.finish().await?;
    Ok(())
}

/// Two months of scores, which rise for what is exploited.
async fn scores(store: &Store, now: i64) -> anyhow::Result<()> {
    let (mut random, today) = (Random::new(7), now.div_euclid(DAY));
    let mut rows = Vec::new();
    for flaw in &FLAWS {
        let Some(cve) = cve(flaw.0) else { continue };
        let mut score = random.below(4_000);
        for day in 1 - DAYS..=0 {
            score = match flaw.7 && day > -20 {
                true => (score + 2_000 + random.below(4_000)).min(96_000),
                false => (score + random.below(60)).saturating_sub(random.below(60)),
            };
            let score = u32::try_from(score).unwrap_or_default();
            rows.push(NewScore {
                cve: cve.clone(),
                day: today + day,
                score,
                percentile: (score / 2 + 50_000).min(99_900),
            });
        }
    }
    let source = source(store, "demo-scores", Mode::Increment).await?;
    let mut import = begin(store, now, &source).await?;
    import.scores(rows, Vec::new()).await?;
    import.finish().await?;
    Ok(())
}

/// Labels, and some texts that wait for them.
async fn labels(store: &Store) -> anyhow::Result<()> {
    let who = Reader::account(store.person(ACCOUNT).await?.id);
    if !store.labels().await?.is_empty() {
        return Ok(());
    }
    for (at, (name, kinds)) in (1_u8..).zip([
        (
            "indicator",
            &[
                Kind::Domain,
                Kind::Ipv4,
                Kind::Ipv6,
                Kind::Url,
                Kind::Sha256,
            ][..],
        ),
        ("vulnerability", &[Kind::Cve]),
        ("malware", &[]),
        ("actor", &[]),
        ("target", &[]),
    ]) {
        let new = NewLabel {
            name: name.to_owned(),
            colour: at,
            key: Some(at),
            kinds: kinds.to_vec(),
        };
        store.add_label(&who, new).await?;
    }
    let Some(me) = who.account_id() else {
        return Ok(());
    };
    let posts = store.timeline(&who, &Timeline::Everyone, None, 100).await?;
    let named = posts.entries.iter().filter(|entry| {
        let post = &entry.post;
        post.from.kind == AccountKind::Person && post.observables.len() > 1
    });
    for entry in named.take(3) {
        let post = entry.post.id;
        store.set_annotation_target(me, post, true).await?;
    }
    Ok(())
}

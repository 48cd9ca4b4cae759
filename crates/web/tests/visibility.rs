//! A reader never learns of a statement outside the audience.
//!
//! Random organisations, audiences, accounts, sources and imports; then every route that there is, asked by
//! every account, against a slow model of what that account may know. A route that is not in the table of
//! [`routes`] fails the test, and so does the mark of a hidden source anywhere in an answer. The same for a
//! random wall of posts, threads, files, lists and stories, over every route that reads.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of it is tests")]

#[path = "visibility/annotations.rs"]
mod annotations;
#[path = "visibility/answers.rs"]
mod answers;
#[path = "visibility/asker.rs"]
mod asker;
#[path = "visibility/channels.rs"]
mod channels;
mod common;
#[path = "visibility/dice.rs"]
mod dice;
#[path = "visibility/hunts.rs"]
mod hunts;
#[path = "visibility/items.rs"]
mod items;
#[path = "visibility/model.rs"]
mod model;
#[path = "visibility/necomatter.rs"]
mod necomatter;
#[path = "visibility/pages.rs"]
mod pages;
#[path = "visibility/people.rs"]
mod people;
#[path = "visibility/posts.rs"]
mod posts;
#[path = "visibility/routes.rs"]
mod routes;
#[path = "visibility/stories.rs"]
mod stories;
#[path = "visibility/wall.rs"]
mod wall;
#[path = "visibility/world.rs"]
mod world;

use noroshi_testkit::each_engine_async;

use crate::asker::Asker;
use crate::channels::OF_CHANNELS;
use crate::common::Hub;
use crate::dice::Dice;
use crate::hunts::OF_HUNTS;
use crate::necomatter::FACE;
use crate::posts::Walker;
use crate::routes::{Check, OF_POSTS, TABLE};
use crate::wall::Wall;
use crate::world::World;

const SEEDS: [u64; 3] = [1, 2, 3];

#[test]
fn every_route_is_in_the_table() {
    let mut known: Vec<(&str, &str)> = TABLE
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .chain(OF_POSTS.iter().copied())
        .chain(OF_CHANNELS.iter().copied())
        .chain(OF_HUNTS.iter().copied())
        .chain(FACE.iter().map(|route| (route.method, route.path)))
        .collect();
    known.sort_unstable();
    // Some are for bots and for people, by how their paths end.
    known.dedup();
    let there = noroshi_web::routes::table();
    let there: Vec<(&str, &str)> = there
        .iter()
        .map(|one| (one.method, one.path.as_str()))
        .collect();
    assert_eq!(
        known, there,
        "give every route a check in the table of this test"
    );

    // The table above is made from the handlers' descriptions; nothing gets around them.
    let page = include_str!("../src/routes.rs");
    for way in [
        ".route(",
        ".route_service(",
        ".nest(",
        ".nest_service(",
        ".fallback_service(",
    ] {
        assert!(
            !page.contains(way),
            "register by description, not by {way}…)"
        );
    }
}

#[tokio::test]
async fn a_reader_never_learns_of_a_statement_outside_the_audience() {
    for seed in SEEDS {
        each_engine_async(async |place| {
            println!("seed: {seed}");
            let hub = Hub::on(&place).await;
            let mut dice = Dice::new(seed);
            let mut world = World::random(&hub, &mut dice).await;
            assert!(
                world.has_secrets(),
                "seed {seed} makes a world without secrets"
            );
            everybody_asks(&hub, &world, &TABLE.map(|(_, _, check)| check)).await;

            // What is undone, and what changes its audience, is seen so at once.
            world.roll_back_something(&hub, &mut dice).await;
            everybody_asks(&hub, &world, &Check::OF_STATEMENTS).await;
            world.change_an_audience(&hub, &mut dice).await;
            everybody_asks(&hub, &world, &Check::OF_STATEMENTS).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_reader_never_learns_of_a_post_outside_the_audience() {
    for seed in &SEEDS[..2] {
        each_engine_async(async |place| {
            println!("seed: {seed}");
            let hub = Hub::on(&place).await;
            let mut dice = Dice::new(*seed);
            let mut wall = Wall::random(&hub, &mut dice).await;
            for who in 0..wall.people.len() {
                assert!(
                    who == 0 || !wall.hidden_marks(who).is_empty(),
                    "seed {seed} hides nothing from {who}"
                );
                Walker::new(&hub, &wall, who).await.everything().await;
            }
            wall.change_an_audience(&hub, &mut dice).await;
            for who in 0..wall.people.len() {
                Walker::new(&hub, &wall, who).await.exactly().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_reader_never_learns_of_an_item_outside_the_audience() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let mut dice = Dice::new(SEEDS[0]);
        let mut wall = Wall::random(&hub, &mut dice).await;
        wall.gather(&hub, &mut dice).await;
        for who in 0..wall.people.len() {
            Walker::new(&hub, &wall, who)
                .await
                .everything_gathered()
                .await;
        }
        assert!(!wall.hidden_marks(4).is_empty());
    })
    .await;
}

async fn everybody_asks(hub: &Hub, world: &World, checks: &[Check]) {
    for who in 0..world.people.len() {
        let asker = Asker::new(hub, world, who);
        for check in checks {
            check.run(&asker).await;
        }
        asker.hunts().await;
        asker.face(checks.len() < TABLE.len()).await;
    }
}

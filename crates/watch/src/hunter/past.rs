//! Hunts through the past, a page at a time, from where they were.

use std::time::Duration;

use noroshi_store::{Job, JobFound, PostOptions, Reader, Result, SearchOptions, Store};

/// What one page reads.
const PAGE: usize = 500;
/// How long one page may take.
const BUDGET: Duration = Duration::from_secs(2);
/// How often is asked whether there is something to do.
const IDLE: Duration = Duration::from_secs(1);
/// Between pages, so that others write too.
const BREATH: Duration = Duration::from_millis(5);

/// Works at jobs, the oldest first, for as long as it is polled.
pub(super) async fn work(store: Store) -> Result<()> {
    loop {
        let Some(job) = store.next_job().await? else {
            tokio::time::sleep(IDLE).await;
            continue;
        };
        step(&store, &job).await?;
        tokio::time::sleep(BREATH).await;
    }
}

/// One page. What is wrong with a job ends it; what is wrong with the database does not.
async fn step(store: &Store, job: &Job) -> Result<()> {
    match page(store, job).await {
        Ok(found) => store.advance_job(job, found).await.map(|_| ()),
        Err(error) if error.is_unavailable() => Err(error),
        Err(error) => store.fail_job(job.id, &error.to_string()).await,
    }
}

async fn page(store: &Store, job: &Job) -> Result<JobFound> {
    let reader = Reader::account(job.owner);
    let Some(query) = job.query()? else {
        return Ok(JobFound::default());
    };
    if job.posts {
        let options = PostOptions {
            limit: PAGE,
            below: job.place.as_deref().and_then(|place| place.parse().ok()),
            budget: BUDGET,
        };
        let page = store.search_posts(&reader, &query, options).await?;
        return Ok(JobFound {
            posts: page
                .entries
                .iter()
                .map(|entry| (entry.id, entry.post.revision))
                .collect(),
            oldest: page.entries.iter().map(|entry| entry.post.received).min(),
            listings: Vec::new(),
            next: page.next.map(|below| below.to_string()),
        });
    }
    let options = SearchOptions {
        limit: PAGE,
        cursor: job.place.clone(),
        budget: BUDGET,
        counting: Duration::ZERO,
    };
    let page = store.search(&reader, &query, options).await?;
    let listings: Vec<_> = page
        .found
        .into_iter()
        .flat_map(|found| found.listings)
        .collect();
    Ok(JobFound {
        posts: Vec::new(),
        oldest: listings.iter().map(|listing| listing.received).min(),
        listings,
        next: page.next,
    })
}

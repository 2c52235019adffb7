//! The hot queries go by an index, on both engines, however large the tables grow: what the store itself runs is written
//! down while it runs, and then each statement is explained by the engine.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod explain;
mod hot;

use std::sync::{Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use sealpost_store::testing::{postgres, sqlite};

/// What ran, as the connections tell it.
static RAN: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// The connections of a process tell it to one place: one test at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn write_down() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let mut ran = RAN.lock().unwrap_or_else(PoisonError::into_inner);
            ran.push(query.to_string());
        }
    }))
}

fn take() -> Vec<String> {
    std::mem::take(&mut *RAN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// How the store's connections have been set up since this was last called, on PostgreSQL.
fn settings() -> Vec<String> {
    let ran = take().into_iter();
    ran.filter(|text| text.starts_with("SET ")).collect()
}

/// The statements that ran since this was last called and that look for rows, without their values.
fn statements() -> Vec<String> {
    take()
        .iter()
        .map(|text| text.split_once(" -- binds").map_or(&**text, |(sql, _)| sql))
        .filter(|sql| {
            ["SELECT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|verb| sql.starts_with(verb))
                || sql.starts_with("INSERT ") && sql.contains(" JOIN ")
        })
        // Asked by the driver when a connection is made or checked.
        .filter(|sql| sql.contains(" WHERE ") || sql.contains("unnest("))
        .map(ToOwned::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hot_queries_go_by_an_index_on_sqlite() {
    let _alone = ALONE.lock().await;
    set_default_instrumentation(write_down).unwrap();
    let Some((store, guard)) = sqlite().await else {
        return;
    };
    let hot = hot::run(&store).await;
    drop(store);
    for case in hot {
        let plans = explain::on_sqlite(&guard.path(), &case.statements);
        for plan in &plans {
            assert!(
                plan.lines.iter().all(|line| !reads_a_whole_table(line)),
                "{}: {plan}",
                case.what
            );
        }
        check(&case, case.sqlite, &plans);
    }
}

/// As SQLite says it; a row of constants is none.
fn reads_a_whole_table(line: &str) -> bool {
    line.starts_with("SCAN ") && !line.starts_with("SCAN CONSTANT ROW")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hot_queries_go_by_an_index_on_postgres() {
    let _alone = ALONE.lock().await;
    set_default_instrumentation(write_down).unwrap();
    let Some((store, guard)) = postgres().await else {
        return;
    };
    let settings = settings();
    assert!(
        settings.iter().any(|one| one.contains("enable_seqscan")),
        "the store sets its connections up: {settings:?}"
    );
    let hot = hot::run(&store).await;
    let mut database = explain::Postgres::fresh(guard.url(), &settings);
    // Statements stay prepared, with the plans that they were given when there was nothing (ADR 0022).
    check_all(&mut database, &hot);
    database.fill();
    check_all(&mut database, &hot);
}

fn check_all(database: &mut explain::Postgres, hot: &[hot::Case]) {
    for case in hot {
        let plans = database.explain(&case.statements);
        for plan in &plans {
            assert!(
                plan.lines.iter().all(|line| !line.contains("Seq Scan on")),
                "{}: {plan}",
                case.what
            );
        }
        check(case, case.postgres, &plans);
    }
}

/// The plans of a case name what is meant, and there are plans at all.
fn check(case: &hot::Case, meant: &[&str], plans: &[explain::Plan]) {
    for part in meant {
        assert!(
            plans
                .iter()
                .any(|plan| plan.lines.iter().any(|line| line.contains(part))),
            "{}: no plan has {part}: {}",
            case.what,
            plans.iter().map(ToString::to_string).collect::<String>()
        );
    }
}

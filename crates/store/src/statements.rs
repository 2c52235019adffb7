//! Sees to it, where assertions are on, that what asks once is one statement and only reads: no transaction holds several together.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::Connection;
use diesel::connection::{Instrumentation as _, InstrumentationEvent, get_default_instrumentation};

/// Does `work`, which must be one statement at the most.
pub(crate) fn one_statement<C: Connection, R>(conn: &mut C, work: impl FnOnce(&mut C) -> R) -> R {
    if !cfg!(debug_assertions) {
        return work(conn);
    }
    let statements = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&statements);
    let mut others = get_default_instrumentation();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = &event {
            let text = query.to_string();
            noted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(text);
        }
        others.on_connection_event(event);
    });
    let done = work(conn);
    conn.set_instrumentation(get_default_instrumentation());
    let statements = statements.lock().unwrap_or_else(PoisonError::into_inner);
    let reads = statements.iter().all(|text| text.starts_with("SELECT"));
    assert!(reads && statements.len() <= 1, "{statements:#?}");
    done
}

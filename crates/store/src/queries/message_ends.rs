//! How messages end: deleted for everyone, or because their time is over. A place is left of them.

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::messages::MessageId;

use super::Conn;
use crate::failure::QueryError;
use crate::schema::{attachments, deliveries, messages};

/// Takes away what hangs on messages that have just been deleted: files, and who was to acknowledge them.
fn let_go(conn: &mut Conn, ids: &[Vec<u8>], now: Timestamp) -> Result<(), QueryError> {
    diesel::delete(attachments::table.filter(attachments::message_id.eq_any(ids))).execute(conn)?;
    let pending = deliveries::table
        .filter(deliveries::message_id.eq_any(ids))
        .filter(deliveries::acknowledged_at.is_null());
    diesel::update(pending)
        .set(deliveries::acknowledged_at.eq(now.as_micros()))
        .execute(conn)?;
    Ok(())
}

/// What a message loses when it is deleted.
macro_rules! emptied {
    () => {
        (
            messages::body.eq(Vec::new()),
            messages::sent_at.eq(None::<i64>),
            messages::attached.eq(0),
        )
    };
}

/// Deletes a message, unless it is deleted already.
pub(super) fn delete(conn: &mut Conn, id: MessageId, now: Timestamp) -> Result<bool, QueryError> {
    let there = messages::table
        .filter(messages::id.eq(id.as_bytes().as_slice()))
        .filter(messages::deleted_at.is_null());
    let deleted = diesel::update(there)
        .set((emptied!(), messages::deleted_at.eq(now.as_micros())))
        .execute(conn)?;
    if deleted == 1 {
        let_go(conn, &[id.as_bytes().to_vec()], now)?;
    }
    Ok(deleted == 1)
}

/// Deletes at most `limit` of those whose time is over.
pub(super) fn expire(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<u64, QueryError> {
    let ids: Vec<Vec<u8>> = messages::table
        .filter(messages::expires_at.le(now.as_micros()))
        .filter(messages::deleted_at.is_null())
        .order(messages::expires_at)
        .limit(i64::from(limit))
        .select(messages::id)
        .load(conn)?;
    if ids.is_empty() {
        return Ok(0);
    }
    // Another instance may have been faster.
    let over = messages::table
        .filter(messages::id.eq_any(&ids))
        .filter(messages::deleted_at.is_null());
    let expired = diesel::update(over)
        .set((emptied!(), messages::deleted_at.eq(messages::expires_at)))
        .execute(conn)?;
    let_go(conn, &ids, now)?;
    Ok(u64::try_from(expired).unwrap_or(u64::MAX))
}

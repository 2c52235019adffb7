//! One question, without a transaction: one way there and back instead of three.

use diesel::PgConnection;
use sealpost_domain::ports::Unit;

use super::backend::queries::{Ran, run_asking};
use super::give_up;
use crate::failure::{Failure, contained};
use crate::pool::Stopped;
use crate::statements::one_statement;

/// Runs a unit that asks once. One that found the connection dead can ask again on another.
pub(super) fn ask(conn: &mut PgConnection, unit: &mut Unit) -> Result<(), Stopped> {
    let ran = contained(|| one_statement(conn, |conn| run_asking(conn, unit)))?;
    match ran {
        Ran::Commit(_) | Ran::RollBack => Ok(()),
        Ran::Failed(Failure::Lost, error) => {
            give_up(conn);
            Err(Stopped::Dead(error))
        }
        Ran::Failed(_, error) => Err(error.into()),
    }
}

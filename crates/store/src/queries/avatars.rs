use diesel::prelude::*;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::avatars::{Avatar, AvatarName};
use sealpost_domain::ports::{AvatarRepository, Constraint, StoreError};

use super::UnitTx;
use crate::decode::At;
use crate::schema::{accounts, avatars};

/// As it stands in the account's row: nothing for the default, else the name of the file.
pub(super) fn to_column(avatar: Avatar) -> Option<String> {
    match avatar {
        Avatar::Default => None,
        chosen => Some(chosen.file_name()),
    }
}

pub(super) fn from_column(column: Option<&str>) -> Result<Avatar, StoreError> {
    column.map_or(Ok(Avatar::Default), |file_name| {
        Avatar::from_file_name(file_name).ok_or_else(|| At("accounts", "avatar").corrupt())
    })
}

impl AvatarRepository for UnitTx<'_> {
    fn choose(&mut self, account: AccountId, avatar: Avatar) -> Result<bool, StoreError> {
        self.run(|conn| {
            let account = account.as_bytes().as_slice();
            let updated = diesel::update(accounts::table.find(account))
                .set(accounts::avatar.eq(to_column(avatar)))
                .execute(conn)?;
            let own = avatars::table.filter(avatars::account_id.eq(account));
            match avatar {
                Avatar::Uploaded(name) => {
                    let name = name.as_bytes().as_slice();
                    diesel::delete(own.filter(avatars::name.ne(name))).execute(conn)?
                }
                Avatar::Default | Avatar::Fary => diesel::delete(own).execute(conn)?,
            };
            Ok(updated == 1)
        })
    }

    fn insert(
        &mut self,
        account: AccountId,
        name: AvatarName,
        picture: &[u8],
    ) -> Result<(), StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(avatars::table)
                .values((
                    avatars::name.eq(name.as_bytes().as_slice()),
                    avatars::account_id.eq(account.as_bytes().as_slice()),
                    avatars::picture.eq(picture),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 0 {
                return Err(StoreError::Conflict(Constraint::Id).into());
            }
            Ok(())
        })
    }

    fn find(&mut self, name: AvatarName) -> Result<Option<Vec<u8>>, StoreError> {
        self.run(|conn| {
            let picture = avatars::table
                .find(name.as_bytes().as_slice())
                .select(avatars::picture);
            Ok(picture.first(conn).optional()?)
        })
    }
}

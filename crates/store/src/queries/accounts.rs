use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{Account, AccountId, Email, MessagesFrom, Settings, Username};
use sealpost_domain::ports::{AccountRepository, Constraint, PasswordHash, StoreError};

use super::names::{self, Old};
use super::{UnitTx, addresses, avatars, expressions};
use crate::decode::{At, bytes, coded};
use crate::schema::{accounts, inboxes};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub(super) struct Row {
    id: Vec<u8>,
    username: String,
    username_key: String,
    email: Option<String>,
    email_key: Option<String>,
    created_at: i64,
    email_verified_at: Option<i64>,
    disabled_at: Option<i64>,
    renamed_at: Option<i64>,
    avatar: Option<String>,
    claimed_email: Option<String>,
    claimed_email_key: Option<String>,
}

impl Row {
    fn of(account: &Account) -> Self {
        let email = account.email.as_ref();
        let (proved, claimed) = match account.email_verified_at {
            Some(_) => (email, None),
            None => (None, email),
        };
        Self {
            id: account.id.as_bytes().to_vec(),
            username: account.username.as_str().to_owned(),
            username_key: account.username.key().to_owned(),
            email: proved.map(|email| email.as_str().to_owned()),
            email_key: proved.map(|email| email.key().to_owned()),
            created_at: account.created_at.as_micros(),
            email_verified_at: account.email_verified_at.map(Timestamp::as_micros),
            disabled_at: account.disabled_at.map(Timestamp::as_micros),
            renamed_at: account.renamed_at.map(Timestamp::as_micros),
            avatar: avatars::to_column(account.avatar),
            claimed_email: claimed.map(|email| email.as_str().to_owned()),
            claimed_email_key: claimed.map(|email| email.key().to_owned()),
        }
    }

    pub(super) fn decode(self) -> Result<Account, StoreError> {
        let proved = self.email.zip(self.email_key);
        let claimed = self.claimed_email.zip(self.claimed_email_key);
        Ok(Account {
            id: AccountId::from_bytes(bytes(&self.id, At("accounts", "id"))?),
            username: Username::restore(self.username, self.username_key),
            email: proved
                .or(claimed)
                .map(|(shown, key)| Email::restore(shown, key)),
            created_at: Timestamp::from_micros(self.created_at),
            email_verified_at: self.email_verified_at.map(Timestamp::from_micros),
            disabled_at: self.disabled_at.map(Timestamp::from_micros),
            renamed_at: self.renamed_at.map(Timestamp::from_micros),
            avatar: avatars::from_column(self.avatar.as_deref())?,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub(super) struct SettingsRow {
    discoverable: bool,
    show_presence: bool,
    messages_from: i16,
    send_receipts: bool,
}

impl SettingsRow {
    pub(super) fn decode(self) -> Result<Settings, StoreError> {
        let at = At("accounts", "messages_from");
        Ok(Settings {
            discoverable: self.discoverable,
            show_presence: self.show_presence,
            messages_from: coded(self.messages_from, MessagesFrom::from_code, at)?,
            send_receipts: self.send_receipts,
        })
    }
}

impl AccountRepository for UnitTx<'_> {
    fn insert(&mut self, account: &Account, hash: &PasswordHash) -> Result<(), StoreError> {
        let row = Row::of(account);
        self.run(|conn| {
            let username_key = row.username_key.clone();
            let inserted = diesel::insert_into(accounts::table)
                .values((
                    &row,
                    accounts::password_hash.eq(hash.as_str()),
                    accounts::skeleton.eq(account.username.skeleton().key()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            // Looked at last: whoever retires the name at this moment has it locked until then.
            let kept = names::is_retired(conn, &username_key, account.created_at, None)?
                || names::has_lookalike(conn, account.id, &account.username, account.created_at)?;
            if inserted == 1 && !kept {
                diesel::insert_into(inboxes::table)
                    .values(inboxes::account_id.eq(&row.id))
                    .execute(conn)?;
                return Ok(());
            }
            let name_taken: bool = diesel::select(diesel::dsl::exists(
                accounts::table.filter(accounts::username_key.eq(username_key)),
            ))
            .get_result(conn)?;
            let constraint = if kept || name_taken {
                Constraint::Username
            } else {
                Constraint::Email
            };
            Err(StoreError::Conflict(constraint).into())
        })
    }

    fn find(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = accounts::table
                .find(id.as_bytes().as_slice())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn lock(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.run(|conn| {
            // An update that changes nothing locks the row in both engines.
            let row: Option<Row> = diesel::update(accounts::table.find(id.as_bytes().as_slice()))
                .set(accounts::created_at.eq(accounts::created_at))
                .returning(Row::as_returning())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_many(&mut self, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Row> = accounts::table
                .filter(expressions::among(accounts::id, wanted))
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn find_by_username(&mut self, username: &Username) -> Result<Option<Account>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = accounts::table
                .filter(accounts::username_key.eq(username.key()))
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_by_email(&mut self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.run(|conn| {
            let row = addresses::find(conn, email)?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_password(&mut self, id: AccountId) -> Result<Option<PasswordHash>, StoreError> {
        self.run(|conn| {
            let phc: Option<String> = accounts::table
                .find(id.as_bytes().as_slice())
                .select(accounts::password_hash)
                .first(conn)
                .optional()?;
            Ok(phc.map(PasswordHash::new))
        })
    }

    fn replace_password(
        &mut self,
        id: AccountId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let present = accounts::table
                .find(id.as_bytes().as_slice())
                .filter(accounts::password_hash.eq(old.as_str()));
            let replaced = diesel::update(present)
                .set(accounts::password_hash.eq(new.as_str()))
                .execute(conn)?;
            Ok(replaced == 1)
        })
    }

    fn verify_email(
        &mut self,
        id: AccountId,
        email: &Email,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| addresses::verify(conn, id, email, at))
    }

    fn rename(
        &mut self,
        id: AccountId,
        last: Option<Timestamp>,
        username: &Username,
        at: Timestamp,
        free_at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let (own, key) = (
                accounts::table.find(id.as_bytes().as_slice()),
                username.key(),
            );
            // Locked by an update before it is looked at.
            let present: Option<(Old, Option<i64>)> = diesel::update(own)
                .set(accounts::renamed_at.eq(accounts::renamed_at))
                .returning((
                    (accounts::username_key, accounts::skeleton),
                    accounts::renamed_at,
                ))
                .get_result(conn)
                .optional()?;
            let last = last.map(Timestamp::as_micros);
            let Some((old, _)) = present.filter(|(_, renamed_at)| *renamed_at == last) else {
                return Ok(false);
            };
            names::take(conn, id, username, at)?;
            if names::is_retired(conn, key, at, Some(id))?
                || names::has_lookalike(conn, id, username, at)?
            {
                return Err(StoreError::Conflict(Constraint::Username).into());
            }
            if old.0 != key {
                names::retire(conn, id, &old, free_at)?;
            }
            Ok(true)
        })
    }

    fn vacate(&mut self, id: AccountId, free_at: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| names::vacate(conn, id, free_at))
    }

    fn remove(&mut self, id: AccountId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = accounts::table.find(id.as_bytes().as_slice());
            Ok(diesel::delete(own).execute(conn)? == 1)
        })
    }

    fn sweep_retired(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| names::sweep(conn, now, limit))
    }

    fn fill_skeletons(&mut self, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| names::fill_skeletons(conn, limit))
    }

    fn remove_email(&mut self, id: AccountId) -> Result<bool, StoreError> {
        self.run(|conn| addresses::remove(conn, id))
    }

    fn page(&mut self, after: Option<Username>, limit: u32) -> Result<Vec<Account>, StoreError> {
        self.run(|conn| {
            let mut query = accounts::table
                .order(accounts::username_key)
                .limit(i64::from(limit))
                .select(Row::as_select())
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(accounts::username_key.gt(after.key().to_owned()));
            }
            let rows: Vec<Row> = query.load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn set_disabled(
        &mut self,
        id: AccountId,
        since: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let updated = diesel::update(accounts::table.find(id.as_bytes().as_slice()))
                .set(accounts::disabled_at.eq(since.map(Timestamp::as_micros)))
                .execute(conn)?;
            Ok(updated == 1)
        })
    }

    fn find_settings(&mut self, id: AccountId) -> Result<Option<Settings>, StoreError> {
        self.run(|conn| {
            let row: Option<SettingsRow> = accounts::table
                .find(id.as_bytes().as_slice())
                .select(SettingsRow::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(SettingsRow::decode).transpose()?)
        })
    }

    fn replace_settings(
        &mut self,
        id: AccountId,
        old: &Settings,
        new: &Settings,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let present = accounts::table
                .find(id.as_bytes().as_slice())
                .filter(accounts::discoverable.eq(old.discoverable))
                .filter(accounts::show_presence.eq(old.show_presence))
                .filter(accounts::messages_from.eq(old.messages_from.code()))
                .filter(accounts::send_receipts.eq(old.send_receipts));
            let replaced = diesel::update(present)
                .set((
                    accounts::discoverable.eq(new.discoverable),
                    accounts::show_presence.eq(new.show_presence),
                    accounts::messages_from.eq(new.messages_from.code()),
                    accounts::send_receipts.eq(new.send_receipts),
                ))
                .execute(conn)?;
            Ok(replaced == 1)
        })
    }
}

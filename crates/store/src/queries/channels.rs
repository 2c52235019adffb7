use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::channels::{
    Channel, ChannelId, ChannelLogin, ChannelRecovery, ChannelSuite, SealedWrapping,
};
use sealpost_domain::keys::KeyId;
use sealpost_domain::ports::{ChannelRepository, Constraint, Digest, StoreError};
use sealpost_domain::recovery::RecoveryId;
use sealpost_domain::sessions::SessionId;

use super::UnitTx;
use crate::decode::{At, bytes, coded};
use crate::schema::{channel_logins, channel_tries, channels};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = channels)]
struct Row {
    id: Vec<u8>,
    handle: Vec<u8>,
    secret: Vec<u8>,
    suite: i16,
    sealed_key: Vec<u8>,
    recovery_id: Option<Vec<u8>>,
    sealed_token: Option<Vec<u8>>,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn of(channel: &Channel) -> Self {
        let recovery = channel.recovery.as_ref();
        Self {
            id: channel.id.as_bytes().to_vec(),
            handle: channel.handle.to_vec(),
            secret: channel.secret.to_vec(),
            suite: channel.suite.code(),
            sealed_key: channel.sealed_key.clone(),
            recovery_id: recovery.map(|recovery| recovery.id.as_bytes().to_vec()),
            sealed_token: recovery.and_then(|recovery| recovery.sealed_token.clone()),
            created_at: channel.created_at.as_micros(),
            expires_at: channel.expires_at.as_micros(),
        }
    }

    fn decode(self, login: Option<LoginRow>) -> Result<Channel, StoreError> {
        const fn at(column: &'static str) -> At {
            At("channels", column)
        }
        let sealed_token = self.sealed_token;
        let recovery = self.recovery_id.map(|id| {
            Ok::<_, StoreError>(ChannelRecovery {
                id: RecoveryId::from_bytes(bytes(&id, at("recovery_id"))?),
                sealed_token,
            })
        });
        Ok(Channel {
            id: ChannelId::from_bytes(bytes(&self.id, at("id"))?),
            handle: bytes(&self.handle, at("handle"))?,
            secret: bytes(&self.secret, at("secret"))?,
            suite: coded(self.suite, ChannelSuite::from_code, at("suite"))?,
            sealed_key: self.sealed_key,
            login: login.map(LoginRow::decode).transpose()?,
            recovery: recovery.transpose()?,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = channel_logins)]
struct LoginRow {
    channel_id: Vec<u8>,
    session_id: Vec<u8>,
    wrong_passwords: i16,
    key_id: Option<Vec<u8>>,
    sealed_wrapping: Option<Vec<u8>>,
}

impl LoginRow {
    fn of(channel: ChannelId, login: &ChannelLogin) -> Self {
        let wrapping = login.wrapping.as_ref();
        Self {
            channel_id: channel.as_bytes().to_vec(),
            session_id: login.session.as_bytes().to_vec(),
            wrong_passwords: i16::try_from(login.wrong_passwords).unwrap_or(i16::MAX),
            key_id: wrapping.map(|wrapping| wrapping.key.as_bytes().to_vec()),
            sealed_wrapping: wrapping.map(|wrapping| wrapping.sealed.clone()),
        }
    }

    fn decode(self) -> Result<ChannelLogin, StoreError> {
        const fn at(column: &'static str) -> At {
            At("channel_logins", column)
        }
        let wrapping = self.key_id.zip(self.sealed_wrapping).map(|(key, sealed)| {
            Ok::<_, StoreError>(SealedWrapping {
                key: KeyId::from_bytes(bytes(&key, at("key_id"))?),
                sealed,
            })
        });
        let wrong_passwords = u16::try_from(self.wrong_passwords);
        Ok(ChannelLogin {
            session: SessionId::from_bytes(bytes(&self.session_id, at("session_id"))?),
            wrong_passwords: wrong_passwords.map_err(|_| at("wrong_passwords").corrupt())?,
            wrapping: wrapping.transpose()?,
        })
    }
}

impl ChannelRepository for UnitTx<'_> {
    fn insert(&mut self, channel: &Channel) -> Result<(), StoreError> {
        let row = Row::of(channel);
        self.run(|conn| {
            let inserted = diesel::insert_into(channels::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn has_anonymous(&mut self, number: u32) -> Result<bool, StoreError> {
        self.run(|conn| {
            let logged_in =
                channel_logins::table.filter(channel_logins::channel_id.eq(channels::id));
            // The last of so many: the engine stops there and counts no further.
            let last: Option<Vec<u8>> = channels::table
                .filter(not(exists(logged_in)))
                .offset(i64::from(number.saturating_sub(1)))
                .limit(1)
                .select(channels::id)
                .first(conn)
                .optional()?;
            Ok(last.is_some())
        })
    }

    fn find(&mut self, handle: &Digest) -> Result<Option<Channel>, StoreError> {
        self.run(|conn| {
            let found: Option<(Row, Option<LoginRow>)> = channels::table
                .left_join(channel_logins::table)
                .filter(channels::handle.eq(handle.as_slice()))
                .select((Row::as_select(), Option::<LoginRow>::as_select()))
                .first(conn)
                .optional()?;
            Ok(found.map(|(row, login)| row.decode(login)).transpose()?)
        })
    }

    fn rotate(&mut self, used: &Digest, channel: &Channel) -> Result<bool, StoreError> {
        let row = Row::of(channel);
        let login = channel
            .login
            .as_ref()
            .map(|login| LoginRow::of(channel.id, login));
        self.run(|conn| {
            let present = channels::table
                .find(&row.id)
                .filter(channels::handle.eq(used.as_slice()));
            let rotated = diesel::update(present)
                .set((
                    channels::handle.eq(&row.handle),
                    channels::secret.eq(&row.secret),
                    channels::sealed_key.eq(&row.sealed_key),
                    channels::sealed_token.eq(&row.sealed_token),
                    channels::expires_at.eq(row.expires_at),
                ))
                .execute(conn)?;
            if rotated == 0 {
                return Ok(false);
            }
            if let Some(login) = &login {
                let own = channel_logins::table
                    .find(&login.channel_id)
                    .filter(channel_logins::session_id.eq(&login.session_id));
                diesel::update(own)
                    .set((
                        channel_logins::key_id.eq(&login.key_id),
                        channel_logins::sealed_wrapping.eq(&login.sealed_wrapping),
                    ))
                    .execute(conn)?;
            }
            Ok(true)
        })
    }

    fn put_login(&mut self, channel: ChannelId, login: &ChannelLogin) -> Result<(), StoreError> {
        let row = LoginRow::of(channel, login);
        self.run(|conn| {
            diesel::insert_into(channel_logins::table)
                .values(&row)
                .on_conflict(channel_logins::channel_id)
                .do_update()
                .set((
                    channel_logins::session_id.eq(excluded(channel_logins::session_id)),
                    channel_logins::wrong_passwords.eq(excluded(channel_logins::wrong_passwords)),
                    channel_logins::key_id.eq(excluded(channel_logins::key_id)),
                    channel_logins::sealed_wrapping.eq(excluded(channel_logins::sealed_wrapping)),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn count_wrong(&mut self, channel: ChannelId) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::update(channel_logins::table.find(channel.as_bytes().as_slice()))
                .set(channel_logins::wrong_passwords.eq(channel_logins::wrong_passwords + 1))
                .execute(conn)?;
            Ok(())
        })
    }

    fn set_recovery(
        &mut self,
        channel: ChannelId,
        recovery: Option<ChannelRecovery>,
    ) -> Result<(), StoreError> {
        let (id, token) = match recovery {
            Some(recovery) => (Some(recovery.id.as_bytes().to_vec()), recovery.sealed_token),
            None => (None, None),
        };
        self.run(|conn| {
            diesel::update(channels::table.find(channel.as_bytes().as_slice()))
                .set((
                    channels::recovery_id.eq(&id),
                    channels::sealed_token.eq(&token),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn count_try(&mut self, account: AccountId, limit: u16) -> Result<bool, StoreError> {
        let limit = i16::try_from(limit).unwrap_or(i16::MAX);
        self.run(|conn| {
            let account = account.as_bytes().as_slice();
            diesel::insert_into(channel_tries::table)
                .values((
                    channel_tries::account_id.eq(account),
                    channel_tries::tries.eq(0),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            let allowed = channel_tries::table
                .find(account)
                .filter(channel_tries::tries.lt(limit));
            let counted = diesel::update(allowed)
                .set(channel_tries::tries.eq(channel_tries::tries + 1))
                .execute(conn)?;
            Ok(counted == 1)
        })
    }

    fn take_back_try(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.run(|conn| {
            let counted = channel_tries::table
                .find(account.as_bytes().as_slice())
                .filter(channel_tries::tries.gt(0));
            diesel::update(counted)
                .set(channel_tries::tries.eq(channel_tries::tries - 1))
                .execute(conn)?;
            Ok(())
        })
    }

    fn forget_tries(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::delete(channel_tries::table.find(account.as_bytes().as_slice()))
                .execute(conn)?;
            Ok(())
        })
    }

    fn list_expired(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Channel>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(Row, Option<LoginRow>)> = channels::table
                .left_join(channel_logins::table)
                .filter(channels::expires_at.le(now.as_micros()))
                .order((channels::expires_at.asc(), channels::id.asc()))
                .limit(i64::from(limit))
                .select((Row::as_select(), Option::<LoginRow>::as_select()))
                .load(conn)?;
            let decoded = rows.into_iter().map(|(row, login)| row.decode(login));
            Ok(decoded.collect::<Result<_, _>>()?)
        })
    }

    fn delete_expired(&mut self, channel: ChannelId, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let expired = channels::table
                .find(channel.as_bytes().as_slice())
                .filter(channels::expires_at.le(now.as_micros()));
            Ok(diesel::delete(expired).execute(conn)? == 1)
        })
    }
}

//! A store in memory: each unit of work runs on a copy, which replaces the original when it commits.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{Account, AccountId, Email, Settings, Username};
use sealpost_domain::audit::{AuditEvent, AuditEventId, AuditKind};
use sealpost_domain::ports::{
    AccountRepository, AuditRepository, Constraint, PasswordHash, Store, StoreError, Tx, Unit,
    Verdict,
};
use sealpost_domain::sessions::SessionId;

/// The accounts of this process, and what happened to them.
#[derive(Default)]
pub(crate) struct MemoryStore(Mutex<Tables>);

#[derive(Default, Clone)]
struct Tables {
    accounts: BTreeMap<AccountId, (Account, PasswordHash)>,
    audit: BTreeMap<AuditEventId, AuditEvent>,
    retired: BTreeMap<String, (AccountId, Timestamp)>,
    /// Of those who changed theirs.
    settings: BTreeMap<AccountId, Settings>,
}

#[async_trait]
impl Store for MemoryStore {
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = MemoryTx {
            tables: tables.clone(),
            failed: false,
        };
        let verdict = unit(&mut draft);
        if draft.failed {
            return Err(StoreError::Ended);
        }
        if verdict == Verdict::Commit {
            *tables = draft.tables;
        }
        Ok(())
    }

    async fn run_read(&self, mut unit: Unit) -> Result<(), StoreError> {
        let tables = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        unit(&mut MemoryTx {
            tables,
            failed: false,
        });
        Ok(())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

struct MemoryTx {
    tables: Tables,
    failed: bool,
}

impl MemoryTx {
    /// A failure ends the unit, as the port demands.
    fn refuse<T>(&mut self, constraint: Constraint) -> Result<T, StoreError> {
        self.failed = true;
        Err(StoreError::Conflict(constraint))
    }

    /// Whether the name was somebody else's until lately.
    fn is_retired(&self, name: &Username, at: Timestamp, former: Option<AccountId>) -> bool {
        let retired = self.tables.retired.get(name.key());
        retired.is_some_and(|(owner, free_at)| *free_at > at && Some(*owner) != former)
    }

    fn find_account(&self, wanted: impl Fn(&Account) -> bool) -> Option<Account> {
        self.tables
            .accounts
            .values()
            .map(|(account, _)| account)
            .find(|account| wanted(account))
            .cloned()
    }
}

impl Tx for MemoryTx {
    fn accounts(&mut self) -> &mut dyn AccountRepository {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditRepository {
        self
    }
}

impl AccountRepository for MemoryTx {
    fn insert(&mut self, account: &Account, hash: &PasswordHash) -> Result<(), StoreError> {
        if self
            .find_account(|other| other.username == account.username)
            .is_some()
            || self.is_retired(&account.username, account.created_at, None)
        {
            return self.refuse(Constraint::Username);
        }
        let proved =
            |other: &Account| other.email == account.email && other.email_verified_at.is_some();
        if account.email.is_some()
            && account.email_verified_at.is_some()
            && self.find_account(proved).is_some()
        {
            return self.refuse(Constraint::Email);
        }
        self.tables
            .accounts
            .insert(account.id, (account.clone(), hash.clone()));
        Ok(())
    }

    fn find(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.find_account(|account| account.id == id))
    }

    /// Units run one after the other here.
    fn lock(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        AccountRepository::find(self, id)
    }

    fn find_by_username(&mut self, username: &Username) -> Result<Option<Account>, StoreError> {
        Ok(self.find_account(|account| account.username == *username))
    }

    fn find_by_email(&mut self, email: &Email) -> Result<Option<Account>, StoreError> {
        let naming = |account: &&Account| account.email.as_ref() == Some(email);
        let accounts = self.tables.accounts.values().map(|(account, _)| account);
        let first = accounts
            .filter(naming)
            .min_by_key(|account| (account.email_verified_at.is_none(), account.created_at));
        Ok(first.cloned())
    }

    fn find_password(&mut self, id: AccountId) -> Result<Option<PasswordHash>, StoreError> {
        Ok(self.tables.accounts.get(&id).map(|(_, hash)| hash.clone()))
    }

    fn replace_password(
        &mut self,
        id: AccountId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, StoreError> {
        match self.tables.accounts.get_mut(&id) {
            Some((_, hash)) if hash == old => {
                *hash = new.clone();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn verify_email(
        &mut self,
        id: AccountId,
        email: &Email,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let proved = |other: &Account| {
            other.id != id
                && other.email.as_ref() == Some(email)
                && other.email_verified_at.is_some()
        };
        if self.find_account(proved).is_some() || !self.tables.accounts.contains_key(&id) {
            return Ok(false);
        }
        for (account, _) in self.tables.accounts.values_mut() {
            if account.id == id {
                account.email = Some(email.clone());
                account.email_verified_at = Some(at);
            }
        }
        Ok(true)
    }

    fn find_many(&mut self, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
        let found = ids.iter().filter_map(|id| self.tables.accounts.get(id));
        Ok(found.map(|(account, _)| account.clone()).collect())
    }

    fn rename(
        &mut self,
        id: AccountId,
        last: Option<Timestamp>,
        username: &Username,
        at: Timestamp,
        free_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let others = |other: &Account| other.id != id && other.username == *username;
        if self.find_account(others).is_some() || self.is_retired(username, at, Some(id)) {
            return self.refuse(Constraint::Username);
        }
        let account = self.tables.accounts.get_mut(&id);
        let Some((account, _)) = account.filter(|(account, _)| account.renamed_at == last) else {
            return Ok(false);
        };
        let old = std::mem::replace(&mut account.username, username.clone());
        account.renamed_at = Some(at);
        if old != *username {
            let entry = (id, free_at);
            self.tables.retired.insert(old.key().to_owned(), entry);
        }
        Ok(true)
    }

    /// None is stored here: names are compared folded alone.
    fn fill_skeletons(&mut self, _: u32) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn sweep_retired(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let retired = self.tables.retired.iter();
        let free = retired.filter(|(_, (_, free_at))| *free_at <= now);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let free: Vec<String> = free.take(limit).map(|(key, _)| key.clone()).collect();
        for key in &free {
            self.tables.retired.remove(key);
        }
        Ok(u64::try_from(free.len()).unwrap_or(u64::MAX))
    }

    fn remove_email(&mut self, id: AccountId) -> Result<bool, StoreError> {
        let account = self.tables.accounts.get_mut(&id);
        Ok(account
            .map(|(account, _)| (account.email, account.email_verified_at) = (None, None))
            .is_some())
    }

    fn page(&mut self, after: Option<Username>, limit: u32) -> Result<Vec<Account>, StoreError> {
        let accounts = self.tables.accounts.values().map(|(account, _)| account);
        let later = |account: &&Account| {
            let after = after.as_ref();
            after.is_none_or(|after| account.username.key() > after.key())
        };
        let mut page: Vec<Account> = accounts.filter(later).cloned().collect();
        page.sort_by(|one, other| one.username.key().cmp(other.username.key()));
        page.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page)
    }

    fn set_disabled(
        &mut self,
        id: AccountId,
        since: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let account = self.tables.accounts.get_mut(&id);
        Ok(account
            .map(|(account, _)| account.disabled_at = since)
            .is_some())
    }

    fn find_settings(&mut self, id: AccountId) -> Result<Option<Settings>, StoreError> {
        let known = self.tables.accounts.contains_key(&id);
        let changed = self.tables.settings.get(&id).copied();
        Ok(known.then(|| changed.unwrap_or_default()))
    }

    fn replace_settings(
        &mut self,
        id: AccountId,
        old: &Settings,
        new: &Settings,
    ) -> Result<bool, StoreError> {
        let unchanged = self.find_settings(id)?.as_ref() == Some(old);
        if unchanged {
            self.tables.settings.insert(id, *new);
        }
        Ok(unchanged)
    }

    fn vacate(&mut self, id: AccountId, free_at: Timestamp) -> Result<bool, StoreError> {
        let Some((account, _)) = self.tables.accounts.get(&id) else {
            return Ok(false);
        };
        let key = account.username.key().to_owned();
        self.tables.retired.insert(key, (id, free_at));
        Ok(true)
    }

    fn remove(&mut self, id: AccountId) -> Result<bool, StoreError> {
        Ok(self.tables.accounts.remove(&id).is_some())
    }
}

impl AuditRepository for MemoryTx {
    fn settle(
        &mut self,
        id: AuditEventId,
        kind: AuditKind,
        session: Option<SessionId>,
    ) -> Result<(), StoreError> {
        if let Some(event) = self.tables.audit.get_mut(&id) {
            (event.kind, event.session) = (kind, session);
        }
        Ok(())
    }

    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        self.tables.audit.insert(event.id, *event);
        Ok(())
    }

    fn page(
        &mut self,
        account: AccountId,
        before: Option<AuditEventId>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let newest_first = self.tables.audit.values().rev();
        let wanted = newest_first.filter(|event| {
            event.account == account && before.is_none_or(|before| event.id < before)
        });
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(wanted.take(limit).copied().collect())
    }

    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let events = self.tables.audit.values();
        let old = events.filter(|event| event.at < before).take(limit);
        let old: Vec<AuditEventId> = old.map(|event| event.id).collect();
        for id in &old {
            self.tables.audit.remove(id);
        }
        Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }
}

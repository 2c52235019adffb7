use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::PathBuf;

use sealpost_client::{AccountId, Cursor};

use super::{Session, StateError, files};
use crate::config::keys::PROFILE_VARIABLE;

/// The profile of whoever says nothing.
const DEFAULT: &str = "default";

/// One of the accounts of whoever uses this program.
#[derive(Debug, Clone)]
pub(in crate::cli::client) struct Profile {
    name: String,
    folder: PathBuf,
}

impl Profile {
    /// The profile of this name, or of the one that the environment says, or the default one. Nothing is made yet.
    pub(in crate::cli::client) fn find(name: Option<&str>) -> Result<Self, StateError> {
        Self::among(name, &|variable| std::env::var_os(variable))
    }

    fn among(
        name: Option<&str>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, StateError> {
        let said = || variable(PROFILE_VARIABLE).filter(|name| !name.is_empty());
        let name = match name.map(OsString::from).or_else(said) {
            Some(name) => name.into_string().map_err(|_| StateError::ProfileName)?,
            None => DEFAULT.to_owned(),
        };
        if !is_plain(&name) {
            return Err(StateError::ProfileName);
        }
        // What is not absolute does not count (XDG Base Directory Specification).
        let absolute = |name| {
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let place = absolute("XDG_CONFIG_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".config")))
            .ok_or(StateError::NoPlace)?;
        let folder = place.join("sealpost").join(&name);
        Ok(Self { name, folder })
    }

    pub(in crate::cli::client) fn name(&self) -> &str {
        &self.name
    }

    /// Makes the folder, unless it is there.
    pub(in crate::cli::client) fn make(&self) -> Result<(), StateError> {
        let above = self.folder.parent().ok_or(StateError::NoPlace)?;
        files::private_folder(above)?;
        files::private_folder(&self.folder)
    }

    /// Who is logged in, if anybody is.
    pub(in crate::cli::client) fn session(&self) -> Result<Option<Session>, StateError> {
        let path = self.folder.join("session.json");
        match files::read(&path)? {
            Some(bytes) => Session::parse(&bytes)
                .map(Some)
                .ok_or(StateError::Damaged(path)),
            None => Ok(None),
        }
    }

    pub(in crate::cli::client) fn keep_session(&self, session: &Session) -> Result<(), StateError> {
        let path = self.folder.join("session.json");
        let text = session
            .to_json()
            .ok_or_else(|| StateError::Damaged(path.clone()))?;
        files::replace(&path, &text)
    }

    pub(in crate::cli::client) fn forget_session(&self) -> Result<(), StateError> {
        files::remove(&self.folder.join("session.json"))
    }

    /// Where the device's keys for an account are.
    pub(in crate::cli::client) fn keys(&self, account: AccountId) -> PathBuf {
        self.folder.join(format!("{account}.keys"))
    }

    /// Up to where the inbox was told.
    pub(in crate::cli::client) fn cursor(
        &self,
        account: AccountId,
    ) -> Result<Option<Cursor>, StateError> {
        let path = self.cursor_file(account);
        match files::read(&path)? {
            Some(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|_| StateError::Damaged(path)),
            None => Ok(None),
        }
    }

    pub(in crate::cli::client) fn keep_cursor(
        &self,
        account: AccountId,
        cursor: &Cursor,
    ) -> Result<(), StateError> {
        let path = self.cursor_file(account);
        match serde_json::to_vec(cursor) {
            Ok(bytes) => files::replace(&path, &bytes),
            Err(_) => Err(StateError::Damaged(path)),
        }
    }

    fn cursor_file(&self, account: AccountId) -> PathBuf {
        self.folder.join(format!("{account}.cursor"))
    }

    /// Waits until nobody else renews the session's token; dropping the file ends that.
    pub(super) fn lock_session(&self) -> Result<File, StateError> {
        let path = self.folder.join("session.lock");
        let file = files::lock_file(&path)?;
        file.lock().map_err(|error| StateError::at(&path, error))?;
        Ok(file)
    }

    /// None if somebody else listens already; dropping the file ends one's own listening.
    pub(in crate::cli::client) fn lock_listening(&self) -> Result<Option<File>, StateError> {
        let path = self.folder.join("listen.lock");
        let file = files::lock_file(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StateError::at(&path, error)),
        }
    }

    #[cfg(test)]
    pub(super) fn below(place: &std::path::Path) -> Self {
        let place = place.as_os_str().to_owned();
        let profile = Self::among(None, &|name| {
            (name == "XDG_CONFIG_HOME").then(|| place.clone())
        });
        profile.unwrap()
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: Option<&str>, variables: &[(&str, &str)]) -> Result<PathBuf, StateError> {
        let find = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| OsString::from(value))
        };
        Profile::among(name, &find).map(|profile| profile.folder)
    }

    #[test]
    fn a_profile_is_a_folder_below_the_configuration() {
        let home = ("HOME", "/home/alice");
        for (name, variables, expected) in [
            (None, &[home][..], "/home/alice/.config/sealpost/default"),
            (
                None,
                &[home, ("XDG_CONFIG_HOME", "/x")],
                "/x/sealpost/default",
            ),
            // What is empty or relative does not count.
            (
                None,
                &[home, ("XDG_CONFIG_HOME", "x")],
                "/home/alice/.config/sealpost/default",
            ),
            (
                None,
                &[home, ("XDG_CONFIG_HOME", "")],
                "/home/alice/.config/sealpost/default",
            ),
            (
                None,
                &[home, ("SEALPOST_PROFILE", "work")],
                "/home/alice/.config/sealpost/work",
            ),
            (
                None,
                &[home, ("SEALPOST_PROFILE", "")],
                "/home/alice/.config/sealpost/default",
            ),
            (
                Some("b-2"),
                &[home, ("SEALPOST_PROFILE", "work")],
                "/home/alice/.config/sealpost/b-2",
            ),
        ] {
            assert_eq!(folder(name, variables).unwrap(), PathBuf::from(expected));
        }
        assert!(matches!(folder(None, &[]), Err(StateError::NoPlace)));
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let long = "x".repeat(65);
        for name in [
            "", ".", "..", "a/b", "a.keys", "../other", "é", "a b", &long,
        ] {
            let refused = folder(Some(name), &[("HOME", "/home/alice")]);
            assert!(matches!(refused, Err(StateError::ProfileName)), "{name}");
        }
    }

    #[test]
    fn one_listens_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let profile = Profile::below(place.path());
        profile.make().unwrap();
        let first = profile.lock_listening().unwrap();
        assert!(first.is_some() && profile.lock_listening().unwrap().is_none());
        drop(first);
        assert!(profile.lock_listening().unwrap().is_some());
    }

    #[test]
    fn a_cursor_leads_back_and_nonsense_does_not() {
        let place = tempfile::tempdir().unwrap();
        let profile = Profile::below(place.path());
        profile.make().unwrap();
        let account = "019aa6b0-7c3a-7d52-9a5e-0242ac120002".parse().unwrap();
        assert_eq!(profile.cursor(account).unwrap(), None);
        let cursor = Cursor {
            epoch: "e".to_owned(),
            offset: 7,
        };
        profile.keep_cursor(account, &cursor).unwrap();
        assert_eq!(profile.cursor(account).unwrap(), Some(cursor));
        files::replace(&profile.cursor_file(account), b"{\"offset\":").unwrap();
        assert_eq!(profile.cursor(account).unwrap_err().code(), "state-damaged");
    }
}

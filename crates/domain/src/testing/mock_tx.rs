use crate::ports::{
    AccountRepository, InstallationRepository, MockAccountRepository, MockInstallationRepository,
    MockSessionRepository, SessionRepository, Tx,
};

/// A unit of work over mocks: expect what a rule should do to each repository; anything else fails the test.
#[derive(Default)]
pub struct MockTx {
    /// Accounts.
    pub accounts: MockAccountRepository,
    /// Sessions.
    pub sessions: MockSessionRepository,
    /// The installation's secrets.
    pub installation: MockInstallationRepository,
}

impl Tx for MockTx {
    fn accounts(&mut self) -> &mut dyn AccountRepository {
        &mut self.accounts
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        &mut self.sessions
    }

    fn installation(&mut self) -> &mut dyn InstallationRepository {
        &mut self.installation
    }
}

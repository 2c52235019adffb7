use std::process::ExitCode;

use super::failure::Failure;
use super::logged_in::LoggedIn;
use super::out::Out;
use super::state::Profile;
use super::{
    ClientCommand, FilesCommand, conversations, files, groups, history, listen, login, register,
    send, whoami,
};

/// Exit code when a command was not carried out.
const FAILED: u8 = 1;

/// Carries a command out.
pub(crate) async fn run(command: ClientCommand) -> ExitCode {
    let json = command.common().json;
    match carry_out(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(json);
            ExitCode::from(FAILED)
        }
    }
}

async fn carry_out(command: ClientCommand) -> Result<(), Failure> {
    let common = command.common();
    let out = Out::new(common.json);
    let profile = Profile::find(common.profile.as_deref())?;
    if let ClientCommand::Login { options, .. } = &command {
        return login::log_in(profile, options, out).await;
    }
    if let ClientCommand::Register { options, .. } = command {
        return register::register(profile, options, out).await;
    }
    if let ClientCommand::Files {
        command: FilesCommand::Open { url, output },
        ..
    } = command
    {
        return files::open(&url, output, out).await;
    }
    let me = LoggedIn::open(profile)?;
    match command {
        ClientCommand::Login { .. }
        | ClientCommand::Register { .. }
        | ClientCommand::Whoami { .. } => whoami::tell(&me, out).await,
        ClientCommand::Groups { command, .. } => groups::run(&me, command, out).await,
        ClientCommand::Logout { .. } => login::log_out(&me, out).await,
        ClientCommand::Send { options, .. } => send::send(&me, options, out).await,
        ClientCommand::Conversations { limit, .. } => conversations::list(&me, limit, out).await,
        ClientCommand::History { options, .. } => history::show(&me, &options, out).await,
        ClientCommand::Listen { options, .. } => Box::pin(listen::listen(&me, &options, out)).await,
        ClientCommand::Files { command, .. } => Box::pin(files::run(me, command, out)).await,
    }
}

//! The native API: a file for each resource (a folder, where it has many routes), with its handlers, its wire types and
//! their documentation.

mod accounts;
mod app_passwords;
mod audit;
mod avatar;
mod blocks;
mod challenges;
mod contacts;
pub(crate) mod conversations;
mod custodial_key;
mod email;
mod email_codes;
mod events;
mod export;
mod factors;
pub(crate) mod files;
mod identities;
mod key_backup;
pub(crate) mod keylog;
pub(crate) mod keys;
mod links;
mod markers;
mod me;
pub(crate) mod messages;
pub(crate) mod oauth;
mod password;
mod recoveries;
mod server;
mod sessions;
mod settings;
mod typing;
mod uploads;
mod users;
pub(crate) mod ws;

use crate::registration::Registration;

pub(crate) fn configure(config: &mut Registration<'_>) {
    config.scope("/v1", |config| {
        config
            // The router tries one after the other: what is asked for most comes first.
            .service(messages::send_message)
            .service(messages::list_messages)
            .service(markers::mark_read)
            .service(markers::mark_delivered)
            .service(events::read_events)
            .service(events::acknowledge_events)
            .service(ws::open_socket)
            .service(me::view_me)
            .service(conversations::list_conversations)
            .service(conversations::view_conversation)
            .service(server::describe_server)
            .service(challenges::draw_challenge)
            .service(accounts::create_account)
            .service(me::change_me)
            .service(me::delete_me)
            .service(export::export_me)
            .service(audit::list_audit_events)
            .service(avatar::upload_avatar)
            .service(avatar::remove_avatar)
            .service(avatar::find_avatar)
            .service(password::change_password)
            .service(settings::view_settings)
            .service(settings::change_settings)
            .service(users::search_users)
            .service(users::view_user)
            .service(users::leave_envelope)
            .service(contacts::list_contacts)
            .service(contacts::ask_contact)
            .service(contacts::end_contact)
            .service(blocks::list_blocks)
            .service(blocks::block_user)
            .service(blocks::unblock_user)
            .service(email::set_email)
            .service(email::verify_email)
            .service(email::remove_email)
            .service(app_passwords::list_app_passwords)
            .service(app_passwords::create_app_password)
            .service(app_passwords::revoke_app_password)
            .service(custodial_key::view_custodial_key)
            .service(custodial_key::make_recovery_key)
            .service(custodial_key::remove_recovery_key)
            .service(recoveries::start_recovery)
            .service(recoveries::verify_recovery)
            .service(recoveries::complete_recovery)
            .service(sessions::open_session)
            .service(sessions::complete_session)
            .service(email_codes::request_email_code)
            .service(factors::list_factors)
            .service(factors::begin_totp)
            .service(factors::confirm_totp)
            .service(factors::disable_totp)
            .service(factors::enable_email_code)
            .service(factors::disable_email_code)
            .service(factors::replace_recovery_codes)
            .service(sessions::refresh_session)
            .service(sessions::list_sessions)
            // Before the one with an id in its place.
            .service(sessions::end_current_session)
            .service(sessions::end_session)
            .service(oauth::start_login)
            .service(oauth::start_link)
            .service(oauth::finish_login)
            .service(identities::list_identities)
            .service(identities::remove_identity)
            .service(keys::list_own_keys)
            .service(keys::publish_key)
            .service(keys::revoke_key)
            .service(keys::list_keys_of)
            .service(keys::list_key_history)
            .service(keylog::describe_key_log)
            .service(keylog::read_checkpoint)
            .service(keylog::list_leaves)
            .service(keylog::prove_consistency)
            .service(keylog::prove_inclusion)
            .service(key_backup::read_key_backup)
            .service(key_backup::replace_key_backup)
            .service(conversations::start_conversation)
            .service(conversations::change_conversation)
            .service(conversations::list_members)
            .service(conversations::add_member)
            .service(conversations::appoint_member)
            .service(conversations::remove_member)
            .service(markers::list_receipts)
            .service(messages::delete_message)
            .service(typing::tell_typing)
            .service(files::upload_file)
            .service(files::reserve_file_id)
            .service(files::list_files)
            .service(files::view_file)
            .service(files::delete_file)
            .service(files::read_content)
            .service(files::read_ciphertext)
            .service(files::disclose_key)
            .service(files::share_file)
            .service(files::list_shares)
            .service(files::unshare_file)
            .service(files::re_encrypt_file)
            .service(files::create_link)
            .service(files::list_links)
            .service(files::delete_link)
            .service(links::look_at_link)
            .service(links::open_link)
            .service(links::read_linked_content)
            .service(links::read_linked_ciphertext)
            .service(uploads::describe_uploads)
            .service(uploads::create_upload)
            .service(uploads::view_upload)
            .service(uploads::append_to_upload)
            .service(uploads::cancel_upload)
            .service(ws::issue_ticket);
    });
}

//! The contract of the store, as cases that every backend must pass.
//!
//! An adapter's test file calls [`store_conformance!`](crate::store_conformance) with an async function that makes a
//! fresh, empty store; the macro turns every case into a test of its own. A new case is added here and in the list of
//! the macro, and then runs on every backend.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    reason = "cases are tests: they panic when the contract is broken"
)]

pub mod accounts;
pub mod app_passwords;
pub mod audit;
pub mod avatars;
pub mod blobs;
pub mod challenges;
pub mod channels;
pub mod chats;
pub mod codes;
pub mod contacts;
pub mod conversations;
pub mod custodial_keys;
pub mod data_keys;
pub mod deletions;
pub mod deliveries;
pub mod envelopes;
pub mod factors;
pub mod file_grants;
pub mod file_ids;
pub mod file_links;
pub mod file_upkeep;
pub mod files;
pub mod groups;
pub mod idempotency;
pub mod identities;
pub mod inbox;
pub mod installation;
pub mod invites;
pub mod key_backups;
pub mod key_log;
pub mod keys;
pub mod mailbox_keys;
pub mod master_keys;
pub mod messages;
pub mod outbox;
mod people;
pub mod presence;
pub mod progress;
pub mod races;
pub mod recoveries;
pub mod sends;
pub mod sessions;
pub mod socket_tickets;
pub mod storage;
pub mod throttles;
pub mod tickets;
pub mod units;
pub mod uploads;
pub mod usernames;

/// Makes one `#[tokio::test]` of each conformance case. `$make` is the path of an
/// `async fn() -> Option<(Arc<dyn Store>, Guard)>`; the guard is kept until the case is over. With `None` the case is
/// not run: the maker has said loudly why (and fails under `CI`).
#[macro_export]
macro_rules! store_conformance {
    ($make:path) => {
        $crate::store_conformance! { @cases $make;
            accounts: found_by_id_name_and_address, an_address_is_one_accounts_once_it_is_proved,
                password_is_replaced_only_if_unchanged, a_proved_address_beats_a_claimed_one,
                a_removed_address_is_free, disabled_and_enabled, settings_are_replaced_only_if_unchanged,
                paged_by_folded_username;
            audit: paged_newest_first_and_swept, settled;
            codes: a_new_one_replaces_an_old_one, tries_run_out, an_expired_one_is_none,
                deleted_and_swept, a_hundred_parallel_guesses_spend_at_most_five_tries;
            app_passwords: found_by_account_dialect_and_digest, listed_newest_first_with_their_last_use,
                deleted_by_their_owner;
            recoveries: found_as_inserted, a_code_runs_out_of_tries_and_of_time,
                a_hundred_parallel_guesses_spend_at_most_three_tries, a_token_takes_it_once,
                deleted_and_swept, those_of_nobody_give_way_oldest_first;
            factors: an_authenticator_is_confirmed_once, a_step_is_used_once, switched_on_and_off,
                a_recovery_code_is_taken_once, parallel_uses_have_one_winner;
            tickets: good_for_a_time_and_some_tries, removed_once, swept_when_expired,
                an_account_has_so_many_at_once;
            throttles: counted_and_forgotten, parallel_counts_are_exact, swept_when_over,
                rates_of_instances_add_up, rates_told_at_once_are_exact;
            sessions: found_as_inserted, id_and_digest_are_unique, opaque_token_leads_to_its_session,
                listed_newest_first, refresh_token_is_spent_once, one_of_many_spends_a_token,
                ended_by_its_owner_with_its_tokens, swept_when_expired;
            keys: found_as_inserted, a_thumbprint_is_published_once, withdrawn_by_its_owner,
                the_version_is_the_event_that_published, history_is_append_only,
                partners_share_a_conversation, recipients_are_the_members_own_keys;
            key_log: a_chain_is_numbered_and_told_in_order, a_chain_is_erased_and_its_leaves_stay,
                nobody_without_an_account_has_a_chain, pending_links_know_their_predecessor, a_link_is_settled_once,
                who_had_keys_before_has_no_chain, leaves_are_told_from_anywhere, subtrees_are_found,
                one_of_many_advances_the_tree, appends_at_once_have_no_holes;
            key_backups: found_by_generation_and_deleted, id_and_generation_are_unique,
                whoever_looks_at_the_newest_is_alone;
            contacts: seen_from_both_sides, found_as_the_viewer_stands_to_them, found_by_many_names, paged_by_folded_name,
                searched_by_prefix, mutual_ones_are_told, who_ask_each_other_at_once_are_contacts,
                a_block_against_an_acceptance, a_tally_is_exact_in_a_race, friends_of_many_are_listed;
            presence: a_lease_runs_out, only_who_has_a_session_is_there, swept_when_run_out,
                a_lease_is_ended;
            conversations: a_pair_has_one, a_pair_has_one_in_a_race, membership_is_for_members,
                membership_knows_who_may_write, pairs_and_partners, paged_newest_first, deleted_for_both;
            messages: numbered_without_a_hole, found_as_appended, found_by_the_senders_name_for_it,
                a_repeat_at_the_same_time_is_found, many_senders_get_dense_numbers, paged_both_ways,
                paged_as_far_as_seen;
            deletions: files_come_in_order, files_are_shared_with_members, a_deleted_message_keeps_its_place,
                what_is_over_is_deleted, what_is_deleted_waits_for_nobody, the_last_of_each_is_found;
            progress: the_last_active_first, markers_move_forward, the_furthest_of_many_moves_stands,
                unread_are_the_others_messages, receipts_are_paged, a_lifetime_is_replaced;
            file_grants: found_by_their_grantee, removed_by_owner_or_grantee, paged_newest_first,
                gone_with_the_key_and_with_their_grantee;
            file_links: found_while_good, spent_by_who_shows_the_proof, many_at_once_open_no_more_than_it_has,
                a_token_leads_to_the_file, swept_when_useless;
            challenges: an_answer_is_taken_once, swept_when_over;
            file_ids: good_once_for_their_owner, an_account_has_so_many;
            file_upkeep: deletions_wait_their_turn, paged_whoever_they_belong_to, paged_by_blob,
                the_scrub_goes_on_where_it_was;
            files: found_by_their_owner, a_disclosure_is_noted, locked_and_replaced_by_their_owner, found_whoever_they_belong_to, id_and_blob_are_unique,
                paged_newest_first, shredded_then_removed, blobs_are_known_by_their_rows,
                shredded_before_their_owner_goes;
            uploads: uploads_are_their_owners, an_upload_has_its_own_id_and_blob,
                moved_on_by_whoever_knows_its_place, completed_once, an_upload_is_taken_by_its_owner,
                expired_uploads_are_taken, growing_blobs_are_known_by_their_uploads,
                uploads_go_with_their_owner;
            groups: seen_by_its_members, paged_by_kind, members_of_a_group_are_partners,
                members_come_and_go, members_are_paged_as_they_came, the_longest_standing_succeeds,
                settings_are_replaced_only_if_unchanged, changes_are_found_as_noted,
                deleted_with_its_content, groups_outlive_the_pairs_of_who_leaves, a_thousand_are_told,
                who_is_out_gets_nothing_and_who_is_in_gets_all;
            inbox: a_new_log_is_empty, each_log_counts_for_itself, a_refused_unit_tells_nobody,
                unknown_and_repeated_recipients, crossing_recipients_lose_nothing, trimmed_from_the_front,
                the_mark_moves_forward, heads_of_many, logs_that_hold_something,
                the_oldest_event_of_a_held_log, the_lowest_mark_counts;
            data_keys: the_first_of_a_generation_stays, deleted_with_their_uses, a_use_is_recorded_once,
                one_of_many_records_a_use;
            idempotency: one_of_many_claims_a_key, a_dead_holder_gives_way, freed_by_its_holder,
                stored_with_their_mark, gone_with_their_account_or_in_time;
            identities: linked_once_byte_for_byte, listed_and_noted, deleted_by_its_owner,
                locked_until_the_unit_ends, taken_once_with_both_halves, one_of_many_takes_it,
                begun_logins_are_counted_and_swept;
            invites: found_as_inserted, spent_while_it_is_good, as_many_accounts_as_uses,
                a_refused_unit_takes_no_use, listed_with_their_accounts, swept_when_long_over;
            outbox: found_as_inserted, leased_when_due_longest_first, a_lease_runs_out,
                one_of_many_gets_a_mail, many_get_one_each, deleted_when_sent,
                deferred_and_buried_by_its_holder_alone, hastened_unless_in_hand, counted_up_to_the_cap,
                paged_newest_first, old_dead_letters_go, a_refused_unit_sends_nothing;
            installation: the_first_value_stays, replaced_if_there;
            avatars: one_picture_for_each_account, a_name_is_unique;
            channels: found_as_inserted, one_of_many_rotates, a_login_ends_with_its_session,
                anonymous_ones_are_counted, a_recovery_comes_and_goes, tries_are_exact, expired_ones_go;
            chats: numbered_once, numbered_in_a_race, found_by_members_alone, texts_alone_are_paged;
            custodial_keys: one_for_each_account, openers_go_with_their_key,
                the_opener_of_a_recovery_key_can_be_removed,
                openers_go_with_their_app_password;
            deliveries: moments_of_a_pair_rise, found_within_a_span, acknowledged_by_their_receiver_alone,
                notices_have_the_numbers_of_their_events, many_at_once_have_one_order,
                gone_with_their_messages;
            envelopes: found_as_left, oldest_first_and_counted, leased_renewed_and_released,
                deleted_by_the_lease, gone_with_either_account, gone_with_their_events, many_takers_share_what_waits;
            mailbox_keys: the_last_one_set_is_the_accounts, owners_are_found_by_key;
            master_keys: noted_once_the_latest_first, one_of_two_goes_on_from_one_place, every_column_is_walked_in_order,
                replaced_only_if_unchanged;
            races: no_session_outlives_disabling, nothing_is_added_to_a_removed_account,
                an_address_is_proved_by_one_of_two;
            sends: many_at_once_have_each_their_place, a_repeat_beside_the_original_finds_it,
                a_name_is_used_once_across_conversations, what_is_refused_leaves_nothing,
                a_stranger_is_one_beside_members, a_panic_harms_only_its_own_unit,
                the_next_send_sees_what_a_pair_has_become, the_next_send_sees_who_is_in_the_group;
            socket_tickets: taken_once_in_time, ended_with_their_session, swept_when_expired;
            storage: charged_within_the_quota, an_own_quota_goes_first, many_charges_never_pass_it,
                reservations_come_and_go, one_of_many_takes_a_reservation, gone_with_its_account;
            usernames: username_is_unique_when_folded, renamed_if_unchanged,
                a_retired_name_is_its_former_owners, a_lookalike_is_taken, retired_names_are_swept,
                many_want_a_name, a_removed_account_leaves_its_names;
            units: ok_commits, err_rolls_back, a_failed_unit_ends, a_swallowed_failure_keeps_nothing,
                panic_harms_only_its_own_unit, a_read_sees_what_was_committed, an_ask_is_one_question,
                many_writers_lose_nothing, probe_leaves_nothing;
        }
    };
    (@cases $make:path; $($subject:ident: $($case:ident),+;)+) => {
        $(mod $subject {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let Some((store, _guard)) = $make().await else { return };
                $crate::testing::conformance::$subject::$case(store).await;
            })+
        })+
    };
}

/// Polls all futures together until each is done, in a crate that knows no runtime.
async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures
        .into_iter()
        .map(|future| (Box::pin(future), None))
        .collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut running {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if running.iter().all(|(_, output)| output.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    running
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}

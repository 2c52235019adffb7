//! The tables, in the types that both engines share: ids and digests as bytes, times as microseconds, enums as
//! checked small integers.

diesel::table! {
    installation_secrets (name) {
        name -> Text,
        sealed -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    master_keys (kid) {
        kid -> BigInt,
        sealed_from -> BigInt,
        sealed_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    rewraps (id) {
        id -> SmallInt,
        kid -> BigInt,
        holder -> Nullable<Binary>,
        lease_until -> BigInt,
        place -> SmallInt,
        after_key -> Binary,
        rewrapped -> BigInt,
        rewrapped_in_pass -> BigInt,
        unopened -> BigInt,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Binary,
        username -> Text,
        username_key -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        password_hash -> Text,
        created_at -> BigInt,
        email_verified_at -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        renamed_at -> Nullable<BigInt>,
        discoverable -> Bool,
        show_presence -> Bool,
        messages_from -> SmallInt,
        avatar -> Nullable<Text>,
        claimed_email -> Nullable<Text>,
        claimed_email_key -> Nullable<Text>,
        skeleton -> Nullable<Text>,
        send_receipts -> Bool,
    }
}

diesel::table! {
    sessions (id) {
        id -> Binary,
        account_id -> Binary,
        dialect -> SmallInt,
        client -> Nullable<Text>,
        created_at -> BigInt,
        authenticated_at -> BigInt,
        app_password_id -> Nullable<Binary>,
        expires_at -> BigInt,
        acknowledged -> BigInt,
        opaque_digest -> Nullable<Binary>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Binary,
        session_id -> Binary,
        spent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ended_sessions (id) {
        id -> Binary,
        ended_at -> BigInt,
        forget_at -> BigInt,
    }
}

diesel::table! {
    app_passwords (id) {
        id -> Binary,
        account_id -> Binary,
        dialect -> SmallInt,
        name -> Text,
        digest -> Binary,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recoveries (id) {
        id -> Binary,
        account_id -> Nullable<Binary>,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        salt -> Binary,
        mac -> Binary,
        tries_left -> SmallInt,
        token -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    mailed_codes (account_id, purpose) {
        account_id -> Binary,
        purpose -> SmallInt,
        salt -> Binary,
        mac -> Binary,
        target -> Nullable<Text>,
        target_key -> Nullable<Text>,
        tries_left -> SmallInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    conversations (id) {
        id -> Binary,
        pair -> Nullable<Binary>,
        sealed_key -> Binary,
        last_seq -> BigInt,
        created_at -> BigInt,
        kind -> SmallInt,
        sealed_title -> Nullable<Binary>,
        shows_history -> Bool,
        member_count -> BigInt,
        version -> BigInt,
        expires_in -> Nullable<BigInt>,
        active_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    members (conversation_id, account_id) {
        conversation_id -> Binary,
        account_id -> Binary,
        role -> SmallInt,
        joined_at -> BigInt,
        first_seq -> BigInt,
        read_seq -> BigInt,
        delivered_seq -> BigInt,
    }
}

diesel::table! {
    member_changes (id) {
        id -> Binary,
        conversation_id -> Binary,
        kind -> SmallInt,
        actor_id -> Binary,
        account_id -> Binary,
        role -> SmallInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    messages (id) {
        id -> Binary,
        conversation_id -> Binary,
        seq -> BigInt,
        sender_id -> Binary,
        client_id -> Text,
        digest -> Binary,
        format -> SmallInt,
        body -> Binary,
        sent_at -> Nullable<BigInt>,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        attached -> SmallInt,
    }
}

diesel::table! {
    deliveries (message_id) {
        message_id -> Binary,
        receiver_id -> Binary,
        sender_id -> Binary,
        taken_at -> BigInt,
        event_offset -> Nullable<BigInt>,
        acknowledged_at -> Nullable<BigInt>,
        noticed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    envelopes (id) {
        id -> Binary,
        recipient_id -> Binary,
        seq -> BigInt,
        sender_id -> Binary,
        format -> SmallInt,
        body -> Text,
        size -> BigInt,
        sender_clock -> Text,
        created_at -> BigInt,
        lease_id -> Nullable<Binary>,
        leased_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    mailbox_keys (account_id) {
        account_id -> Binary,
        key_id -> Binary,
        text -> Text,
        thumbprint -> Nullable<Binary>,
        in_ring -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    inboxes (account_id) {
        account_id -> Binary,
        trimmed -> BigInt,
    }
}

diesel::table! {
    inbox_events (account_id, event_offset) {
        account_id -> Binary,
        event_offset -> BigInt,
        kind -> SmallInt,
        subject -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    keys (id) {
        id -> Binary,
        account_id -> Binary,
        key_use -> SmallInt,
        algorithm -> SmallInt,
        custody -> SmallInt,
        jwk -> Text,
        thumbprint -> Binary,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    key_events (account_id, seq) {
        account_id -> Binary,
        seq -> BigInt,
        operation -> SmallInt,
        key_id -> Binary,
        replaced_id -> Nullable<Binary>,
        asserted_by -> SmallInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    key_log_links (account_id, seq) {
        account_id -> Binary,
        seq -> BigInt,
        operation -> SmallInt,
        username -> Text,
        keys -> Text,
        created_at -> BigInt,
        leaf_index -> Nullable<BigInt>,
        text -> Nullable<Text>,
        digest -> Nullable<Binary>,
        opening -> Nullable<Binary>,
    }
}

diesel::table! {
    key_log_leaves (leaf_index) {
        leaf_index -> BigInt,
        label -> Binary,
        commitment -> Binary,
    }
}

diesel::table! {
    key_log_nodes (position) {
        position -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    key_log (id) {
        id -> SmallInt,
        size -> BigInt,
        checkpoint -> Nullable<Text>,
    }
}

diesel::table! {
    data_keys (generation) {
        generation -> BigInt,
        public_pem -> Text,
        sealed_private -> Binary,
        serves_from -> BigInt,
        serves_until -> BigInt,
        retires_at -> BigInt,
    }
}

diesel::table! {
    data_key_uses (digest) {
        digest -> Binary,
        generation -> BigInt,
    }
}

diesel::table! {
    relations (account_id, other_id) {
        account_id -> Binary,
        other_id -> Binary,
        contact -> SmallInt,
        contact_since -> Nullable<BigInt>,
        blocked_at -> Nullable<BigInt>,
        blocked_by_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    presence (account_id) {
        account_id -> Binary,
        lease_until -> BigInt,
    }
}

diesel::table! {
    storage (account_id) {
        account_id -> Binary,
        used -> BigInt,
        quota -> Nullable<BigInt>,
    }
}

diesel::table! {
    storage_reservations (id) {
        id -> Binary,
        account_id -> Binary,
        bytes -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    files (id) {
        id -> Binary,
        owner_id -> Nullable<Binary>,
        blob -> Binary,
        size -> BigInt,
        digest -> Binary,
        digest_kind -> SmallInt,
        sealed_key -> Nullable<Binary>,
        sealed_name -> Nullable<Binary>,
        sealed_type -> Nullable<Binary>,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        protection -> SmallInt,
        key_disclosed_at -> Nullable<BigInt>,
        delete_attempts -> Integer,
        delete_after -> Nullable<BigInt>,
    }
}

diesel::table! {
    spent_challenges (id) {
        id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    file_ids (id) {
        id -> Binary,
        owner_id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    file_grants (file_id, grantee_id) {
        file_id -> Binary,
        grantee_id -> Binary,
        sealed_key -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    file_links (id) {
        id -> Binary,
        file_id -> Binary,
        proof -> Binary,
        sealed_key -> Binary,
        downloads -> BigInt,
        max_downloads -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    link_downloads (digest) {
        digest -> Binary,
        link_id -> Binary,
        sealed_key -> Nullable<Binary>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    file_scrub (id) {
        id -> SmallInt,
        after_id -> Nullable<Binary>,
        night -> BigInt,
        files_left -> BigInt,
    }
}

diesel::table! {
    uploads (id) {
        id -> Binary,
        owner_id -> Binary,
        blob -> Binary,
        length -> BigInt,
        salt -> Binary,
        sealed_key -> Binary,
        sealed_name -> Nullable<Binary>,
        sealed_type -> Binary,
        received -> BigInt,
        sealed -> BigInt,
        tail -> Nullable<Binary>,
        digest_state -> Binary,
        blob_state -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        protection -> SmallInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Binary,
        account_id -> Binary,
        kind -> SmallInt,
        created_at -> BigInt,
        session_id -> Nullable<Binary>,
        dialect -> Nullable<SmallInt>,
        subject -> Nullable<Binary>,
    }
}

diesel::table! {
    throttles (counter) {
        counter -> Binary,
        recent -> Integer,
        consecutive -> Integer,
        last_at -> BigInt,
        until_at -> BigInt,
        forget_at -> BigInt,
    }
}

diesel::table! {
    identities (id) {
        id -> Binary,
        account_id -> Binary,
        issuer -> Text,
        subject -> Text,
        username -> Nullable<Text>,
        picture -> Nullable<Text>,
        linked_at -> BigInt,
        used_at -> BigInt,
    }
}

diesel::table! {
    totp_factors (account_id) {
        account_id -> Binary,
        sealed_secret -> Binary,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
    }
}

diesel::table! {
    email_code_factors (account_id) {
        account_id -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    recovery_codes (account_id, mac) {
        account_id -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    login_tickets (digest) {
        digest -> Binary,
        account_id -> Binary,
        dialect -> SmallInt,
        checked -> Nullable<Binary>,
        tries_left -> SmallInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    key_backups (id) {
        id -> Binary,
        account_id -> Binary,
        generation -> BigInt,
        sealed_content -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    retired_usernames (username_key) {
        username_key -> Text,
        account_id -> Nullable<Binary>,
        free_at -> BigInt,
        skeleton -> Nullable<Text>,
    }
}

diesel::table! {
    federation_transactions (state) {
        state -> Binary,
        secret -> Binary,
        provider -> Text,
        dialect -> SmallInt,
        account_id -> Nullable<Binary>,
        session_id -> Nullable<Binary>,
        origin -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    invites (id) {
        id -> Binary,
        digest -> Binary,
        made_by -> BigInt,
        uses -> BigInt,
        used -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invite_uses (account_id) {
        account_id -> Binary,
        invite_id -> Binary,
        used_at -> BigInt,
    }
}

diesel::table! {
    avatars (name) {
        name -> Binary,
        account_id -> Binary,
        picture -> Binary,
    }
}

diesel::table! {
    mail_outbox (id) {
        id -> Binary,
        template -> SmallInt,
        state -> SmallInt,
        payload -> Nullable<Binary>,
        created_at -> BigInt,
        not_after -> BigInt,
        attempts -> BigInt,
        next_at -> Nullable<BigInt>,
        died_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    chat_numbers (conversation_id) {
        conversation_id -> Binary,
        chat_number -> BigInt,
        initiator_id -> Binary,
    }
}

diesel::table! {
    chat_counter (id) {
        id -> SmallInt,
        last -> BigInt,
    }
}

diesel::table! {
    attachments (message_id, file_id) {
        message_id -> Binary,
        file_id -> Binary,
        place -> SmallInt,
    }
}

diesel::table! {
    idempotency_keys (digest) {
        digest -> Binary,
        account_id -> Nullable<Binary>,
        holder -> Binary,
        request -> Binary,
        is_marked -> Bool,
        sealed_answer -> Nullable<Binary>,
        renewed_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    socket_tickets (digest) {
        digest -> Binary,
        session_id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    custodial_keys (account_id) {
        account_id -> Binary,
        key_id -> Binary,
        sealed_private -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    custodial_key_openers (account_id, opener, opener_id) {
        account_id -> Binary,
        opener -> SmallInt,
        opener_id -> Binary,
        app_password_id -> Nullable<Binary>,
        key_id -> Binary,
        parameters -> Nullable<Text>,
        sealed -> Binary,
    }
}

diesel::table! {
    channels (id) {
        id -> Binary,
        handle -> Binary,
        secret -> Binary,
        suite -> SmallInt,
        sealed_key -> Binary,
        recovery_id -> Nullable<Binary>,
        sealed_token -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    channel_logins (channel_id) {
        channel_id -> Binary,
        session_id -> Binary,
        wrong_passwords -> SmallInt,
        key_id -> Nullable<Binary>,
        sealed_wrapping -> Nullable<Binary>,
    }
}

diesel::table! {
    channel_tries (account_id) {
        account_id -> Binary,
        tries -> SmallInt,
    }
}

diesel::joinable!(channel_logins -> channels (channel_id));
diesel::allow_tables_to_appear_in_same_query!(channels, channel_logins);
diesel::joinable!(keys -> accounts (account_id));
diesel::joinable!(mailbox_keys -> accounts (account_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(members -> conversations (conversation_id));
diesel::joinable!(members -> accounts (account_id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(messages -> accounts (sender_id));
diesel::joinable!(storage -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(accounts, storage);
diesel::allow_tables_to_appear_in_same_query!(accounts, sessions, refresh_tokens);
diesel::allow_tables_to_appear_in_same_query!(accounts, keys);
diesel::allow_tables_to_appear_in_same_query!(keys, members);
diesel::allow_tables_to_appear_in_same_query!(key_events, key_log_links);
diesel::allow_tables_to_appear_in_same_query!(accounts, deliveries);
diesel::allow_tables_to_appear_in_same_query!(accounts, envelopes);
diesel::allow_tables_to_appear_in_same_query!(envelopes, inbox_events);
diesel::allow_tables_to_appear_in_same_query!(inbox_events, inboxes);
diesel::allow_tables_to_appear_in_same_query!(accounts, mailbox_keys);
diesel::allow_tables_to_appear_in_same_query!(data_keys, data_key_uses);
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    conversations,
    members,
    messages,
    relations
);
diesel::allow_tables_to_appear_in_same_query!(accounts, member_changes);
diesel::allow_tables_to_appear_in_same_query!(presence, sessions);
diesel::joinable!(invite_uses -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(accounts, invite_uses);
diesel::joinable!(attachments -> files (file_id));
diesel::joinable!(attachments -> messages (message_id));
diesel::allow_tables_to_appear_in_same_query!(attachments, files);
diesel::allow_tables_to_appear_in_same_query!(attachments, messages);
diesel::allow_tables_to_appear_in_same_query!(attachments, members);
diesel::allow_tables_to_appear_in_same_query!(files, messages);
diesel::allow_tables_to_appear_in_same_query!(files, members);
diesel::allow_tables_to_appear_in_same_query!(chat_numbers, members);
diesel::allow_tables_to_appear_in_same_query!(invites, invite_uses);
diesel::joinable!(file_grants -> files (file_id));
diesel::joinable!(file_grants -> accounts (grantee_id));
diesel::joinable!(file_links -> files (file_id));
diesel::joinable!(link_downloads -> file_links (link_id));
diesel::allow_tables_to_appear_in_same_query!(file_grants, files);
diesel::allow_tables_to_appear_in_same_query!(file_grants, accounts);
diesel::allow_tables_to_appear_in_same_query!(accounts, files);
diesel::allow_tables_to_appear_in_same_query!(file_links, files);
diesel::allow_tables_to_appear_in_same_query!(link_downloads, file_links);
diesel::allow_tables_to_appear_in_same_query!(link_downloads, files);

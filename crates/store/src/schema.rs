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
    accounts (id) {
        id -> Binary,
        username -> Text,
        username_key -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        password_hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Binary,
        account_id -> Binary,
        dialect -> SmallInt,
        created_at -> BigInt,
        authenticated_at -> BigInt,
        expires_at -> BigInt,
        refresh_digest -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(accounts, sessions);

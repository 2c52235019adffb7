"""A dialect that is switched off answers 404, and the others go on."""

PATHS = {
    "messenger": ["data_key", "register", "login", "logout", "refresh_token", "start_conversation", "send_message",
                  "get_messages", "update_settings", "ack", "notifications"],
    "channel": ["create_session_key", "register_user", "login_user", "encrypt/mabel", "decrypt", "change_username",
                "change_password", "forgot_password", "confirm_forgot_password", "final_forgot_password"],
    "social": ["auth/registration", "twofa/send-code", "auth/login", "auth/logout", "api/token/refresh",
               "auth/password/change", "users/update", "users/user_list", "users/add_friend", "users/remove_friend",
               "users/friend_list", "oauth/authorize", "oauth/callback", "conversations/start", "conversations",
               "conversations/1", "ws/chat/1"],
    "mailbox": ["create_user", "authenticate", "upload_message", "download_messages", "get_public_key", "delete_user",
                "reset_password", "reset_public_key", "upload_avatar", "delete_avatar", "get_avatar"],
    "vault": ["registration", "login", "test_login", "load", "download/019aa6b0-7c3a-7d52-9a5e-0242ac120002",
              "get_crypto_key/019aa6b0-7c3a-7d52-9a5e-0242ac120002"],
}


def answers(story, dialect):
    """What every path of this dialect answers to both methods in both forms of the last slash."""
    prefix = "/api/" if dialect == "messenger" else "/"

    def ask(method, path):
        answer = story.server.call(method, prefix + path, json={})
        return answer.status_code, answer.headers["Content-Type"]

    return {path: [[ask(method, path + slash) for method in ("GET", "POST")] for slash in ("", "/")]
            for path in PATHS[dialect]}


def one_after_the_other(story):
    gone = [(404, "application/problem+json")] * 2
    for dialect in story.dialects:
        for path, (without, with_slash) in answers(story, dialect.NAME).items():
            assert without == with_slash != gone, (path, without, with_slash)
    for off in story.dialects:
        story.server.stop()
        story.server.start(**{f"SEALPOST_DIALECTS_{off.NAME.upper()}_ENABLED": "false"})
        for path, both in answers(story, off.NAME).items():
            assert both == [gone, gone], (path, both)
        for door in story.doors:
            if door is not off:
                assert door(story.server, story.mabel).who() == "mabel", (off.NAME, door.NAME)

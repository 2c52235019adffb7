"""One setting, changed at two doors."""

from concurrent.futures import ThreadPoolExecutor

from messenger_client import Messenger
from native_client import Native


def changed_at_once(story):
    """Of changes at the same time each one counts, and none is refused because of another."""
    messenger, native = story.by(Messenger, story.mona), story.by(Native, story.mona)

    def change(number):
        if number % 2:
            return messenger.call("POST", "/update_settings/", {"privacy.messages": bool(number % 4 - 1)})
        return native.call("PATCH", "/v1/me/settings", json={"show_presence": bool(number % 4)})

    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(change, range(40)))
    messenger.call("POST", "/update_settings/", {"privacy.messages": False})
    assert native.get("/v1/me/settings")["messages_from"] == "nobody"
    native.call("PATCH", "/v1/me/settings", json={"messages_from": "everyone", "show_presence": True})

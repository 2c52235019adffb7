"""Prosody and ejabberd, by one client (RFC 6120)."""

import base64
import glob
import os
import re

from peers.machine import Cluster, postgres_programs
from peers.peer import PAIRS, PASSWORD, PEOPLE, Peer, Sender, find, first_bytes, output
from peers.wire import Refused, body, call, connect

HOST = "localhost"
STREAM = (
    f"<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
).encode()
FEATURES = rb"</stream:features>"
MUC = "http://jabber.org/protocol/muc"
LARGEST = 128 * 1024 * 1024


class Xmpp(Peer):
    def answers(self):
        return first_bytes(self.port, STREAM, b"</stream:features>")

    async def populate(self):
        for number in range(PEOPLE):
            link = await self.open()
            link.write(iq("set", "register", f"<username>p{number}</username><password>{PASSWORD}</password>"))
            await result(link)
            link.close()

    async def open(self):
        link = await connect(self.port)
        link.write(STREAM)
        await link.until(FEATURES)
        return link

    async def log_in(self, number, device="one", listens=False):
        link = await self.open()
        secret = base64.b64encode(f"\0p{number}\0{PASSWORD}".encode()).decode()
        link.write(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>".encode())
        await link.until(rb"<success[^>]*>")
        link.write(STREAM)
        await link.until(FEATURES)
        bind = f"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{device}</resource></bind>"
        link.write(f"<iq type='set' id='q'>{bind}</iq>".encode())
        await result(link)
        if listens:
            link.write(b"<presence/>")
            await link.until(rb"<presence[^>]*>")
        return link

    async def sender(self, number):
        """Stream management (XEP-0198) answers once the server has dealt with a message: it is in both archives by then."""
        link = await self.log_in(number, "sender")
        link.write(b"<enable xmlns='urn:xmpp:sm:3'/>")
        await link.until(rb"<enabled[^>]*>")
        return XmppSender(link, lambda message: stanza(f"p{PAIRS + number}@{HOST}", "chat", message) + b"<r xmlns='urn:xmpp:sm:3'/>")

    async def listener(self, number, on_mark):
        link = await self.log_in(number, "listener", listens=True)
        link.watch(on_mark)
        return link

    async def group_sender(self):
        """The room's own echo of the message is the answer."""
        link = await self.join(0)
        sender = Sender(link, lambda message: stanza(self.room(), "groupchat", message))
        link.watch(lambda _: sender.answered(None))
        return sender

    async def member(self, number, on_mark):
        link = await self.join(number)
        link.watch(on_mark)
        return link

    def room(self):
        return f"group@conference.{HOST}"

    async def join(self, number):
        link = await self.log_in(number, "member", listens=True)
        link.write(f"<presence to='{self.room()}/p{number}'><x xmlns='{MUC}'><history maxstanzas='0'/></x></presence>".encode())
        await link.until(rb"code=.110.")
        return link

    async def idle(self, number, device):
        return await self.log_in(number, f"idle{device}", listens=True)

    async def up(self, content):
        """XEP-0363: a place is asked for, then filled by HTTP."""
        link = await self.log_in(0, "files")
        asked = f"<request xmlns='urn:xmpp:http:upload:0' filename='f.bin' size='{len(content)}'/>"
        link.write(f"<iq type='get' id='q' to='upload.{HOST}'>{asked}</iq>".encode())
        slot = await result(link)
        link.close()
        headers = re.findall(r"<header name=['\"](\w+)['\"]>([^<]*)<", slot)
        host, path = address(slot, "put")
        call(self.file_port, "PUT", path, content, headers=headers, host=host)
        return address(slot, "get")

    async def down(self, place):
        host, path = place
        return call(self.file_port, "GET", path, host=host)


class XmppSender(Sender):
    def __init__(self, link, build):
        super().__init__(link, build)
        self.rest = b""
        link.on_data, link.on_lost = self.on_data, lambda why: self.answered(why)

    def on_data(self, data):
        data = self.rest + data
        end = data.rfind(b">") + 1
        self.rest = data[end:]
        if b"type='error'" in data or b'type="error"' in data:
            self.answered(data[:300].decode(errors="replace"))
        for _ in range(data.count(b"<a ", 0, end)):
            self.answered(None)


def stanza(to, kind, message):
    return f"<message to='{to}' type='{kind}' id='m{message}'><body>{body(message)}</body></message>".encode()


def iq(kind, namespace, content):
    return f"<iq type='{kind}' id='q'><query xmlns='jabber:iq:{namespace}'>{content}</query></iq>".encode()


async def result(link):
    answer = (await link.until(rb"<iq (?:[^>]*/>|.*?</iq>)"))[0].decode()
    if not re.match(r"<iq [^>]*type=['\"]result", answer):
        raise Refused(answer)
    return answer


def address(slot, kind):
    """Where it leads: the host's name, as its server wants to be called, and the path."""
    address = re.search(rf"<{kind} url=['\"]https?://([^/:]*)[^/]*([^'\"]*)", slot)
    return address[1], address[2].replace("&amp;", "&")


class Prosody(Xmpp):
    name = "Prosody"
    how_to_get = "apt-get install prosody lua-dbi-sqlite3"
    file_mib = 8  # it takes 8 KiB a millisecond at most

    @classmethod
    def is_there(cls):
        return find("prosody") is not None

    @staticmethod
    def version():
        return "".join(re.findall(r"Prosody ([\d.]+)", output("prosodyctl", "about"))[:1])

    def configure(self):
        os.makedirs(f"{self.folder}/data")
        with open(f"{self.folder}/prosody.cfg.lua", "w") as file:
            file.write(PROSODY.format(folder=self.folder, port=self.port, file_port=self.file_port, host=HOST, largest=LARGEST))

    def launch(self):
        return [find("prosody"), "--config", f"{self.folder}/prosody.cfg.lua", "-F"], self.folder


PROSODY = """
run_as_root = true
data_path = "{folder}/data"
pidfile = "{folder}/pid"
log = {{ warn = "*console" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "register", "smacks", "mam" }}
modules_disabled = {{ "s2s", "tls" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
allow_registration = true
storage = {{ archive = "sql", muc_log = "sql" }}
sql = {{ driver = "SQLite3", database = "archive.sqlite" }}
archive_expires_after = "never"
default_archive_policy = true
http_interfaces = {{ "127.0.0.1" }}
http_ports = {{ {file_port} }}
https_ports = {{}}
http_max_content_size = {largest}
VirtualHost "{host}"
Component "conference.{host}" "muc"
    modules_enabled = {{ "muc_mam" }}
    muc_log_by_default = true
    muc_room_locking = false
Component "upload.{host}" "http_file_share"
    http_file_share_size_limit = {largest}
    http_file_share_daily_quota = 1000 * {largest}
"""


class Ejabberd(Xmpp):
    name = "ejabberd"
    how_to_get = "apt-get install ejabberd erlang-p1-pgsql postgresql"

    @classmethod
    def is_there(cls):
        return bool(find("erl") and beams() and postgres_programs())

    @staticmethod
    def version():
        return re.search(r"ejabberd-([^/]+)", beams())[1].rpartition("-")[0]

    def configure(self):
        self.cluster = Cluster(f"{self.folder}/postgres")
        self.cluster.start()
        self.cluster.run("-f", "/usr/share/ejabberd/sql/pg.sql")
        self.cluster.stop()
        os.makedirs(f"{self.folder}/files")
        values = {"port": self.port, "file_port": self.file_port, "sql_port": self.cluster.port, "folder": self.folder}
        with open(f"{self.folder}/ejabberd.yml", "w") as file:
            file.write(EJABBERD.format(host=HOST, largest=LARGEST, **values))

    def launch(self):
        """What ejabberdctl does, without names on a network that have to be unique."""
        here = {
            "EJABBERD_CONFIG_PATH": f"{self.folder}/ejabberd.yml",
            "EJABBERD_LOG_PATH": f"{self.folder}/ejabberd.log",
            "ERL_LIBS": os.path.dirname(beams()),
            "ERL_CRASH_DUMP_BYTES": "0",
            "ERL_MAX_PORTS": "32000",
            "HOME": self.folder,
        }
        mnesia = ["-mnesia", "dir", f'"{self.folder}/mnesia"']
        return [find("erl"), "-noinput", "+P", "250000", *mnesia, "-s", "ejabberd"], self.folder, here


EJABBERD = """
loglevel: warning
hosts: [{host}]
listen:
  - {{port: {port}, ip: 127.0.0.1, module: ejabberd_c2s}}
  - {{port: {file_port}, ip: 127.0.0.1, module: ejabberd_http, request_handlers: {{/upload: mod_http_upload}}}}
auth_method: mnesia
sql_type: pgsql
sql_server: 127.0.0.1
sql_port: {sql_port}
sql_database: postgres
sql_username: bench
registration_timeout: infinity
s2s_access: none
modules:
  mod_disco: {{}}
  mod_http_upload: {{docroot: "{folder}/files", put_url: "http://@HOST@:{file_port}/upload", max_size: {largest}, access: all}}
  mod_mam: {{db_type: sql, default: always}}
  mod_muc: {{default_room_options: {{mam: true}}, min_presence_interval: 0}}
  mod_ping: {{}}
  mod_register: {{}}
  mod_roster: {{}}
  mod_stream_mgmt: {{}}
"""


def beams():
    """Where ejabberd is; None if it is not."""
    places = sorted(glob.glob("/usr/lib/*/ejabberd-*"))
    return places[-1] if places else None

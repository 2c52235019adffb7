"""Takes the database of a snapshot back to an earlier schema, as a backup of an earlier release had it: older.py MIGRATIONS VERSION
SNAPSHOT."""

import hashlib
import json
import pathlib
import sqlite3
import sys

migrations, version, snapshot = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
path = snapshot / "database.db"
database = sqlite3.connect(path, isolation_level=None)
for folder in sorted(migrations.iterdir(), reverse=True):
    number = folder.name.split("_")[0]
    if int(number) > version:
        database.executescript((folder / "down.sql").read_text())
        [(there,)] = database.execute("SELECT count(*) FROM __diesel_schema_migrations WHERE version = ?", (number,))
        assert there == 1, folder.name
        database.execute("DELETE FROM __diesel_schema_migrations WHERE version = ?", (number,))
database.close()
manifest = json.loads((snapshot / "manifest.json").read_text())
content = path.read_bytes()
manifest["database"]["file"] |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
(snapshot / "manifest.json").write_text(json.dumps(manifest))

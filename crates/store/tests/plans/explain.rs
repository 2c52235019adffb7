//! How the engines say that they will carry a statement out.

use std::fmt;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

/// A statement and its plan.
pub(crate) struct Plan {
    statement: String,
    pub(crate) lines: Vec<String>,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}\n  {}", self.statement, self.lines.join("\n  "))
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn lines(rows: Vec<Line>) -> Vec<String> {
    rows.into_iter().map(|row| row.detail).collect()
}

/// SQLite plans by the schema alone: nothing has to be in there.
pub(crate) fn on_sqlite(file: &Path, statements: &[String]) -> Vec<Plan> {
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    statements
        .iter()
        .map(|statement| {
            let rows = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut conn);
            Plan {
                statement: statement.clone(),
                lines: lines(rows.unwrap()),
            }
        })
        .collect()
}

/// So many rows in each of the tables that grow.
const FILL: &str = r"
DO $$
DECLARE
    found record;
    columns text;
    made text;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS relation, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.relation, found.conname);
    END LOOP;
    FOR found IN
        SELECT unnest(ARRAY['accounts', 'conversations', 'members', 'messages', 'inboxes', 'inbox_events', 'relations',
            'sessions', 'refresh_tokens', 'files', 'attachments', 'throttles']) AS relation
    LOOP
        SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position),
            string_agg(CASE data_type
                WHEN 'bytea' THEN 'decode(lpad(to_hex(i), 32, ''0''), ''hex'')'
                WHEN 'text' THEN 'i::text'
                WHEN 'smallint' THEN '1'
                WHEN 'boolean' THEN 'true'
                ELSE 'i'
            END, ', ' ORDER BY ordinal_position)
        INTO columns, made
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = found.relation AND is_nullable = 'NO';
        EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM generate_series(1, 20000) AS i ON CONFLICT DO NOTHING',
            found.relation, columns, made);
    END LOOP;
END $$;
ANALYZE;
";

/// Before anything is explained.
const BEGIN: &str = r"
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS
    $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || query; END $$;
SET plan_cache_mode = force_generic_plan;
";

/// The types of the arrays of those statements from which PostgreSQL cannot tell them, by words that stand in one only.
const ARRAYS: [(&str, &str); 5] = [
    ("asked (conversation_id, account_id)", "(bytea[], bytea[])"),
    ("asked (conversation_id, sender_id)", "(bytea[], bytea[])"),
    ("asked (sender_id, client_id)", "(bytea[], text[])"),
    (
        "moved (id, last_seq, active_at)",
        "(bytea[], bigint[], bigint[])",
    ),
    (
        "new (account_id, place, kind, subject, created_at)",
        "(bytea[], bigint[], smallint[], bytea[], bigint[])",
    ),
];

/// A PostgreSQL database.
pub(crate) struct Postgres(PgConnection);

impl Postgres {
    /// One of which PostgreSQL knows nothing yet, over a connection with these settings.
    pub(crate) fn fresh(url: &str, settings: &[String]) -> Self {
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute(BEGIN).unwrap();
        conn.batch_execute(&settings.join(";")).unwrap();
        Self(conn)
    }

    /// Puts so much into it that it matters how it is looked for, and has it counted.
    pub(crate) fn fill(&mut self) {
        self.0.batch_execute(FILL).unwrap();
    }

    /// Plans for any values, as the server makes them of statements that stay prepared.
    pub(crate) fn explain(&mut self, statements: &[String]) -> Vec<Plan> {
        statements.iter().map(|one| self.explain_one(one)).collect()
    }

    fn explain_one(&mut self, statement: &str) -> Plan {
        let types = ARRAYS.iter().find(|(part, _)| statement.contains(part));
        let types = types.map_or("", |(_, types)| types);
        let values = (1..)
            .take_while(|number| statement.contains(&format!("${number}")))
            .map(|_| "NULL")
            .collect::<Vec<_>>()
            .join(", ");
        let values = if values.is_empty() {
            values
        } else {
            format!("({values})")
        };
        self.0
            .batch_execute(&format!("PREPARE hot{types} AS {statement}"))
            .unwrap();
        let rows = sql_query(format!(
            "SELECT detail FROM plan_of('EXECUTE hot{values}') AS detail"
        ))
        .load(&mut self.0);
        let plan = Plan {
            statement: statement.to_owned(),
            lines: lines(rows.unwrap()),
        };
        self.0.batch_execute("DEALLOCATE hot").unwrap();
        plan
    }
}

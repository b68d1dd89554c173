"""What each database knows of its own tables: five questions, the same columns in answer."""

SQLITE = {
    "columns": """
        SELECT t.name AS "table", c.name AS "column", c.type AS kind,
               c."notnull" OR c.pk AS required
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    """,
    "keys": """
        SELECT t.name AS "table", 'key' AS name, c.name AS "column"
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND c.pk AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
        ORDER BY t.name, c.pk
    """,
    "indexes": """
        SELECT t.name AS "table", i.name, i."unique" AS alone, i.partial, c.name AS "column"
        FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
        WHERE t.type = 'table' AND i.origin <> 'pk'
        ORDER BY t.name, i.name, c.seqno
    """,
    "foreign keys": """
        SELECT t.name AS "table", k.id AS name, k."from" AS "column", k."table" AS parent,
               k.on_delete
        FROM sqlite_schema t, pragma_foreign_key_list(t.name) k
        WHERE t.type = 'table'
        ORDER BY t.name, k.id, k.seq
    """,
    "checks": """SELECT name AS "table", sql AS text FROM sqlite_schema WHERE type = 'table'
        AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
    """,
}

POSTGRES = {
    "columns": """
        SELECT t.relname AS "table", c.attname AS "column",
               format_type(c.atttypid, NULL) AS kind, c.attnotnull AS required
        FROM pg_attribute c JOIN pg_class t ON t.oid = c.attrelid
        WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace
          AND c.attnum > 0 AND NOT c.attisdropped
    """,
    "keys": """
        SELECT t.relname AS "table", 'key' AS name, c.attname AS "column"
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        CROSS JOIN unnest(i.indkey) WITH ORDINALITY k(number, position)
        JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = k.number
        WHERE i.indisprimary AND t.relnamespace = current_schema()::regnamespace
        ORDER BY t.relname, k.position
    """,
    "indexes": """
        SELECT t.relname AS "table", x.relname AS name, i.indisunique AS alone,
               i.indpred IS NOT NULL AS partial, c.attname AS "column"
        FROM pg_index i
        JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
        CROSS JOIN unnest(i.indkey) WITH ORDINALITY k(number, position)
        LEFT JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = k.number
        WHERE NOT i.indisprimary AND t.relnamespace = current_schema()::regnamespace
        ORDER BY t.relname, x.relname, k.position
    """,
    "foreign keys": """
        SELECT t.relname AS "table", k.conname AS name, c.attname AS "column",
               p.relname AS parent,
               CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
                    WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                    ELSE 'set default' END AS on_delete
        FROM pg_constraint k
        JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
        CROSS JOIN unnest(k.conkey) WITH ORDINALITY n(number, position)
        JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = n.number
        WHERE k.contype = 'f' AND t.relnamespace = current_schema()::regnamespace
        ORDER BY t.relname, k.conname, n.position
    """,
    "checks": """
        SELECT t.relname AS "table", count(*) AS count
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
        WHERE k.contype = 'c' AND t.relnamespace = current_schema()::regnamespace
        GROUP BY t.relname
    """,
}

"""The schema of a project, one function a step.

A step never changes once it has been released; a new need is a new step at the end. ``sqlite_utils.Migrations`` notes
the steps that have run in the project itself, so a project made by an older version is brought up to date when it is
opened, and one that holds steps unknown to this version was made by a newer one and is refused.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from coding.model import tick

migrations = Migrations("focus-coding")


def _run(db: Database, script: str) -> None:
    """Run the statements of ``script`` inside the transaction that is open (``executescript`` would commit it)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


@migrations()
def m001_study(db: Database) -> None:
    """Create what a study is made of: transcripts, turns, participants, segments and the codebook."""
    _run(
        db,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE transcripts (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            "group" TEXT NOT NULL DEFAULT '',
            text TEXT NOT NULL,
            source_name TEXT NOT NULL,
            source_sha256 TEXT NOT NULL UNIQUE,
            report TEXT NOT NULL,
            segmentation TEXT NOT NULL DEFAULT '',
            imported_by TEXT NOT NULL,
            imported_at TEXT NOT NULL
        );
        CREATE TABLE turns (
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            "index" INTEGER NOT NULL,
            speaker TEXT,
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            start_s REAL,
            end_s REAL,
            heading INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (transcript_id, "index")
        ) WITHOUT ROWID;
        CREATE TABLE participants (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('moderator', 'participant')),
            attributes TEXT NOT NULL DEFAULT '{}'
        );
        CREATE TABLE speakers (
            key TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            label TEXT NOT NULL,
            participant_id TEXT NOT NULL REFERENCES participants(id),
            UNIQUE (transcript_id, label)
        );
        CREATE INDEX speakers_participant ON speakers(participant_id);
        CREATE TABLE segments (
            key TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            turn INTEGER NOT NULL,
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            CHECK (start_char < end_char),
            UNIQUE (transcript_id, start_char, end_char)
        );
        CREATE TABLE codebooks (
            version_key TEXT PRIMARY KEY,
            set_at TEXT NOT NULL,
            set_by TEXT NOT NULL,
            yaml TEXT NOT NULL
        );
        CREATE TABLE codes (
            id TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            data TEXT NOT NULL,
            retired INTEGER NOT NULL DEFAULT 0
        );
        """,
    )


@migrations()
def m002_coding(db: Database) -> None:
    """Create what coders do: edits for ever, and the state that they add up to."""
    _run(
        db,
        """
        CREATE TABLE coders (
            name TEXT PRIMARY KEY,
            role TEXT NOT NULL DEFAULT 'researcher',
            created_at TEXT NOT NULL
        );
        CREATE TABLE edits (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            batch TEXT NOT NULL,
            coder TEXT NOT NULL,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            transcript_id TEXT,
            summary TEXT NOT NULL,
            changes TEXT NOT NULL,
            undoes TEXT
        );
        CREATE INDEX edits_batch ON edits(batch);
        CREATE INDEX edits_coder ON edits(coder, seq);
        CREATE INDEX edits_undoes ON edits(undoes) WHERE undoes IS NOT NULL;
        CREATE TRIGGER edits_are_kept BEFORE DELETE ON edits
            BEGIN SELECT RAISE(ABORT, 'edits are append-only'); END;
        CREATE TRIGGER edits_stay BEFORE UPDATE ON edits
            BEGIN SELECT RAISE(ABORT, 'edits are append-only'); END;
        CREATE TRIGGER transcripts_stay BEFORE UPDATE OF id, text, source_sha256 ON transcripts
            BEGIN SELECT RAISE(ABORT, 'the text of a transcript never changes'); END;
        CREATE TABLE codings (
            id TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            code_id TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coders(name),
            valence TEXT NOT NULL CHECK (valence IN ('shown', 'lacking', 'unclear')),
            origin TEXT NOT NULL CHECK (origin IN ('own', 'accepted', 'changed', 'blind')),
            score REAL,
            probability REAL,
            memo TEXT NOT NULL DEFAULT '',
            codebook_version TEXT NOT NULL,
            created_at TEXT NOT NULL,
            CHECK (start_char < end_char)
        );
        CREATE INDEX codings_place ON codings(transcript_id, start_char);
        CREATE INDEX codings_code ON codings(code_id);
        CREATE TABLE rejections (
            key TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            code_id TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coders(name),
            score REAL,
            probability REAL,
            created_at TEXT NOT NULL
        );
        CREATE INDEX rejections_place ON rejections(transcript_id, start_char);
        CREATE TABLE reviews (
            key TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            coder TEXT NOT NULL REFERENCES coders(name),
            blind INTEGER NOT NULL DEFAULT 0,
            created_at TEXT NOT NULL
        );
        CREATE INDEX reviews_place ON reviews(transcript_id, start_char);
        CREATE TABLE memos (
            key TEXT PRIMARY KEY,
            target TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coders(name),
            text TEXT NOT NULL,
            created_at TEXT NOT NULL
        );
        CREATE INDEX memos_target ON memos(target);
        """,
    )


@migrations()
def m003_machine(db: Database) -> None:
    """Create what the machine works out and can work out again: embeddings and suggestions."""
    _run(
        db,
        """
        CREATE TABLE embeddings (
            model TEXT NOT NULL,
            text_sha256 BLOB NOT NULL,
            vector BLOB NOT NULL,
            PRIMARY KEY (model, text_sha256)
        ) WITHOUT ROWID;
        CREATE TABLE suggestions (
            segment_key TEXT NOT NULL REFERENCES segments(key) ON DELETE CASCADE,
            code_id TEXT NOT NULL,
            transcript_id TEXT NOT NULL,
            score REAL NOT NULL,
            probability REAL NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('suggested', 'unsure', 'nothing')),
            valence TEXT NOT NULL CHECK (valence IN ('shown', 'lacking', 'unclear')),
            evidence TEXT NOT NULL DEFAULT '[]',
            rank INTEGER NOT NULL,
            PRIMARY KEY (segment_key, code_id)
        ) WITHOUT ROWID;
        CREATE INDEX suggestions_transcript ON suggestions(transcript_id);
        """,
    )


@migrations()
def m006_framework(db: Database) -> None:
    """Create what people write about the framework; what is NULL comes from the codebook and the codings."""
    _run(
        db,
        """
        CREATE TABLE framework_clusters (
            id TEXT PRIMARY KEY,
            name TEXT,
            statement TEXT,
            position INTEGER,
            removed INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE framework_behaviours (
            id TEXT PRIMARY KEY,
            cluster_id TEXT,
            position INTEGER,
            name TEXT,
            statement TEXT,
            codes TEXT,
            positive TEXT,
            contrary TEXT,
            quotations TEXT,
            left_out INTEGER NOT NULL DEFAULT 0
        );
        """,
    )


@migrations()
def m007_team(db: Database) -> None:
    """Create the team: who may act in a project once somebody leads it."""
    _run(
        db,
        """
        CREATE TABLE team (
            coder TEXT PRIMARY KEY REFERENCES coders(name),
            roles TEXT NOT NULL,
            account TEXT NOT NULL DEFAULT ''
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX team_account ON team(lower(account)) WHERE account != '';
        """,
    )


@migrations()
def m012_together(db: Database) -> None:
    """Create who is to code what, and how places were settled where coders differ."""
    _run(
        db,
        """
        CREATE TABLE assignments (
            key TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            coder TEXT NOT NULL REFERENCES coders(name),
            blind INTEGER NOT NULL DEFAULT 0,
            share REAL,
            seed INTEGER,
            set_by TEXT NOT NULL,
            set_at TEXT NOT NULL
        );
        CREATE INDEX assignments_transcript ON assignments(transcript_id);
        CREATE TABLE settlements (
            key TEXT PRIMARY KEY,
            transcript_id TEXT NOT NULL REFERENCES transcripts(id),
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            code_ids TEXT NOT NULL,
            outcome TEXT NOT NULL,
            choice TEXT NOT NULL,
            kept TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '',
            set_by TEXT NOT NULL,
            set_at TEXT NOT NULL
        );
        CREATE INDEX settlements_transcript ON settlements(transcript_id);
        """,
    )


@migrations()
def m004_themes(db: Database) -> None:
    """Create the themes that the machine found, and what people decided about them."""
    _run(
        db,
        """
        CREATE TABLE theme_runs (
            id TEXT PRIMARY KEY,
            settings TEXT NOT NULL,
            versions TEXT NOT NULL,
            method TEXT NOT NULL,
            joins TEXT NOT NULL,
            silent INTEGER NOT NULL,
            found_by TEXT NOT NULL,
            found_at TEXT NOT NULL
        );
        CREATE TABLE themes (
            id TEXT PRIMARY KEY,
            run_id TEXT NOT NULL REFERENCES theme_runs(id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            terms TEXT NOT NULL,
            steadiness REAL
        ) WITHOUT ROWID;
        CREATE TABLE theme_stretches (
            run_id TEXT NOT NULL REFERENCES theme_runs(id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            transcript_id TEXT NOT NULL,
            turn INTEGER NOT NULL,
            start_char INTEGER NOT NULL,
            end_char INTEGER NOT NULL,
            theme INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            x REAL,
            y REAL,
            PRIMARY KEY (run_id, place)
        ) WITHOUT ROWID;
        CREATE TABLE theme_decisions (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL DEFAULT '' CHECK (state IN ('', 'code', 'merged', 'aside')),
            code_id TEXT,
            reason TEXT NOT NULL DEFAULT '',
            coder TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    )


@migrations()
def m010_acts(db: Database) -> None:
    """Create a row for each act, which says whether it stands, so that undo need not read all edits."""
    _run(
        db,
        """
        CREATE TABLE acts (
            batch TEXT PRIMARY KEY,
            coder TEXT NOT NULL,
            first_seq INTEGER NOT NULL,
            done_seq INTEGER NOT NULL,
            edits INTEGER NOT NULL,
            undone_by TEXT,
            undone_seq INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX acts_first ON acts(coder, first_seq);
        CREATE INDEX acts_open ON acts(coder, done_seq) WHERE undone_by IS NULL;
        CREATE INDEX acts_undone ON acts(coder, undone_seq) WHERE undone_by IS NOT NULL;
        CREATE INDEX acts_undone_by ON acts(undone_by) WHERE undone_by IS NOT NULL;
        INSERT INTO acts
            SELECT batch, min(coder), min(seq), max(seq), count(*), NULL, NULL FROM edits
            WHERE undoes IS NULL AND changes <> '[]' GROUP BY batch;
        """,
    )
    # Undo and redo are taken in the order in which they happened; each is of an act, or of an undo of one.
    taken_back = db.execute(
        """SELECT batch, undoes, min(seq) FROM edits WHERE undoes IS NOT NULL AND changes <> '[]'
           GROUP BY batch ORDER BY min(seq)"""
    ).fetchall()
    for batch, undoes, seq in taken_back:
        db.execute(
            "UPDATE acts SET undone_by = NULL, undone_seq = NULL, done_seq = ? WHERE undone_by = ?", [seq, undoes]
        )
        db.execute("UPDATE acts SET undone_by = ?, undone_seq = ? WHERE batch = ?", [batch, seq, undoes])
    _run(
        db,
        """
        CREATE TRIGGER edits_add_up_to_acts AFTER INSERT ON edits WHEN NEW.changes <> '[]'
            BEGIN
            INSERT INTO acts SELECT NEW.batch, NEW.coder, NEW.seq, NEW.seq, 1, NULL, NULL WHERE NEW.undoes IS NULL
                ON CONFLICT (batch) DO UPDATE SET done_seq = excluded.done_seq, edits = edits + 1;
            UPDATE acts SET undone_by = NULL, undone_seq = NULL, done_seq = NEW.seq WHERE undone_by = NEW.undoes;
            UPDATE acts SET undone_by = NEW.batch, undone_seq = NEW.seq WHERE batch = NEW.undoes;
            END;
        """,
    )


@migrations()
def m008_audit(db: Database) -> None:
    """Give every edit a clock that never goes back within a project, and note what was merged into it."""
    _run(
        db,
        """
        ALTER TABLE edits ADD COLUMN clock TEXT NOT NULL DEFAULT '';
        CREATE TABLE merges (
            id TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            by TEXT NOT NULL,
            file TEXT NOT NULL,
            edits INTEGER NOT NULL,
            report TEXT NOT NULL
        );
        """,
    )
    rule = db.execute("SELECT sql FROM sqlite_master WHERE name = 'edits_stay'").fetchone()[0]
    db.execute("DROP TRIGGER edits_stay")
    clock = ""
    for seq, at in db.execute("SELECT seq, at FROM edits ORDER BY seq").fetchall():
        clock = tick(clock, at)
        db.execute("UPDATE edits SET clock = ? WHERE seq = ?", [clock, seq])
    db.execute(rule)
    db.execute("CREATE INDEX edits_clock ON edits(clock)")


@migrations()
def m013_apart(db: Database) -> None:
    """Create the pairs of participants that somebody knows to be two people."""
    _run(
        db,
        """
        CREATE TABLE apart (
            key TEXT PRIMARY KEY,
            first TEXT NOT NULL REFERENCES participants(id),
            second TEXT NOT NULL REFERENCES participants(id),
            coder TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    )


@migrations()
def m005_survey(db: Database) -> None:
    """Create the survey strand: items with what they ask about, and the answers of respondents."""
    _run(
        db,
        """
        CREATE TABLE survey_items (
            id TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            code_id TEXT,
            reversed INTEGER NOT NULL DEFAULT 0,
            confirmed INTEGER NOT NULL DEFAULT 0,
            data TEXT NOT NULL
        );
        CREATE TABLE survey_answers (
            id TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            data TEXT NOT NULL
        );
        """,
    )

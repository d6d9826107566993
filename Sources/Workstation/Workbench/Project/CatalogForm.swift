/// The catalog's tables, form by form; a form that has been published never changes.
enum CatalogForm {
  static let one = """
    CREATE TABLE board (
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, nodes INTEGER NOT NULL, added TEXT NOT NULL,
      publicKey TEXT, counter INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE stimulus (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, seed INTEGER, path TEXT, sha256 TEXT,
      added TEXT NOT NULL
    );
    CREATE TABLE run (
      id TEXT PRIMARY KEY, board TEXT NOT NULL REFERENCES board(id), mode TEXT NOT NULL, label TEXT NOT NULL,
      steps INTEGER NOT NULL, missedDeadlines INTEGER NOT NULL, state TEXT NOT NULL, lossy INTEGER NOT NULL,
      path TEXT NOT NULL, added TEXT NOT NULL
    );
    CREATE TABLE segment (
      run TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE, number INTEGER NOT NULL, path TEXT NOT NULL,
      bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (run, number)
    );
    CREATE TABLE twin (
      id TEXT PRIMARY KEY, board TEXT NOT NULL REFERENCES board(id), node INTEGER NOT NULL, name TEXT NOT NULL,
      path TEXT NOT NULL, score REAL, accepted INTEGER NOT NULL, added TEXT NOT NULL
    );
    CREATE INDEX twinOfNode ON twin (board, node, added);
    CREATE TABLE network (
      id TEXT PRIMARY KEY, board TEXT NOT NULL REFERENCES board(id), label TEXT NOT NULL, path TEXT NOT NULL,
      score REAL, seed INTEGER, added TEXT NOT NULL
    );
    CREATE TABLE bundle (
      id TEXT PRIMARY KEY, board TEXT NOT NULL REFERENCES board(id), counter INTEGER NOT NULL, sha256 TEXT NOT NULL,
      path TEXT NOT NULL, state TEXT NOT NULL, added TEXT NOT NULL, UNIQUE (board, counter)
    );
    CREATE TABLE origin (
      kind TEXT NOT NULL, id TEXT NOT NULL, fromKind TEXT NOT NULL, fromID TEXT NOT NULL,
      PRIMARY KEY (kind, id, fromKind, fromID)
    ) WITHOUT ROWID;
    CREATE INDEX originOf ON origin (fromKind, fromID);
    """

  /// Twins keep how they were judged and how far they moved, so that a device's history can be asked for.
  static let two = """
    ALTER TABLE twin ADD COLUMN verdict TEXT;
    ALTER TABLE twin ADD COLUMN likelihood REAL;
    ALTER TABLE twin ADD COLUMN meanError REAL;
    ALTER TABLE twin ADD COLUMN deviationError REAL;
    ALTER TABLE twin ADD COLUMN meanChange REAL;
    ALTER TABLE twin ADD COLUMN deviationChange REAL;
    """
}

import Foundation
import GRDB

/// A thing of the catalog, as provenance names it.
public struct CatalogItem: Hashable, Sendable {
  public var kind: CatalogKind
  public var id: String

  public init(_ kind: CatalogKind, _ id: String) {
    self.kind = kind
    self.id = id
  }
}

extension Catalog {
  /// Stores a record, over one of the same id, and says what it came from: all or nothing.
  public func save<Record: CatalogRecord>(_ record: Record, from origins: [CatalogItem] = []) throws(ProjectError) {
    try write("the \(Record.kind.rawValue) cannot be stored") { database in
      try record.upsert(database)
      try Self.put(origins, of: CatalogItem(Record.kind, record.id), database)
    }
  }

  /// Stores a run, its segments in place of those known before, and what it came from: all or nothing.
  public func save(
    run: RunRecord, segments: [SegmentRecord], from origins: [CatalogItem] = []
  ) throws(ProjectError) {
    try write("the run cannot be stored") { database in
      try run.upsert(database)
      try database.execute(sql: "DELETE FROM segment WHERE run = ?", arguments: [run.id])
      for segment in segments { try segment.insert(database) }
      try Self.put(origins, of: CatalogItem(.run, run.id), database)
    }
  }

  /// Says what a thing without a table of its own (a report, a data set) came from.
  public func link(_ item: CatalogItem, from origins: [CatalogItem]) throws(ProjectError) {
    try write("the origin cannot be stored") { try Self.put(origins, of: item, $0) }
  }

  /// All records of a kind, oldest first.
  public func all<Record: CatalogRecord>(_ type: Record.Type = Record.self) throws(ProjectError) -> [Record] {
    try read("the \(Record.kind.rawValue)s cannot be read") { database in
      try Record.fetchAll(database, sql: "SELECT * FROM \(Record.databaseTableName) ORDER BY added, rowid")
    }
  }

  /// The record of this id, or nil.
  public func find<Record: CatalogRecord>(_ id: String, _ type: Record.Type = Record.self) throws(ProjectError)
    -> Record?
  {
    try read("the \(Record.kind.rawValue) cannot be read") { database in
      try Record.fetchOne(database, sql: "SELECT * FROM \(Record.databaseTableName) WHERE id = ?", arguments: [id])
    }
  }

  /// The board of this name, or nil.
  public func board(named name: String) throws(ProjectError) -> BoardRecord? {
    try read("the board cannot be read") { database in
      try BoardRecord.fetchOne(database, sql: "SELECT * FROM board WHERE name = ?", arguments: [name])
    }
  }

  /// The segments of a run, in order.
  public func segments(of run: String) throws(ProjectError) -> [SegmentRecord] {
    try read("the segments cannot be read") { database in
      try SegmentRecord.fetchAll(
        database, sql: "SELECT * FROM segment WHERE run = ? ORDER BY number", arguments: [run])
    }
  }

  /// The newest twin of each node of a board, by node.
  public func newestTwins(of board: String) throws(ProjectError) -> [TwinRecord] {
    try read("the twins cannot be read") { database in
      let twins = try TwinRecord.fetchAll(
        database, sql: "SELECT * FROM twin WHERE board = ? ORDER BY added, rowid", arguments: [board])
      var newest: [Int: TwinRecord] = [:]
      for twin in twins { newest[twin.node] = twin }
      return newest.values.sorted { $0.node < $1.node }
    }
  }

  /// The next counter for a bundle of this board; each call gives a larger one, even after a crash.
  public func nextCounter(of board: String) throws(ProjectError) -> Int {
    let next = try write("the counter cannot be raised") { database in
      try Int.fetchOne(
        database, sql: "UPDATE board SET counter = counter + 1 WHERE id = ? RETURNING counter", arguments: [board])
    }
    guard let next else {
      throw ProjectError(
        .unknownBoard, path: path, what: "there is no board \(board) in the catalog", why: "It was never enrolled",
        remedy: "Enrol it with 'edgesync enroll'")
    }
    return next
  }

  /// What a thing came from directly.
  public func origins(of item: CatalogItem) throws(ProjectError) -> [CatalogItem] {
    try read("the origins cannot be read") { database in
      try Self.items(
        database, "SELECT fromKind, fromID FROM origin WHERE kind = ? AND id = ? ORDER BY fromKind, fromID", item)
    }
  }

  /// Everything a thing came from, through any number of steps, nearest first.
  public func ancestry(of item: CatalogItem) throws(ProjectError) -> [CatalogItem] {
    try read("the origins cannot be read") { database in
      try Self.items(
        database,
        """
        WITH RECURSIVE line(kind, id, depth) AS (
          SELECT fromKind, fromID, 1 FROM origin WHERE kind = ? AND id = ?
          UNION SELECT origin.fromKind, origin.fromID, depth + 1 FROM origin
            JOIN line ON origin.kind = line.kind AND origin.id = line.id WHERE depth < 64
        ) SELECT kind, id FROM line GROUP BY kind, id ORDER BY min(depth), kind, id
        """, item)
    }
  }

  /// What came from a thing directly.
  public func products(of item: CatalogItem) throws(ProjectError) -> [CatalogItem] {
    try read("the origins cannot be read") { database in
      try Self.items(database, "SELECT kind, id FROM origin WHERE fromKind = ? AND fromID = ? ORDER BY kind, id", item)
    }
  }

  private static func put(_ origins: [CatalogItem], of item: CatalogItem, _ database: Database) throws {
    for origin in origins {
      try database.execute(
        sql: "INSERT OR IGNORE INTO origin (kind, id, fromKind, fromID) VALUES (?, ?, ?, ?)",
        arguments: [item.kind.rawValue, item.id, origin.kind.rawValue, origin.id])
    }
  }

  private static func items(_ database: Database, _ sql: String, _ item: CatalogItem) throws -> [CatalogItem] {
    try Row.fetchAll(database, sql: sql, arguments: [item.kind.rawValue, item.id]).compactMap { row in
      CatalogKind(rawValue: row[0]).map { CatalogItem($0, row[1]) }
    }
  }
}

import Foundation
import GRDB

/// The project's catalog: what there is and what came from what. Small facts only; recordings stay in files.
///
/// Every change is one transaction; the database is brought to the newest form when it is opened.
public final class Catalog: Sendable {
  package let database: DatabaseQueue
  /// Path of the database.
  public let path: String

  /// The newest form this code knows.
  static let newestForm = 2

  private init(database: DatabaseQueue, path: String) {
    self.database = database
    self.path = path
  }

  /// Opens the catalog at `path` and brings it to the newest form.
  public static func open(path: String, create: Bool) throws(ProjectError) -> Catalog {
    guard create || access(path, F_OK) == 0 else { throw .system(path, "the catalog cannot be opened", errno) }
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = true
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let form = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
      guard form <= newestForm else {
        throw ProjectError(
          .newerSchema, path: path, what: "the catalog has form \(form), newer than this program",
          why: "It knows form \(newestForm); a newer edgesync has used the project", remedy: "Update edgesync")
      }
      try migrator.migrate(queue)
      return Catalog(database: queue, path: path)
    } catch let error as ProjectError {
      throw error
    } catch {
      throw fault(error, path, "the catalog cannot be opened")
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: CatalogForm.one)
      try database.execute(sql: "PRAGMA user_version = 1")
    }
    migrator.registerMigration("2") { database in
      try database.execute(sql: CatalogForm.two)
      try database.execute(sql: "PRAGMA user_version = 2")
    }
    return migrator
  }

  /// Runs `body` in one transaction.
  func write<T>(_ what: String, _ body: (Database) throws -> T) throws(ProjectError) -> T {
    do { return try database.write(body) } catch { throw Self.fault(error, path, what) }
  }

  func read<T>(_ what: String, _ body: (Database) throws -> T) throws(ProjectError) -> T {
    do { return try database.read(body) } catch { throw Self.fault(error, path, what) }
  }

  private static func fault(_ error: any Error, _ path: String, _ what: String) -> ProjectError {
    guard let error = error as? DatabaseError else {
      return ProjectError(.damaged, path: path, what: what, why: "\(error)", remedy: "Check the disk")
    }
    let why = error.message ?? "SQLite says \(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
      return ProjectError(
        .unwritable, path: path, what: what, why: why,
        remedy: "Give yourself the right to write there, or choose another folder")
    case .SQLITE_FULL:
      return ProjectError(.full, path: path, what: what, why: why, remedy: "Make room on the disk")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return ProjectError(
        .unwritable, path: path, what: what, why: "Another program holds the catalog",
        remedy: "Let the other edgesync finish")
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      return ProjectError(
        .damaged, path: path, what: what, why: why,
        remedy: "Restore it from a copy; traces, twins and bundles are in their own files and are not touched")
    default: return ProjectError(.damaged, path: path, what: what, why: why, remedy: "Check the disk")
    }
  }
}

import Foundation
import GRDB

/// A record of the catalog: a row of the table of its name.
public protocol CatalogRecord: Codable, FetchableRecord, PersistableRecord, Equatable, Sendable {
  /// The kind under which provenance names it.
  static var kind: CatalogKind { get }
  var id: String { get }
}

/// What provenance can speak of.
public enum CatalogKind: String, Codable, Sendable, CaseIterable {
  case board, stimulus, run, twin, network, bundle, dataset, report
}

/// A board that was enrolled; `id` is its identity in hexadecimal.
public struct BoardRecord: CatalogRecord {
  public static let databaseTableName = "board"
  public static let kind = CatalogKind.board
  public var id: String
  public var name: String
  public var nodes: Int
  public var added: Date
  /// The key its bundles are signed for, hexadecimal.
  public var publicKey: String?
  /// Counter of the newest bundle made for it.
  public var counter: Int

  public init(id: String, name: String, nodes: Int, added: Date, publicKey: String? = nil, counter: Int = 0) {
    self.id = id
    self.name = name
    self.nodes = nodes
    self.added = added
    self.publicKey = publicKey
    self.counter = counter
  }
}

/// A prepared input.
public struct StimulusRecord: CatalogRecord {
  public static let databaseTableName = "stimulus"
  public static let kind = CatalogKind.stimulus
  public var id: String
  /// What it is for: `characterise`, `evaluate`.
  public var kind: String
  public var label: String
  public var seed: Int64?
  public var path: String?
  public var sha256: String?
  public var added: Date

  public init(
    id: String, kind: String, label: String, seed: Int64? = nil, path: String? = nil, sha256: String? = nil, added: Date
  ) {
    self.id = id
    self.kind = kind
    self.label = label
    self.seed = seed
    self.path = path
    self.sha256 = sha256
    self.added = added
  }
}

/// A run of a board; `id` is the run's identifier in hexadecimal.
public struct RunRecord: CatalogRecord {
  public static let databaseTableName = "run"
  public static let kind = CatalogKind.run
  public var id: String
  public var board: String
  public var mode: String
  public var label: String
  public var steps: Int
  public var missedDeadlines: Int
  /// `started`, `complete`, `interrupted`, `pulled`.
  public var state: String
  public var lossy: Bool
  /// Folder of its segments, relative to the project.
  public var path: String
  public var added: Date

  public init(
    id: String, board: String, mode: String, label: String, steps: Int, missedDeadlines: Int, state: String,
    lossy: Bool, path: String, added: Date
  ) {
    self.id = id
    self.board = board
    self.mode = mode
    self.label = label
    self.steps = steps
    self.missedDeadlines = missedDeadlines
    self.state = state
    self.lossy = lossy
    self.path = path
    self.added = added
  }
}

/// A pulled segment of a run.
public struct SegmentRecord: Codable, FetchableRecord, PersistableRecord, Equatable, Sendable {
  public static let databaseTableName = "segment"
  public var run: String
  public var number: Int
  public var path: String
  public var bytes: Int
  public var sha256: String

  public init(run: String, number: Int, path: String, bytes: Int, sha256: String) {
    self.run = run
    self.number = number
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// A fitted twin of one node of one board.
public struct TwinRecord: CatalogRecord {
  public static let databaseTableName = "twin"
  public static let kind = CatalogKind.twin
  public var id: String
  public var board: String
  public var node: Int
  public var name: String
  public var path: String
  public var score: Double?
  /// Whether it may be used without being told to.
  public var accepted: Bool
  public var added: Date
  /// `accepted`, `provisional`, `refused`, `interrupted`; nil for twins of earlier programs.
  public var verdict: String?
  /// Held-out negative log-likelihood a sample, response variance 1.
  public var likelihood: Double?
  /// Of free runs against repeats, over the response's standard deviation.
  public var meanError: Double?
  public var deviationError: Double?
  /// How far one-step mean and deviation moved from the twin before, over the response's standard deviation.
  public var meanChange: Double?
  public var deviationChange: Double?

  public init(
    id: String, board: String, node: Int, name: String, path: String, score: Double?, accepted: Bool, added: Date,
    verdict: String? = nil, likelihood: Double? = nil, meanError: Double? = nil, deviationError: Double? = nil,
    meanChange: Double? = nil, deviationChange: Double? = nil
  ) {
    self.id = id
    self.board = board
    self.node = node
    self.name = name
    self.path = path
    self.score = score
    self.accepted = accepted
    self.added = added
    self.verdict = verdict
    self.likelihood = likelihood
    self.meanError = meanError
    self.deviationError = deviationError
    self.meanChange = meanChange
    self.deviationChange = deviationChange
  }
}

/// A trained network.
public struct NetworkRecord: CatalogRecord {
  public static let databaseTableName = "network"
  public static let kind = CatalogKind.network
  public var id: String
  public var board: String
  public var label: String
  public var path: String
  public var score: Double?
  public var seed: Int64?
  public var added: Date

  public init(
    id: String, board: String, label: String, path: String, score: Double? = nil, seed: Int64? = nil, added: Date
  ) {
    self.id = id
    self.board = board
    self.label = label
    self.path = path
    self.score = score
    self.seed = seed
    self.added = added
  }
}

/// A signed bundle.
public struct BundleRecord: CatalogRecord {
  public static let databaseTableName = "bundle"
  public static let kind = CatalogKind.bundle
  public var id: String
  public var board: String
  public var counter: Int
  public var sha256: String
  public var path: String
  /// `made`, `pushed`, `committed`, `refused`.
  public var state: String
  public var added: Date

  public init(
    id: String, board: String, counter: Int, sha256: String, path: String, state: String, added: Date
  ) {
    self.id = id
    self.board = board
    self.counter = counter
    self.sha256 = sha256
    self.path = path
    self.state = state
    self.added = added
  }
}

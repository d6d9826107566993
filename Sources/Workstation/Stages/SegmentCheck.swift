import Foundation
import Transport
import Workbench

/// Whether segments are still what was pulled.
extension Workspace {
  /// Removes segments of a run that changed since they were pulled, so that they are fetched again.
  func dropDamaged(_ run: String) throws {
    guard let record = try project.catalog.find(run, RunRecord.self) else { return }
    let ended = RecordedRun.endings.contains(record.state)
    for segment in try project.catalog.segments(of: run) {
      let path = project.root + "/" + segment.path
      guard FileManager.default.fileExists(atPath: path) else { continue }
      // A run that went on may have grown since; one that had ended may not.
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      let grown = ended && size > segment.bytes
      guard try grown || Self.hash(path, first: segment.bytes) != segment.sha256 else { continue }
      console.say("    \(segment.path) is not what was pulled: it is fetched again")
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw StageError("\(path) is not what was pulled, and cannot be removed: remove it by hand and pull again")
      }
    }
  }

  /// What is wrong with a pulled run's trace, as a notice; nil when every step is there.
  public func losses(of record: RunRecord, _ run: RecordedRun) -> String? {
    guard run.trace.lossy, let first = run.trace.damage.first else { return nil }
    let remedy =
      record.lossy
      ? "it was cut short or damaged on the board; what is good was used"
      : "it was whole when it was pulled: 'edgesync pull' fetches what changed again"
    return "run \(record.id) is not whole (\(first.description)): \(remedy)"
  }

  /// SHA-256 of a file's first bytes.
  static func hash(_ path: String, first: Int) throws -> String {
    let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    return BoardConnection.sha256([UInt8](data.prefix(first))).description
  }
}

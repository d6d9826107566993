import CBoard
import PhysicalNetwork
import RunRecords
import TwinModel
import TwinMonitor
import WireFormat

/// The residual monitor in a run: which channels its nodes' drives and responses are, and what it shows to the journal's
/// thread. Made before the run; a step allocates nothing.
public final class ResidualWatch {
  /// Nodes of the board.
  public let nodeCount: Int
  /// Watched nodes that are left out.
  public private(set) var leftOutCount = 0
  let monitor: ResidualMonitor
  /// Whether what is found is shown, or only told in the journal.
  private let shows: Bool
  /// Whether the action leaves nodes out in this run.
  private let quarantines: Bool
  private let watched: UnsafeMutablePointer<Watched>
  private let drives: UnsafeMutablePointer<DriveChannel>
  private let responses: UnsafeMutablePointer<ReadChannel>
  private let driveValues: UnsafeMutablePointer<Float>
  private let responseValues: UnsafeMutablePointer<Float>
  // [nodes]: as `NodeWatch` words, atomic.
  private let words: UnsafeMutableRawPointer
  // [nodes]: left out by their residuals.
  private let leftOut: UnsafeMutablePointer<Bool>
  private var shown = 0

  private struct Watched {
    let node: Int
    let firstDrive: Int
    let driveCount: Int
    let firstResponse: Int
    let responseCount: Int
  }

  /// - Parameters:
  ///   - plan: checked against `board` (`firstFault`).
  ///   - mode: a characterising run looks at devices as they are, so it leaves none out.
  public init(_ plan: ResidualPlan, board: BoardDescription, mode: RunMode) {
    monitor = ResidualMonitor(plan)
    nodeCount = board.nodes.count
    shows = plan.settings.action != .log
    quarantines = plan.settings.action == .quarantine && mode != .characterise
    watched = UnsafeMutablePointer<Watched>.allocate(capacity: max(plan.nodes.count, 1))
    var (widestDrive, widestResponse) = (1, 1)
    for index in 0..<plan.nodes.count {
      let node = board.nodes[plan.nodes[index].node]
      (watched + index).initialize(
        to: Watched(
          node: plan.nodes[index].node, firstDrive: Int(node.firstDrive), driveCount: Int(node.driveCount),
          firstResponse: Int(node.firstResponse), responseCount: Int(node.responseCount)))
      widestDrive = max(widestDrive, Int(node.driveCount))
      widestResponse = max(widestResponse, Int(node.responseCount))
    }
    drives = Self.copy(board.drives)
    responses = Self.copy(board.responses)
    driveValues = UnsafeMutablePointer<Float>.allocate(capacity: widestDrive)
    driveValues.initialize(repeating: 0, count: widestDrive)
    responseValues = UnsafeMutablePointer<Float>.allocate(capacity: widestResponse)
    responseValues.initialize(repeating: 0, count: widestResponse)
    words = UnsafeMutableRawPointer.allocate(byteCount: 4 * max(nodeCount, 1), alignment: 4)
    words.initializeMemory(as: UInt32.self, repeating: 0, count: max(nodeCount, 1))
    leftOut = UnsafeMutablePointer<Bool>.allocate(capacity: max(nodeCount, 1))
    leftOut.initialize(repeating: false, count: max(nodeCount, 1))
    for index in 0..<monitor.count { show(index) }
  }

  deinit {
    watched.deallocate()
    drives.deallocate()
    responses.deallocate()
    driveValues.deallocate()
    responseValues.deallocate()
    words.deallocate()
    leftOut.deallocate()
  }

  private static func copy<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
    for index in 0..<values.count { (block + index).initialize(to: values[index]) }
    return block
  }

  /// Whether every watched node is one of the board's and has its twin's drives and observables.
  public static func fits(_ plan: ResidualPlan, _ board: BoardDescription) -> Bool {
    for watched in plan.nodes {
      guard watched.node < board.nodes.count, watched.twin.drives == Int(board.nodes[watched.node].driveCount),
        watched.twin.observables == Int(board.nodes[watched.node].responseCount)
      else { return false }
    }
    return true
  }

  /// Compares one watched node's sample with its twin.
  ///
  /// - Returns: what has changed, as the journal tells it.
  func observe(
    _ index: Int, driveCodes: UnsafePointer<UInt16>, readCodes: UnsafePointer<UInt16>
  ) -> ResidualEvent? {
    let node = watched[index]
    for drive in 0..<node.driveCount {
      let channel = node.firstDrive + drive
      driveValues[drive] = drives[channel].drive(of: driveCodes[channel])
    }
    for response in 0..<node.responseCount {
      let channel = node.firstResponse + response
      responseValues[response] = responses[channel].value(of: readCodes[channel])
    }
    let found = monitor.observe(
      index, drives: UnsafeBufferPointer(start: driveValues, count: node.driveCount),
      measured: UnsafeBufferPointer(start: responseValues, count: node.responseCount))
    guard let found else { return nil }
    var change = found.change
    if change == .flagged, quarantines {
      change = .leftOut
      monitor.leaveOut(index)
      leftOut[node.node] = true
      leftOutCount += 1
    }
    show(index)
    return ResidualEvent(
      node: UInt16(truncatingIfNeeded: node.node), change: change.rawValue, statistic: found.statistic.rawValue,
      observable: UInt16(truncatingIfNeeded: found.observable), mean: found.mean, meanSquare: found.meanSquare)
  }

  /// Whether the board's node `node` is left out by its residuals.
  @inline(__always)
  func isLeftOut(_ node: Int) -> Bool { leftOut[node] }

  /// Puts the safe codes of nodes that are left out in place of others.
  func keepSafe(_ codes: UnsafeMutablePointer<UInt16>) {
    guard leftOutCount > 0 else { return }
    for index in 0..<monitor.count where leftOut[watched[index].node] {
      for channel in watched[index].firstDrive..<watched[index].firstDrive + watched[index].driveCount {
        codes[channel] = drives[channel].safeCode
      }
    }
  }

  /// A converter does not answer any more: what its channels say is nothing a twin can be compared with.
  func leaveOut(chip: UInt8) {
    for index in 0..<monitor.count where uses(chip, index) {
      monitor.leaveOut(index)
      show(index)
    }
  }

  /// A converter is back: its nodes are compared again, but for those that are left out by their residuals, and those
  /// that still miss another (`isMissing` tells of a node of the board).
  func takeBack(chip: UInt8, isMissing: (Int) -> Bool) {
    for index in 0..<monitor.count where uses(chip, index) {
      guard !leftOut[watched[index].node], !isMissing(watched[index].node) else { continue }
      monitor.takeBack(index)
      show(index)
    }
  }

  private func uses(_ chip: UInt8, _ index: Int) -> Bool {
    let node = watched[index]
    for channel in 0..<node.driveCount where drives[node.firstDrive + channel].chip == chip { return true }
    for channel in 0..<node.responseCount where responses[node.firstResponse + channel].chip == chip { return true }
    return false
  }

  /// Shows the next node's latest statistics: one a step, so that no step does the work of all.
  func showNext() {
    guard monitor.count > 0 else { return }
    show(shown)
    shown = shown + 1 == monitor.count ? 0 : shown + 1
  }

  private func show(_ index: Int) {
    var watch = monitor.watch(index)
    if !shows {
      watch.wasFlagged = false
      if watch.state == .flagged { watch.state = .inRange }
    }
    cboard_store_relaxed_u32(words + 4 * watched[index].node, watch.word)
  }

  /// How the board's node `node` stands, as a word of the status page; from any thread.
  func word(_ node: Int) -> UInt32 { cboard_load_relaxed_u32(words + 4 * node) }
}

import TwinModel
import WireFormat

/// Steps the twins of a board's nodes beside the devices and says when their residuals leave the expected range.
///
/// All memory is taken at `init`: a step allocates nothing, and costs the same whatever the window.
public final class ResidualMonitor {
  public let settings: ResidualSettings
  /// Watched nodes.
  public let count: Int

  struct Entry {
    var twin: TwinState
    let limits: ResidualLimits
    let windows: UnsafeMutablePointer<ResidualWindow>
    let residuals: UnsafeMutableBufferPointer<Float>
    /// Steps until the twin's memory is all measured, after the start and after a gap.
    let warmUp: Int
    var warming: Int
    var state: NodeWatch.State = .warmingUp
    var wasFlagged = false
  }

  private let entries: UnsafeMutablePointer<Entry>
  private let rings: UnsafeMutablePointer<Int16>
  private let windows: UnsafeMutablePointer<ResidualWindow>
  private let residuals: UnsafeMutablePointer<Float>

  /// Makes a twin and windows for every node of `plan`, in its order.
  public init(_ plan: ResidualPlan) {
    settings = plan.settings
    count = plan.nodes.count
    let window = settings.window
    var channels = 0
    for node in plan.nodes { channels += node.twin.observables }
    let size = max(channels, 1)
    rings = UnsafeMutablePointer<Int16>.allocate(capacity: size * window)
    rings.initialize(repeating: 0, count: size * window)
    windows = UnsafeMutablePointer<ResidualWindow>.allocate(capacity: size)
    residuals = UnsafeMutablePointer<Float>.allocate(capacity: size)
    residuals.initialize(repeating: 0, count: size)
    entries = UnsafeMutablePointer<Entry>.allocate(capacity: max(count, 1))
    for channel in 0..<size { (windows + channel).initialize(to: ResidualWindow(rings + channel * window)) }
    var channel = 0
    for index in 0..<count {
      let twin = plan.nodes[index].twin
      let warmUp = Self.warmUp(twin)
      (entries + index).initialize(
        to: Entry(
          twin: TwinState(twin), limits: ResidualLimits(plan.settings, observables: twin.observables),
          windows: windows + channel,
          residuals: UnsafeMutableBufferPointer(start: residuals + channel, count: twin.observables),
          warmUp: warmUp, warming: warmUp))
      channel += twin.observables
    }
  }

  deinit {
    entries.deinitialize(count: count)
    entries.deallocate()
    windows.deallocate()
    rings.deallocate()
    residuals.deallocate()
  }

  /// Steps that fill a twin's memory; with auxiliaries, those that let what they were not known by at first decay.
  static func warmUp(_ twin: TwinParameters) -> Int {
    var steps = max(twin.driveTaps, twin.responseTaps)
    for rate in twin.rates {
      let decay = rate * twin.timeStep
      steps = max(steps, decay > 0.005 ? Int(5 / decay) : 1000)
    }
    return steps
  }

  /// Compares one control sample of a watched node with its twin.
  ///
  /// - Parameters:
  ///   - index: which of the watched nodes; one that is left out is passed over.
  ///   - drives: [its drives] applied over the sample, channel units.
  ///   - measured: [its observables] at its end, channel units.
  /// - Returns: what has changed, if anything.
  public func observe(
    _ index: Int, drives: UnsafeBufferPointer<Float>, measured: UnsafeBufferPointer<Float>
  ) -> ResidualFinding? {
    guard index >= 0, index < count else { return nil }
    let entry = entries + index
    guard entry.pointee.state != .leftOut,
      entry.pointee.twin.observe(drives: drives, measured: measured, residuals: entry.pointee.residuals)
    else { return nil }
    if entry.pointee.warming > 0 {
      entry.pointee.warming -= 1
      return nil
    }
    let window = settings.window
    for channel in 0..<entry.pointee.residuals.count {
      if let units = ResidualScale.units(entry.pointee.residuals[channel]) {
        entry.pointee.windows[channel].put(units, window: window)
      }
    }
    return judge(entry)
  }

  private func judge(_ entry: UnsafeMutablePointer<Entry>) -> ResidualFinding? {
    let limits = entry.pointee.limits
    var (full, out, calm) = (false, false, true)
    for channel in 0..<entry.pointee.residuals.count {
      let (sum, squares) = (entry.pointee.windows[channel].sum, entry.pointee.windows[channel].squares)
      guard entry.pointee.windows[channel].isFull(limits.window) else { continue }
      full = true
      if sum > limits.sum || sum < -limits.sum || squares > limits.squareHigh || squares < limits.squareLow {
        out = true
      }
      if sum > limits.clearSum || sum < -limits.clearSum || squares > limits.clearSquareHigh
        || squares < limits.clearSquareLow
      {
        calm = false
      }
    }
    if entry.pointee.state == .flagged {
      guard calm else { return nil }
      entry.pointee.state = .inRange
      return finding(entry, .cleared)
    }
    guard out else {
      if full { entry.pointee.state = .inRange }
      return nil
    }
    entry.pointee.state = .flagged
    entry.pointee.wasFlagged = true
    return finding(entry, .flagged)
  }

  private func finding(_ entry: UnsafeMutablePointer<Entry>, _ change: ResidualFinding.Change) -> ResidualFinding {
    let worst = worst(entry)
    return ResidualFinding(
      change: change, statistic: magnitude(worst.mean) >= magnitude(worst.square) ? .mean : .meanSquare,
      observable: worst.observable, mean: worst.mean, meanSquare: worst.square)
  }

  /// The observable whose larger statistic is the largest.
  private func worst(_ entry: UnsafeMutablePointer<Entry>) -> (observable: Int, mean: Float, square: Float) {
    let limits = entry.pointee.limits
    var worst: (observable: Int, mean: Float, square: Float) = (0, 0, 0)
    for channel in 0..<entry.pointee.residuals.count where entry.pointee.windows[channel].isFull(limits.window) {
      let mean = limits.meanStatistic(entry.pointee.windows[channel].sum)
      let square = limits.squareStatistic(entry.pointee.windows[channel].squares)
      let size = max(magnitude(mean), magnitude(square))
      if size > max(magnitude(worst.mean), magnitude(worst.square)) { worst = (channel, mean, square) }
    }
    return worst
  }

  private func magnitude(_ value: Float) -> Float { value < 0 ? -value : value }

  /// Steps were late or left out: what the twins remember is not the devices' past any more.
  public func gap() {
    for index in 0..<count { entries[index].warming = entries[index].warmUp }
  }

  /// A node is not compared any more, and not stepped.
  public func leaveOut(_ index: Int) {
    guard index >= 0, index < count else { return }
    entries[index].state = .leftOut
  }

  /// A node that was left out is compared again, as from the start.
  public func takeBack(_ index: Int) {
    guard index >= 0, index < count, entries[index].state == .leftOut else { return }
    entries[index].state = .warmingUp
    entries[index].warming = entries[index].warmUp
    for channel in 0..<entries[index].residuals.count {
      entries[index].windows[channel] = ResidualWindow(entries[index].windows[channel].ring)
    }
  }

  /// How a watched node stands.
  public func watch(_ index: Int) -> NodeWatch {
    guard index >= 0, index < count else {
      return NodeWatch(state: .unwatched, wasFlagged: false, mean: 0, meanSquare: 0)
    }
    let worst = worst(entries + index)
    return NodeWatch(
      state: entries[index].state, wasFlagged: entries[index].wasFlagged, mean: worst.mean, meanSquare: worst.square)
  }
}
